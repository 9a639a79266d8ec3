"""The four counts of a confusion matrix, laid out as scikit-learn does: negative first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from apps.quizzes.numbers import Unreadable, read_count

# In the order of rows (what is) and columns (what was predicted). Their usual names may be just
# what a question asks for.
CELLS = {
    "tn": "Actually negative, predicted negative",
    "fp": "Actually negative, predicted positive",
    "fn": "Actually positive, predicted negative",
    "tp": "Actually positive, predicted positive",
}
# What is recognised: the counts that one writes who mixes two things up.
MIXED_UP = {
    "errors-swapped": {"fp": "fn", "fn": "fp"},
    "classes-swapped": {"tp": "tn", "tn": "tp", "fp": "fn", "fn": "fp"},
    "rights-swapped": {"tp": "tn", "tn": "tp"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    name: str
    label: str
    text: str
    state: str = ""  # after marking: passed or failed
    word: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixView:
    rows: tuple[tuple[str, tuple[CellView, CellView]], ...]


def answer_check(value: Any) -> str:
    return "" if _is_matrix(value) else "must be four counts: {tp = 1, fp = 2, fn = 3, tn = 4}"


def _is_matrix(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == CELLS.keys()
        and all(type(count) is int and count >= 0 for count in value.values())
    )


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    for name in sorted(facts["misconceptions"].keys() - MIXED_UP.keys()):
        yield "misconceptions", f"{name} is never recognised. Known are {', '.join(MIXED_UP)}."
    for case in cases:
        if not _is_matrix(case.drawn.answer):
            yield "generator", f"The answer is {case.drawn.answer!r}, not four counts by name."
            return


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    given = {}
    for name, label in CELLS.items():
        try:
            given[name] = read_count([*response.get(name, ()), ""][0])
        except Unreadable as error:
            raise NotMarked(f"{label}: {error}", input=name) from None
    answer = _answer(drawn)
    if given == answer:
        return Marked(correct=True)
    believed = (
        name
        for name, swapped in MIXED_UP.items()
        if name in facts["misconceptions"]
        and given == {cell: answer[swapped.get(cell, cell)] for cell in CELLS}
    )
    right = sum(given[name] == answer[name] for name in CELLS)
    return Marked(correct=False, misconceptions=tuple(believed)[:1], credit=right / len(CELLS))


def _answer(drawn: Drawn) -> Mapping[str, int]:
    if not isinstance(drawn.answer, Mapping):
        raise TypeError("a confusion matrix without its counts")
    return drawn.answer


def right(drawn: Drawn, facts: Facts) -> Response:
    return {name: [str(count)] for name, count in _answer(drawn).items()}


def show(asked: Asked) -> MatrixView:
    tn, fp, fn, tp = (_cell(asked, name, label) for name, label in CELLS.items())
    return MatrixView(rows=(("Actually negative", (tn, fp)), ("Actually positive", (fn, tp))))


def _cell(asked: Asked, name: str, label: str) -> CellView:
    text = [*asked.response.get(name, ()), ""][0]
    if not asked.marked:
        return CellView(name=name, label=label, text=text)
    right = _answer(asked.drawn)[name]
    good = _is(text, right)
    return CellView(
        name=name,
        label=label,
        text=text,
        state="passed" if good else "failed",
        word="right" if good else "not right",
        right=str(right),
    )


def _is(text: str, count: int) -> bool:
    try:
        return read_count(text) == count
    except Unreadable:  # left out in an exam
        return False


CONFUSION_MATRIX = Kind(
    name="confusion-matrix",
    template="quizzes/kinds/confusion_matrix.html",
    inputs=tuple(CELLS),
    facts={"answer": answer_check},
    may_lack={"answer": None},
    judge=judge,
    mark=mark,
    right=right,
    show=show,
)
