"""Image classification from scratch: what the checker knows about the project."""

from collections.abc import Mapping
from functools import partial

from apps import sandbox
from apps.checks.project import Project
from apps.checks.projects.image_classification import probes
from apps.checks.projects.image_classification.behaviour import behaviour
from apps.checks.projects.image_classification.checks import CHECKS
from apps.checks.projects.image_classification.outputs import label_numbers
from apps.checks.projects.image_classification.readme_figure import README_FIGURE
from apps.checks.projects.image_classification.starter import starter_data
from apps.checks.projects.image_classification.track import FROM_SCRATCH, judge_from_scratch


def reproducibility_inputs(seed: bytes) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    draw = probes.make_draw(seed)
    question = probes.main_question(draw).question
    return {"data": probes.training_folder(draw)}, {"input": question.content}


PROJECT = Project(
    slug=FROM_SCRATCH,
    version="2",
    commands=("train", "predict", "test"),
    limits={
        "train": sandbox.Limits(wall_s=120, cpu_s=200, memory_mb=2048, pids=128),
        "predict": sandbox.Limits(wall_s=60, cpu_s=100, memory_mb=2048, pids=128),
        "test": sandbox.Limits(wall_s=60, cpu_s=90, memory_mb=2048, pids=128),
        "serve": sandbox.Limits(wall_s=120, cpu_s=120, memory_mb=1024, pids=128),
    },
    checks=CHECKS,
    starter_data=starter_data,
    behaviour=partial(behaviour, judge_track=judge_from_scratch),
    reproducibility_inputs=reproducibility_inputs,
    read_predictions=label_numbers,
    readme_figure=README_FIGURE,
    serves=True,
)
