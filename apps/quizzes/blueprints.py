"""Which questions an attempt asks, where no author put them together.

Pure functions of the candidates and a source of random numbers: the same seed chooses the same.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.quizzes.kinds import KINDS

STEP_QUESTIONS, EXAM_QUESTIONS = 12, 20
EXAM_MINUTES = 40
DRILL_QUESTIONS = 10
CONCEPT_QUESTIONS = 5
REVIEW_QUESTIONS = 8
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question that could be asked."""

    version: int  # key of its current version
    lesson: str
    concepts: tuple[str, ...]
    difficulty: int  # 1 to 3, see ``difficulty_of``
    last: datetime | None  # when this learner was asked it


# Mean scores from which on a question is easy, or at least not hard, if enough answers say so.
_EASY, _MIDDLING = 0.8, 0.5
_ENOUGH = 30


def difficulty_of(kind: str, *, answers: int, mean_score: float) -> int:
    """1 to 3: as its answers say, and before there are enough of them as its kind does."""
    if answers < _ENOUGH:
        return KINDS[kind].difficulty
    if mean_score >= _EASY:
        return 1
    return 2 if mean_score >= _MIDDLING else 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """Questions with numbers of their own, as many as one likes."""

    title: str
    summary: str
    lessons: tuple[str, ...]


DRILLS = {
    "metrics": Drill(
        title="Metrics drill",
        summary="Ten questions with numbers that you have not seen: read a confusion matrix, "
        "choose a threshold, weigh what an error costs.",
        lessons=(
            "precision-recall-f1",
            "roc-and-pr-curves",
            "choosing-the-metric",
            "calibration",
            "cross-validation",
            "explaining-results",
        ),
    ),
}


def for_step(
    candidates: Sequence[Candidate], source: random.Random, *, count: int = STEP_QUESTIONS
) -> list[int]:
    """Lesson by lesson in turn, no concept twice while others are left, easy ones first.

    Of what is left to choose from, the question that was asked longest ago.
    """
    lessons: dict[str, list[Candidate]] = {}
    for one in _oldest_first(candidates, source):
        lessons.setdefault(one.lesson, []).append(one)
    chosen: list[Candidate] = []
    asked: set[str] = set()
    while lessons and len(chosen) < count:
        for lesson, left in list(lessons.items()):
            # A third of each difficulty, as far as there are some.
            wanted = 1 + 3 * len(chosen) // count
            one = min(
                left,
                key=lambda one: (
                    bool(asked.intersection(one.concepts)),
                    abs(one.difficulty - wanted),
                ),
            )
            left.remove(one)
            chosen.append(one)
            asked.update(one.concepts)
            if not left:
                del lessons[lesson]
            if len(chosen) == count:
                break
    chosen.sort(key=lambda one: one.difficulty)
    return [one.version for one in chosen]


def for_drill(
    candidates: Sequence[Candidate], source: random.Random, *, count: int = DRILL_QUESTIONS
) -> list[int]:
    """Those that were asked longest ago, in random order."""
    chosen = _oldest_first(candidates, source)[:count]
    source.shuffle(chosen)
    return [one.version for one in chosen]


def for_review(
    candidates: Sequence[Candidate], source: random.Random, *, due: Sequence[str]
) -> list[int]:
    """One question for each concept that is ``due``, in their order.

    A concept that a question before it asks about too needs none of its own.
    """
    left = _oldest_first(candidates, source)
    chosen: list[Candidate] = []
    asked: set[str] = set()
    for concept in due:
        if len(chosen) == REVIEW_QUESTIONS:
            break
        if concept in asked:
            continue
        one = next((one for one in left if concept in one.concepts), None)
        if one is not None:
            left.remove(one)
            chosen.append(one)
            asked.update(one.concepts)
    return [one.version for one in chosen]


def _oldest_first(candidates: Sequence[Candidate], source: random.Random) -> list[Candidate]:
    """Never asked before asked long ago; by chance among equals."""
    shuffled = list(candidates)
    source.shuffle(shuffled)
    return sorted(shuffled, key=lambda one: one.last or _NEVER)
