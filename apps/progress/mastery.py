"""How well a concept is known, derived from what was seen of it.

The estimate is the probability that the learner answers the next question on the concept right: the
mean of a Beta distribution whose prior is the learner's own average over all concepts (empirical
Bayes; Efron and Morris, 1975, doi:10.1080/01621459.1975.10479864), updated with each score, late
ones more than early ones. ``tests/progress/test_calibration.py`` compares it with what simulated
learners of quite another make then do; its weights were chosen there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Of two things seen, the later one says more: each step back in time halves after three.
FADE = 0.5 ** (1 / 3)
# A project or an exercise shows a concept at work, a question only that it was understood for a
# moment. One pass of either makes a concept solid: that may be all that there is to show it.
WEIGHTS = {"quiz": 1.0, "exercise": 2.0, "project": 2.0}
# What is assumed of a concept before anything was seen of it: the learner's average, as if four
# questions had been answered so. It begins with what six answers of a typical learner would say.
_PRIOR_WEIGHT = 4.0
_AVERAGE_WEIGHT, TYPICAL = 6.0, 0.65
GROWING, SOLID = 0.5, 0.75
# Nothing is solid by fewer than three questions, an exercise or a project.
_SOLID_WEIGHT = 2.0


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
    estimate: float  # from 0 to 1: probability of a right answer to the next question
    count: int  # pieces of evidence
    average: float  # the learner's, over all concepts


UNSEEN = Mastery(level=Level.UNSEEN, estimate=TYPICAL, count=0, average=TYPICAL)


def average(*, weight: float = 0.0, total: float = 0.0) -> float:
    """A learner's, over all concepts: from the sums of all weights, and of weights times scores."""
    return (_AVERAGE_WEIGHT * TYPICAL + total) / (_AVERAGE_WEIGHT + weight)


def mastery(evidence: Iterable[tuple[str, float]], *, average: float) -> Mastery:
    """From pieces of evidence of one concept as (source, score), latest first.

    ``average``: that of the learner, see there.
    """
    weight, total, count = 0.0, 0.0, 0
    for age, (source, score) in enumerate(evidence):
        share = WEIGHTS[source] * FADE**age
        weight += share
        total += share * score
        count += 1
    return of_sums(weight=weight, total=total, count=count, average=average)


def history(evidence: Sequence[tuple[str, float]], *, average: float, latest: int) -> list[float]:
    """The estimates after each of the ``latest`` pieces, oldest first. As ``mastery``."""
    first = min(latest, len(evidence))
    return [mastery(evidence[age:], average=average).estimate for age in reversed(range(first))]


def of_sums(*, weight: float, total: float, count: int, average: float) -> Mastery:
    """From the sums of the faded weights of ``count`` pieces, and of these weights times scores."""
    if not count:
        return Mastery(level=Level.UNSEEN, estimate=average, count=0, average=average)
    estimate = (_PRIOR_WEIGHT * average + total) / (_PRIOR_WEIGHT + weight)
    # Other concepts alone give no level: it takes the lower of what is expected and what was shown.
    level = _level(min(estimate, total / weight), weight)
    return Mastery(level=level, estimate=estimate, count=count, average=average)


def _level(share: float, weight: float) -> Level:
    if share >= SOLID and weight >= _SOLID_WEIGHT:
        return Level.SOLID
    return Level.GROWING if share >= GROWING else Level.SHAKY
