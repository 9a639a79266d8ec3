"""House-price prediction: what the checker knows about the project."""

from collections.abc import Mapping
from pathlib import Path

from apps import sandbox
from apps.checks.project import Project
from apps.checks.projects.house_price_prediction import probes
from apps.checks.projects.house_price_prediction.behaviour import behaviour
from apps.checks.projects.house_price_prediction.checks import CHECKS
from apps.checks.projects.house_price_prediction.outputs import read_predictions
from apps.checks.projects.house_price_prediction.readme_figure import README_FIGURE

STARTER_FILE = "train.csv"


def starter_data(seed: bytes) -> Mapping[str, bytes]:
    """A town of the learner's own; the check trains on another."""
    return {STARTER_FILE: probes.training_csv(probes.make_draw(seed))}


def reproducibility_inputs(seed: bytes) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    draw = probes.make_draw(seed)
    question = probes.main_question(draw).question
    return {"data": probes.training_csv(draw)}, {"input": question.content}


def log_prices(path: Path) -> list[float]:
    """In the order of the ids. Raises ValueError when the file cannot be used."""
    return [price for _, price in sorted(read_predictions(path).items())]


PROJECT = Project(
    slug="house-price-prediction",
    version="3",
    commands=("train", "predict", "explain", "test"),
    limits={
        "train": sandbox.Limits(wall_s=60, cpu_s=90, memory_mb=1024, pids=128),
        "predict": sandbox.Limits(wall_s=30, cpu_s=45, memory_mb=1024, pids=128),
        "explain": sandbox.Limits(wall_s=30, cpu_s=45, memory_mb=1024, pids=128),
        "test": sandbox.Limits(wall_s=60, cpu_s=90, memory_mb=1024, pids=128),
    },
    checks=CHECKS,
    starter_data=starter_data,
    behaviour=behaviour,
    reproducibility_inputs=reproducibility_inputs,
    read_predictions=log_prices,
    readme_figure=README_FIGURE,
)
