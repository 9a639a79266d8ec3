"""One question with its numbers: what a seed makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

type Number = int | float
# What a generator may put into a text. Numbers are formatted where the text says how.
type Values = Mapping[str, Number | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a generator returns: a pure function of its seed.

    ``parameters`` are the numbers that the question shows. ``worked`` are those that only its
    explanation may show, since they give the answer away. ``answer``: the number of a numeric
    question, the four counts of a confusion matrix by ``tp``, ``fp``, ``fn``, ``tn``, or None where
    the options of the question say what is right. ``distractors``: what one answers who has a
    misconception, by its name.
    """

    parameters: Values
    worked: Values = field(default_factory=dict)
    answer: Number | Mapping[str, int] | None = None
    distractors: Mapping[str, Number] = field(default_factory=dict)
