"""Spam email classifier: what the checker knows about the project."""

from collections.abc import Mapping
from pathlib import Path

from apps import sandbox
from apps.checks.project import Project
from apps.checks.projects.spam_email_classifier import probes
from apps.checks.projects.spam_email_classifier.behaviour import behaviour
from apps.checks.projects.spam_email_classifier.checks import CHECKS
from apps.checks.projects.spam_email_classifier.outputs import read_answer
from apps.checks.projects.spam_email_classifier.readme_figure import README_FIGURE

STARTER_FILE = "train.csv"


def starter_data(seed: bytes) -> Mapping[str, bytes]:
    """A firm of the learner's own; the check trains on another."""
    return {STARTER_FILE: probes.training_csv(probes.make_draw(seed))}


def reproducibility_inputs(seed: bytes) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    draw = probes.make_draw(seed)
    question = probes.main_question(draw).question
    return {"data": probes.training_csv(draw)}, {"input": question.content}


def probabilities(path: Path) -> list[float]:
    """In the order of the ids. Raises ValueError when the file cannot be used."""
    return [float(value) for value in read_answer(path).probability]


PROJECT = Project(
    slug="spam-email-classifier",
    version="1",
    commands=("train", "predict", "test"),
    limits={
        "train": sandbox.Limits(wall_s=90, cpu_s=150, memory_mb=2048, pids=128),
        "predict": sandbox.Limits(wall_s=60, cpu_s=100, memory_mb=2048, pids=128),
        "test": sandbox.Limits(wall_s=60, cpu_s=90, memory_mb=2048, pids=128),
    },
    checks=CHECKS,
    starter_data=starter_data,
    behaviour=behaviour,
    reproducibility_inputs=reproducibility_inputs,
    read_predictions=probabilities,
    readme_figure=README_FIGURE,
)
