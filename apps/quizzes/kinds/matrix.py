"""A grid of numbers to fill in, each right within a tolerance: weights, a product, a gradient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from apps.curriculum.front_matter import lines_of
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
from apps.quizzes.kinds.numeric import (
    equals,
    is_number,
    shown_right,
    tolerance_check,
    tolerance_of,
)
from apps.quizzes.numbers import LONGEST, Unreadable, read_number

MOST = 6  # rows, and columns
LONGEST_LABEL = 40
TRANSPOSED, SUMS = "transposed", "rows-do-not-add-up"
# Recognised without a distractor of that name.
BUILT_IN = {TRANSPOSED, SUMS}

type Matrix = Sequence[Sequence[Number]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    name: str
    label: str
    text: str
    state: str = ""  # after marking: passed or failed
    word: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridView:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell, ...]], ...]
    longest: int


def labels_check(value: Any) -> str:
    if wrong := lines_of(LONGEST_LABEL, fewest=1, most=MOST)(value):
        return wrong
    if len(set(value)) < len(value):
        return "holds a label twice; one could not tell their cells apart"
    if any(mark in label for label in value for mark in ("{{", "$", "`")):
        return "holds Markdown or a number of the draw; labels are plain text, such as x₁"
    return ""


def answer_check(value: Any) -> str:
    return "" if _is_matrix(value) else "must be a list of rows: [[0.5, 0.5], [0, 1]]"


def distractors_check(value: Any) -> str:
    good = isinstance(value, dict) and all(map(_is_matrix, value.values()))
    return "" if good else "must be a table such as {name-of-a-misconception = [[1, 0], [0, 1]]}"


def _is_matrix(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(row, list | tuple) and row and all(map(is_number, row)) for row in value)
    )


def _name(row: int, column: int) -> str:
    return f"cell-{row}-{column}"


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    if facts["absolute"] is None and facts["relative"] is None:
        yield "kind", "Say how near an answer must come: absolute, relative, or both."
    for case in cases:
        if misshapen := _wrong_shape(facts, case.drawn):
            yield "generator", misshapen
            return
    known = facts["misconceptions"].keys()
    drawn = set(chain.from_iterable(case.drawn.distractors for case in cases))
    for name in sorted(drawn - known):
        yield "misconceptions", f"The distractor {name} has no sentence here. Write one."
    for name in sorted(known - drawn - BUILT_IN):
        yield "misconceptions", f"{name} is the name of no distractor. Take it out, or add one."
    for case in cases:
        if wrong := _wrong_recognition(facts, case.drawn):
            yield wrong
            return


def _wrong_shape(facts: Facts, drawn: Drawn) -> str:
    rows, columns = len(facts["rows"]), len(facts["columns"])
    for what, value in {"answer": drawn.answer, **drawn.distractors}.items():
        if not _is_matrix(value):
            return f"{what} is {value!r:.80}, not a list of rows of ints and floats."
        if len(value) != rows or any(len(row) != columns for row in value):
            return f"{what} has another shape than rows and columns, {rows} by {columns}."
    return ""


def _wrong_recognition(facts: Facts, drawn: Drawn) -> Wrong | None:
    answer, known = _answer(drawn), facts["misconceptions"]
    for name, value in drawn.distractors.items():
        if _all_equal(value, answer, facts):
            message = f"For some draws, the distractor {name} counts as the answer. Draw again."
            return "generator", message
    if TRANSPOSED in known and TRANSPOSED not in drawn.distractors:
        if len(answer) != len(answer[0]):
            return "misconceptions", f"{TRANSPOSED} needs as many rows as columns."
        if _all_equal(_transposed(answer), answer, facts):
            message = f"For some draws, the answer {TRANSPOSED} is the answer. Draw again."
            return "misconceptions", message
    if SUMS in known and not _add_up(answer, answer, facts):
        return "misconceptions", f"{SUMS} needs an answer whose rows add up to 1."
    return None


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    answer = _answer(drawn)
    given = [
        [
            _read(response, _name(i, j), label=_label(facts, i, j))
            for j in range(len(facts["columns"]))
        ]
        for i in range(len(facts["rows"]))
    ]
    cells = [
        equals(number, value, facts)
        for row, values in zip(given, answer, strict=True)
        for number, value in zip(row, values, strict=True)
    ]
    if all(cells):
        return Marked(correct=True)
    believed = [*_recognised(given, drawn, facts)]
    return Marked(correct=False, misconceptions=tuple(believed[:1]), credit=sum(cells) / len(cells))


def _read(response: Response, name: str, *, label: str) -> float:
    try:
        return read_number([*response.get(name, ()), ""][0])
    except Unreadable as error:
        raise NotMarked(f"{label}: {error}", input=name) from None


def _label(facts: Facts, row: int, column: int) -> str:
    return f"{facts['rows'][row]}, {facts['columns'][column]}"


def _recognised(given: Matrix, drawn: Drawn, facts: Facts) -> Iterator[str]:
    """Names of mistakes, the most telling first."""
    answer, known = _answer(drawn), facts["misconceptions"]
    for name, value in drawn.distractors.items():
        if _all_equal(given, value, facts):
            yield name
    square = len(answer) == len(answer[0])
    if TRANSPOSED in known and square and _all_equal(given, _transposed(answer), facts):
        yield TRANSPOSED
    if SUMS in known and _add_up(answer, answer, facts) and not _add_up(given, answer, facts):
        yield SUMS


def _answer(drawn: Drawn) -> Matrix:
    if not isinstance(drawn.answer, list | tuple):
        raise TypeError("a matrix without its rows")
    return drawn.answer


def _transposed(matrix: Matrix) -> Matrix:
    return [*zip(*matrix, strict=True)]


def _all_equal(given: Matrix, matrix: Matrix, facts: Facts) -> bool:
    return all(
        equals(number, value, facts)
        for row, values in zip(given, matrix, strict=True)
        for number, value in zip(row, values, strict=True)
    )


def _add_up(given: Matrix, answer: Matrix, facts: Facts) -> bool:
    """Whether each row adds up to 1, as near as its cells have to be to what is right."""
    return all(
        equals(sum(row), 1, {"absolute": sum(tolerance_of(facts, v) for v in right), "relative": 0})
        for row, right in zip(given, answer, strict=True)
    )


def right(drawn: Drawn, facts: Facts) -> Response:
    return {
        _name(row, column): [repr(value)]
        for row, values in enumerate(_answer(drawn))
        for column, value in enumerate(values)
    }


def show(asked: Asked) -> GridView:
    facts = asked.facts
    return GridView(
        columns=tuple(facts["columns"]),
        rows=tuple(
            (title, tuple(_cell(asked, row, column) for column in range(len(facts["columns"]))))
            for row, title in enumerate(facts["rows"])
        ),
        longest=LONGEST,
    )


def _cell(asked: Asked, row: int, column: int) -> GridCell:
    name, label = _name(row, column), _label(asked.facts, row, column)
    text = [*asked.response.get(name, ()), ""][0]
    if not asked.marked:
        return GridCell(name=name, label=label, text=text)
    right = _answer(asked.drawn)[row][column]
    good = _is(text, right, asked.facts)
    return GridCell(
        name=name,
        label=label,
        text=text,
        state="passed" if good else "failed",
        word="right" if good else "not right",
        right=shown_right(right, digits=4),
    )


def _is(text: str, value: Number, facts: Facts) -> bool:
    try:
        return equals(read_number(text), value, facts)
    except Unreadable:  # left out in an exam
        return False


MATRIX = Kind(
    name="matrix",
    template="quizzes/kinds/matrix.html",
    inputs=tuple(_name(row, column) for row in range(MOST) for column in range(MOST)),
    facts={
        "rows": labels_check,
        "columns": labels_check,
        "absolute": tolerance_check,
        "relative": tolerance_check,
        "answer": answer_check,
        "distractors": distractors_check,
    },
    may_lack={"absolute": None, "relative": None, "answer": None, "distractors": {}},
    judge=judge,
    mark=mark,
    right=right,
    show=show,
)
