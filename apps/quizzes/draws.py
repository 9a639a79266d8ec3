"""One question with its numbers: what a seed makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

type Number = int | float
# What a generator may put into a text. Numbers are formatted where the text says how.
type Values = Mapping[str, Number | str]
# What is right, as plain JSON: each kind says in its module which form it takes.
type Answer = Number | str | Mapping[str, Any] | Sequence[Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a generator returns: a pure function of its seed.

    ``parameters`` are the numbers that the question shows. ``worked`` are those that only its
    explanation may show, since they give the answer away. ``answer``: the number of a numeric
    question, the four counts of a confusion matrix by ``tp``, ``fp``, ``fn``, ``tn``, what another
    kind takes, or None where the options of the question say what is right. ``distractors``: what
    one answers who has a misconception, by its name. ``shown``: what the kind draws for the learner
    beside the texts, such as the points of a curve, as plain JSON; like the parameters, it is on
    the page before the answer.
    """

    parameters: Values
    worked: Values = field(default_factory=dict)
    answer: Answer = None
    distractors: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
