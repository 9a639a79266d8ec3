"""Marking is a pure function: a draw and an answer in, a verdict or a sentence out."""

import math
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.marking import mark
from apps.quizzes.numbers import Unreadable, read_count, read_number, shown_number

OPTIONS = [
    {"html": "A", "correct": True, "misconception": ""},
    {"html": "B", "correct": False, "misconception": "believes-b"},
    {"html": "C", "correct": True, "misconception": ""},
    {"html": "D", "correct": False, "misconception": "believes-d"},
]
COUNTS = {"tp": 5, "fp": 2, "fn": 3, "tn": 90}
CURVE = {
    "points": [
        {"threshold": 0.9 - 0.2 * n, "tp": 1 + 2 * n, "fp": n, "fn": 9 - 2 * n, "tn": 90 - n}
        for n in range(5)
    ],
    "cost_fp": 1,
    "cost_fn": 1,
}
BELIEFS = {"errors-swapped": "…", "classes-swapped": "…"}
INPUTS = sorted({name for kind in KINDS.values() for name in kind.inputs})
MINUS = "\N{MINUS SIGN}"
THIN, NARROW = "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}"


def numeric(text: str, *, answer: float = 0.25, **facts: Any) -> Marked:
    drawn = Drawn(parameters={}, answer=answer, distractors={"upside-down": 4, "near": 0.3})
    facts = {"unit": "", "absolute": 0.01, "relative": None, "misconceptions": {}} | facts
    return mark(kind="numeric", drawn=drawn, facts=facts, response={"number": [text]})


def options(kind: str, *chosen: str, order: tuple[int, ...] = (0, 1, 2, 3)) -> Marked:
    rows = OPTIONS if kind == "multiple" else [OPTIONS[0], OPTIONS[1], OPTIONS[3]]
    drawn = Drawn(parameters={}, order=[index for index in order if index < len(rows)])
    facts = {"options": rows, "misconceptions": {}}
    return mark(kind=kind, drawn=drawn, facts=facts, response={"option": list(chosen)})


def matrix(**given: str) -> Marked:
    drawn = Drawn(parameters={}, answer=COUNTS)
    response = {name: [text] for name, text in given.items()}
    facts = {"misconceptions": BELIEFS}
    return mark(kind="confusion-matrix", drawn=drawn, facts=facts, response=response)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.25", 0.25),
        (" 0,25 ", 0.25),
        (".5", 0.5),
        ("5.", 5),
        ("+3", 3),
        ("-0.25", -0.25),
        (f"{MINUS}0,25", -0.25),
        ("1e-3", 0.001),
        ("2.5E2", 250),
        ("1 234", 1234),
        (f"1{THIN}234{NARROW}567,5", 1234567.5),
        ("0,125", 0.125),
        ("1.234", 1.234),
        ("1234,567", 1234.567),
        ("1e-999", 0),
        ("00012", 12),
    ],
)
def test_number_is_read(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Write a number, such as 0.25."),
        (" \u00a0 ", "Write a number, such as 0.25."),
        ("a quarter", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("1/4", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("nan", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("-inf", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("1_000", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("0x10", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("1.000,5", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("12 34", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("٣", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("--1", "This is not a number. Write one in digits, such as 0.25 or 1e-3."),
        ("1,234", "1,234 can be read in two ways. Write 1234 or 1.234."),
        ("25 %", "Write the number itself, such as 0.25, without a percent sign."),
        ("1e999", "This number is too large to be read. Write a smaller one."),
        ("9" * 41, "Write a number of at most 40 characters, such as 0.25."),
    ],
)
def test_number_that_is_none_or_two_is_told(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_number(text)
    assert str(caught.value) == message


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_sentence(text: str) -> None:
    for read in (read_number, read_count):
        with suppress(Unreadable):
            assert math.isfinite(read(text))


@pytest.mark.parametrize("text", ["25", "25%", "25 %", f"25{THIN}%", "25,0%"])
def test_unit_may_be_repeated(text: str) -> None:
    assert numeric(text, answer=25, unit="%") == Marked(correct=True)


@pytest.mark.parametrize(
    ("text", "correct"),
    [("0.26", True), ("0.24", True), ("0.2601", False), ("0.2399", False), ("0.25", True)],
)
def test_absolute_tolerance_holds_its_edge(text: str, correct: bool) -> None:
    assert numeric(text).correct is correct


def test_answer_within_either_tolerance_is_right() -> None:
    assert numeric("103", answer=100, absolute=0.01, relative=0.03).correct
    assert not numeric("103.1", answer=100, absolute=0.01, relative=0.03).correct
    assert numeric("0.01", answer=0, absolute=0.01, relative=0.03).correct
    assert numeric("-103", answer=-100, absolute=None, relative=0.03).correct
    assert numeric("7", answer=7, absolute=0, relative=None).correct
    assert not numeric("7.001", answer=7, absolute=0, relative=None).correct


def test_typical_wrong_number_is_recognised() -> None:
    assert numeric("4.0") == Marked(correct=False, misconceptions=("upside-down",))
    assert numeric("0.31").misconceptions == ("near",)
    assert numeric("17").misconceptions == ()


def test_single_choice_is_read_as_shown() -> None:
    assert options("single", "0") == Marked(correct=True)
    assert options("single", "0", order=(2, 1, 0)) == Marked(
        correct=False, misconceptions=("believes-d",)
    )
    assert options("single", "2", order=(2, 1, 0)).correct


@pytest.mark.parametrize("chosen", [(), ("0", "1"), ("9",), ("-1",), ("x",), ("0 ",)])
def test_single_choice_is_one_choice(chosen: tuple[str, ...]) -> None:
    with pytest.raises(NotMarked, match=r"^Choose one of the answers\.$"):
        options("single", *chosen)


@pytest.mark.parametrize(
    ("chosen", "score", "misconceptions"),
    [
        (("0", "2"), 1.0, ()),
        (("2", "0", "0"), 1.0, ()),
        (("0",), 0.5, ()),
        (("0", "1", "2"), 0.5, ("believes-b",)),
        (("0", "1"), 0.0, ("believes-b",)),
        (("0", "1", "2", "3"), 0.0, ("believes-b", "believes-d")),
        (("3", "1"), 0.0, ("believes-b", "believes-d")),
    ],
)
def test_multiple_choice_gives_credit_for_what_is_right(
    chosen: tuple[str, ...], score: float, misconceptions: tuple[str, ...]
) -> None:
    marked = options("multiple", *chosen)
    assert (marked.score, marked.correct) == (score, score == 1)
    assert marked.misconceptions == misconceptions


def test_multiple_choice_without_any_is_told() -> None:
    with pytest.raises(NotMarked, match=r"^Choose at least one of the answers\.$"):
        options("multiple")


@pytest.mark.parametrize(
    ("given", "marked"),
    [
        ({"tp": "5", "fp": "2", "fn": "3", "tn": " 90"}, Marked(correct=True)),
        ({"tp": "5", "fp": "2", "fn": "3", "tn": "91"}, Marked(correct=False, credit=0.75)),
        (
            {"tp": "5", "fp": "3", "fn": "2", "tn": "90"},
            Marked(correct=False, misconceptions=("errors-swapped",), credit=0.5),
        ),
        (
            {"tp": "90", "fp": "3", "fn": "2", "tn": "5"},
            Marked(correct=False, misconceptions=("classes-swapped",)),
        ),
        ({"tp": "90", "fp": "2", "fn": "3", "tn": "5"}, Marked(correct=False, credit=0.5)),
    ],
)
def test_confusion_matrix_is_marked_cell_by_cell(given: dict[str, str], marked: Marked) -> None:
    assert matrix(**given) == marked


@pytest.mark.parametrize("text", ["", "-1", "2.5", "1e2", "two", "9" * 13, "1 2"])
def test_count_that_is_none_is_told_with_its_cell(text: str) -> None:
    with pytest.raises(NotMarked) as caught:
        matrix(tp="5", fp="2", fn=text, tn="90")
    assert caught.value.input == "fn"
    assert str(caught.value) == (
        "Actually positive, predicted negative: Write a whole number from 0 on, such as 12."
    )


@given(st.dictionaries(st.sampled_from(INPUTS), st.lists(st.text())))
def test_any_response_gets_a_verdict_or_a_sentence(response: Response) -> None:
    drawn = {
        "single": Drawn(parameters={}, order=[1, 0, 2, 3]),
        "multiple": Drawn(parameters={}, order=[1, 0, 2, 3]),
        "metric": Drawn(parameters={}, order=[1, 0, 2, 3]),
        "numeric": Drawn(parameters={}, answer=1),
        "confusion-matrix": Drawn(parameters={}, answer=COUNTS),
        "ordering": Drawn(parameters={}, order=[1, 0, 2]),
        "matching": Drawn(parameters={}, order=[1, 0, 2]),
        "matrix": Drawn(parameters={}, answer=[[0.5]]),
        "threshold": Drawn(parameters={}, answer=4, shown=CURVE),
        "short-text": Drawn(parameters={}),
        "code-output": Drawn(parameters={}, answer="1"),
    }
    facts = {
        "options": OPTIONS,
        "misconceptions": {},
        "unit": "",
        "absolute": 1,
        "relative": 0,
        "swapped": {},
        "pairs": [{"html": "A", "misconception": "", "mistaken": -1}] * 3,
        "rows": ["x"],
        "columns": ["y"],
        "plot": "roc",
        "answers": ["1"],
        "mistaken": {},
    }
    assert drawn.keys() == KINDS.keys()
    for kind, one in drawn.items():
        with suppress(NotMarked):
            assert (
                not mark(kind=kind, drawn=one, facts=facts, response=response).correct or response
            )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (2.0, "2"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (1234567.25, "1234567.25"),
        (1e-7, "1e-07"),
        (100.0, "100"),
        (2 / 3, "0.666666666667"),
    ],
)
def test_number_is_shown_without_trailing_zeros(value: float, text: str) -> None:
    assert shown_number(value) == text


def test_shown_number_is_read_again() -> None:
    source = random.Random(1)
    for _ in range(200):
        value = source.uniform(-1, 1) * 10 ** source.randint(-8, 8)
        assert read_number(shown_number(value)) == pytest.approx(value, rel=1e-10)
