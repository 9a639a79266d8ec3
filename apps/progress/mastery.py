"""How well a concept is known, derived from what was seen of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Of two things seen, the later one says more: each step back in time halves after three.
_FADE = 0.5 ** (1 / 3)
# A project shows a concept at work, a question only shows that it was understood for a moment.
WEIGHTS = {"quiz": 1.0, "project": 2.0}
# What is assumed before anything was seen: as much as two questions, one of them answered.
_PRIOR_WEIGHT, _PRIOR_SCORE = 2.0, 0.5
GROWING, SOLID = 0.5, 0.75


class Level(StrEnum):
    UNSEEN = "unseen"
    SHAKY = "shaky"
    GROWING = "growing"
    SOLID = "solid"


# How a level is told: the state whose shape and colour it has, and a word.
LEVEL_WORDS = {
    Level.UNSEEN: ("waiting", "not seen yet"),
    Level.SHAKY: ("unusable", "shaky"),
    Level.GROWING: ("running", "growing"),
    Level.SOLID: ("passed", "solid"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastery:
    level: Level
    estimate: float  # from 0 to 1: expected share of success at the next task
    count: int  # pieces of evidence


UNSEEN = Mastery(level=Level.UNSEEN, estimate=_PRIOR_SCORE, count=0)


def mastery(evidence: Iterable[tuple[str, float]]) -> Mastery:
    """From pieces of evidence as (source, score), latest first.

    The mean of a Beta distribution that starts at one success and one failure (Laplace's rule of
    succession) and is updated with each score, weighted by source and faded by the number of later
    ones.
    """
    weight, total, count = _PRIOR_WEIGHT, _PRIOR_WEIGHT * _PRIOR_SCORE, 0
    for age, (source, score) in enumerate(evidence):
        share = WEIGHTS[source] * _FADE**age
        weight += share
        total += share * score
        count += 1
    if not count:
        return UNSEEN
    estimate = total / weight
    return Mastery(level=_level(estimate), estimate=estimate, count=count)


def _level(estimate: float) -> Level:
    if estimate >= SOLID:
        return Level.SOLID
    return Level.GROWING if estimate >= GROWING else Level.SHAKY
