"""The figure that the README states, taken again on the learner's own town."""

import math
import re
from pathlib import Path

from apps.checks.project import Estimate, ReadmeFigure, Remeasurement
from apps.checks.projects.house_price_prediction import checks, probes
from apps.checks.projects.house_price_prediction.outputs import read_predictions


def remeasure(seed: bytes) -> Remeasurement:
    draw = probes.make_draw(seed)
    asked = probes.later_sales(draw)

    def measure(path: Path) -> Estimate:
        """RMSE of the log price against what was paid; its standard error by the delta method."""
        answer = read_predictions(path, asked.question.ids)
        predicted = checks.in_order(answer, asked.question.ids)
        squared = (predicted - asked.log_price) ** 2
        rmse = math.sqrt(squared.mean())
        error = float(squared.std()) / (2 * rmse) if rmse else 0.0
        return Estimate(value=rmse, error=error / math.sqrt(len(draw.sales.price) / 5))

    return Remeasurement(
        data={"data": probes.training_csv(draw)},
        question={"input": asked.question.content},
        measure=measure,
    )


README_FIGURE = ReadmeFigure(
    name="RMSE of the log price",
    words=re.compile(r"\bRMSE\b|\broot[- ]mean[- ]squared?[- ]error\b", re.IGNORECASE),
    example="RMSE of the log price: 0.143",
    remeasure=remeasure,
)
