"""The figure that the README states, taken again on the learner's own firm."""

import re
from pathlib import Path

import numpy as np

from apps.checks.classification import expected_average_precision
from apps.checks.project import Estimate, ReadmeFigure, Remeasurement
from apps.checks.projects.spam_email_classifier import probes
from apps.checks.projects.spam_email_classifier.generator import stream
from apps.checks.projects.spam_email_classifier.outputs import read_answer

RESAMPLES = 100


def remeasure(seed: bytes) -> Remeasurement:
    draw = probes.make_draw(seed)
    asked = probes.main_question(draw)

    def measure(path: Path) -> Estimate:
        """Average precision, with the expectation over what people would call spam; its standard
        error by a bootstrap over mails and labels."""
        scores = read_answer(path, asked.question.ids).probability
        rng = stream(seed, "README figure")
        found = []
        for _ in range(RESAMPLES):
            rows = rng.integers(len(scores), size=len(draw.past.spam) // 5)
            spam = rng.random(len(rows)) < asked.known[rows]
            if spam.any():
                found.append(expected_average_precision(scores[rows], spam.astype(float)))
        return Estimate(
            value=expected_average_precision(scores, asked.known), error=float(np.std(found))
        )

    return Remeasurement(
        data={"data": probes.training_csv(draw)},
        question={"input": asked.question.content},
        measure=measure,
    )


README_FIGURE = ReadmeFigure(
    name="average precision",
    words=re.compile(r"\baverage[- ]precision\b|\bPR[- ]AUC\b", re.IGNORECASE),
    example="average precision 0.87",
    remeasure=remeasure,
)
