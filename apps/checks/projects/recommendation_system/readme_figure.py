"""The figure that the README states, taken again on the learner's own service."""

import math
import re
from pathlib import Path

from apps.checks import ranking
from apps.checks.project import Estimate, ReadmeFigure, Remeasurement
from apps.checks.projects.recommendation_system import in_house, probes
from apps.checks.projects.recommendation_system.generator import LISTED
from apps.checks.projects.recommendation_system.outputs import read_answer


def remeasure(seed: bytes) -> Remeasurement:
    draw = probes.make_draw(seed)
    models = in_house.train(draw.histories, draw.titles, draw.listeners)
    asked = probes.ask_about(draw, models)

    def measure(path: Path) -> Estimate:
        """Recall@10 of the collaborative lists; its standard error as if each listener of a fifth
        chose one title."""
        answer = read_answer(path, users=asked.question.ids, warm=asked.warm, items=asked.items)
        lists = answer.lists[probes.COLLABORATIVE][: asked.warm]
        gained = ranking.gains(lists, asked.probability[: asked.warm])
        value = float(ranking.expected_recall(gained).mean())
        return Estimate(value=value, error=math.sqrt(value * (1 - value) / (LISTED / 5)))

    return Remeasurement(
        data={"data": probes.training_folder(seed)},
        question={"input": asked.question.content},
        measure=measure,
    )


README_FIGURE = ReadmeFigure(
    name="recall@10 of the collaborative lists",
    words=re.compile(r"\brecall\s?@\s?10\b", re.IGNORECASE),
    example="recall@10 of the collaborative lists: 0.143",
    remeasure=remeasure,
)
