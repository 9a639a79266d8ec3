"""The figure that the README states, taken again on the learner's own factory."""

import math
import re
from pathlib import Path

from apps.checks.project import Estimate, ReadmeFigure, Remeasurement
from apps.checks.projects.image_classification import probes
from apps.checks.projects.image_classification.generator import TRAIN_TILES
from apps.checks.projects.image_classification.outputs import read_answer

PICTURES = 1_000


def remeasure(seed: bytes) -> Remeasurement:
    draw = probes.make_draw(seed)
    question, line = probes.clean_question(draw, count=PICTURES)

    def measure(path: Path) -> Estimate:
        """Accuracy on clean pictures; its standard error on a fifth of the tiles, of which several
        photographs tell little more than one."""
        labels = read_answer(path, question.ids).labels
        value = float((draw.lines(labels) == line).mean())
        return Estimate(value=value, error=math.sqrt(value * (1 - value) / (TRAIN_TILES / 5)))

    return Remeasurement(
        data={"data": probes.training_folder(draw)},
        question={"input": question.content},
        measure=measure,
    )


README_FIGURE = ReadmeFigure(
    name="accuracy on clean pictures",
    words=re.compile(r"\baccuracy\b", re.IGNORECASE),
    example="accuracy on clean pictures 0.96",
    remeasure=remeasure,
)
