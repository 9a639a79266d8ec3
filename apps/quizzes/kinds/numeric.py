"""One number, right within a tolerance."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.curriculum.front_matter import one_line
from apps.quizzes.draws import Number
from apps.quizzes.kinds.kind import (
    Asked,
    Case,
    Drawn,
    Facts,
    Kind,
    Marked,
    NotMarked,
    Response,
    Wrong,
)
from apps.quizzes.numbers import LONGEST, Unreadable, read_number, shown_number

INPUT = "number"
# An answer on the very edge is not lost to binary fractions.
_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberView:
    text: str  # what the learner wrote
    unit: str
    longest: int
    right: str = ""  # after marking
    tolerance: str = ""


def is_number(value: Any) -> bool:
    """Of the very types that a draw may hold, so that it survives its way through JSON."""
    return type(value) in {int, float} and math.isfinite(value)


def number_check(value: Any) -> str:
    return "" if is_number(value) else "must be a number"


def tolerance_check(value: Any) -> str:
    return "" if is_number(value) and value >= 0 else "must be a number from 0 on"


def distractors_check(value: Any) -> str:
    good = isinstance(value, dict) and all(map(is_number, value.values()))
    return "" if good else "must be a table such as {name-of-a-misconception = 0.5}"


def tolerance_of(facts: Facts, value: Number) -> float:
    """How far an answer may be from ``value``."""
    relative = (facts["relative"] or 0) * abs(value)
    return float(max(facts["absolute"] or 0, relative))


def equals(number: float, value: Number, facts: Facts) -> bool:
    """Whether ``number`` counts as ``value``."""
    edge = _EDGE * max(tolerance_of(facts, value), abs(value) * 1e-3)
    return abs(number - value) <= tolerance_of(facts, value) + edge


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    if facts["absolute"] is None and facts["relative"] is None:
        yield "kind", "Say how near an answer must come: absolute, relative, or both."
    known = facts["misconceptions"]
    drawn: set[str] = set()
    for case in cases:
        drawn |= case.drawn.distractors.keys()
        for name, value in case.drawn.distractors.items():
            if not is_number(value):
                yield "generator", f"The distractor {name} is {value!r}, not an int or a float."
                return
    for name in sorted(drawn - known.keys()):
        yield "misconceptions", f"The distractor {name} has no sentence here. Write one."
    for name in sorted(known.keys() - drawn):
        yield "misconceptions", f"{name} is the name of no distractor. Take it out, or add one."
    for case in cases:
        if wrong := _wrong_answer(facts, case.drawn):
            yield wrong
            return


def _wrong_answer(facts: Facts, drawn: Drawn) -> Wrong | None:
    answer = drawn.answer
    if not isinstance(answer, int | float) or not is_number(answer):
        return "generator", f"The answer is {answer!r}, not an int or a float."
    for name, value in drawn.distractors.items():
        if equals(value, answer, facts):
            return (
                "generator",
                f"For some draws, the distractor {name} ({shown_number(value)}) counts as the "
                f"answer ({shown_number(answer)}). Draw again, or narrow the tolerance.",
            )
    return None


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    given = [*response.get(INPUT, ()), ""][0]
    try:
        number = read_number(given, unit=facts["unit"])
    except Unreadable as error:
        raise NotMarked(str(error), input=INPUT) from None
    answer = drawn.answer
    if not isinstance(answer, int | float):
        raise TypeError("a numeric question without a number")
    if equals(number, answer, facts):
        return Marked(correct=True)
    near = sorted(
        (abs(number - value), name)
        for name, value in drawn.distractors.items()
        if equals(number, value, facts)
    )
    return Marked(correct=False, misconceptions=tuple(name for _, name in near[:1]))


def right(drawn: Drawn, facts: Facts) -> Response:
    return {INPUT: [repr(drawn.answer)]}


def show(asked: Asked) -> NumberView:
    view = {
        "text": [*asked.response.get(INPUT, ()), ""][0],
        "unit": asked.facts["unit"],
        "longest": LONGEST,
    }
    answer = asked.drawn.answer
    if not asked.marked or not isinstance(answer, int | float):
        return NumberView(**view)
    tolerance = tolerance_of(asked.facts, answer)
    return NumberView(
        **view,
        right=shown_right(answer),
        tolerance=shown_number(tolerance, digits=2) if tolerance else "",
    )


def shown_right(number: Number, *, digits: int = 6) -> str:
    return shown_number(number, digits=digits).replace("-", "\N{MINUS SIGN}", 1)


NUMERIC = Kind(
    name="numeric",
    template="quizzes/kinds/numeric.html",
    inputs=(INPUT,),
    difficulty=3,
    facts={
        "unit": one_line(20),
        "absolute": tolerance_check,
        "relative": tolerance_check,
        "answer": number_check,
        "distractors": distractors_check,
    },
    may_lack={"unit": "", "absolute": None, "relative": None, "answer": None, "distractors": {}},
    judge=judge,
    mark=mark,
    right=right,
    show=show,
)
