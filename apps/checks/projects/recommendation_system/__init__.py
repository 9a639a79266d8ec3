"""Recommendation system: what the checker knows about the project."""

from collections.abc import Mapping

from apps import sandbox
from apps.checks.folder_input import unpack
from apps.checks.project import Project
from apps.checks.projects.recommendation_system import probes
from apps.checks.projects.recommendation_system.behaviour import behaviour
from apps.checks.projects.recommendation_system.checks import CHECKS
from apps.checks.projects.recommendation_system.outputs import list_numbers
from apps.checks.projects.recommendation_system.readme_figure import README_FIGURE


def starter_data(seed: bytes) -> Mapping[str, bytes]:
    """A service of the learner's own; the check trains on another."""
    return unpack(probes.training_folder(seed))


def reproducibility_inputs(seed: bytes) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    draw = probes.make_draw(seed)
    question = probes.question(draw, probes.rows_asked(draw))
    return {"data": probes.training_folder(seed)}, {"input": question.content}


_LIMITS = sandbox.Limits(wall_s=60, cpu_s=90, memory_mb=1024, pids=128)

PROJECT = Project(
    slug="recommendation-system",
    version="1",
    commands=("train", "predict", "test"),
    limits={"train": _LIMITS, "predict": _LIMITS, "test": _LIMITS},
    checks=CHECKS,
    starter_data=starter_data,
    behaviour=behaviour,
    reproducibility_inputs=reproducibility_inputs,
    read_predictions=list_numbers,
    readme_figure=README_FIGURE,
)
