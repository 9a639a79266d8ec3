"""The figure that the README states, taken again on the learner's own company."""

import math
import re
from pathlib import Path

import numpy as np

from apps.checks.project import Estimate, ReadmeFigure, Remeasurement
from apps.checks.projects.customer_churn_prediction import probes
from apps.checks.projects.customer_churn_prediction.outputs import read_answer
from apps.checks.projects.customer_churn_prediction.report_checks import log_losses


def remeasure(seed: bytes) -> Remeasurement:
    draw = probes.make_draw(seed)
    asked = probes.main_question(draw)

    def measure(path: Path) -> Estimate:
        """Log loss, with the expectation over who leaves."""
        probability = read_answer(path, asked.question.ids).probability
        if_left, if_stayed = (log_losses(probability, np.full(len(asked.risk), y)) for y in (1, 0))
        value = float((asked.risk * if_left + (1 - asked.risk) * if_stayed).mean())
        squares = float((asked.risk * if_left**2 + (1 - asked.risk) * if_stayed**2).mean())
        return Estimate(
            value=value,
            error=math.sqrt(max(0.0, squares - value**2) / (len(draw.past.risk) / 5)),
        )

    return Remeasurement(
        data={"data": probes.training_csv(draw)},
        question={"input": asked.question.content},
        measure=measure,
    )


README_FIGURE = ReadmeFigure(
    name="log loss",
    words=re.compile(r"\blog[- ]?loss\b|\bcross[- ]entropy\b", re.IGNORECASE),
    example="log loss 0.243",
    remeasure=remeasure,
)
