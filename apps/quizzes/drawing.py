"""Draws a question for an attempt, and keeps the draw as JSON."""

import hashlib
import random
from collections.abc import Mapping
from typing import Any

from apps.quizzes.draws import Draw
from apps.quizzes.generators import Generator
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Drawn, Facts


def question_seed(*, attempt_seed: int, slug: str) -> int:
    """A question's own: adding another question to the quiz changes no draw."""
    return _seed(f"{attempt_seed}:{slug}")


def draw_question(*, kind: str, facts: Facts, generator: Generator | None, seed: int) -> Drawn:
    draw = generator(seed) if generator else _fixed(facts)
    # Not of the generator's own sequence, so that no order tells of a number.
    order = KINDS[kind].order(facts, random.Random(_seed(f"{seed}:order")))  # noqa: S311
    return Drawn(
        parameters=dict(draw.parameters),
        worked=dict(draw.worked),
        answer=dict(draw.answer) if isinstance(draw.answer, Mapping) else draw.answer,
        distractors=dict(draw.distractors),
        shown=dict(draw.shown),
        order=list(order),
    )


def _fixed(facts: Facts) -> Draw:
    """The one draw of a question without a generator."""
    return Draw(
        parameters={},
        answer=facts.get("answer"),
        distractors=facts.get("distractors", {}),
    )


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def to_json(drawn: Drawn) -> dict[str, Any]:
    return {
        "parameters": drawn.parameters,
        "worked": drawn.worked,
        "answer": drawn.answer,
        "distractors": drawn.distractors,
        "shown": drawn.shown,
        "order": drawn.order,
    }


def from_json(document: Mapping[str, Any]) -> Drawn:
    return Drawn(**document)
