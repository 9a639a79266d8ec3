"""Answers as plain data: what counts as the same, and how a difference is told."""

from typing import Any

import pytest

from apps.exercises.values import difference

NAN = ["float", "nan"]


def compared(right: Any, answer: Any, *, ordered: bool = True) -> str:
    return difference(right, answer, tolerance=1e-6, ordered=ordered)


@pytest.mark.parametrize(
    ("right", "answer"),
    [
        (1, 1.0),
        (0.1 + 0.2, 0.3),
        (1e9, 1e9 + 1),
        (NAN, NAN),
        (["float", "inf"], ["float", "inf"]),
        (["int", "1" + "0" * 40], ["int", "1" + "0" * 40]),
        ("é", "é"),
        (None, None),
        (["list", [1, ["tuple", [2, "x"]]]], ["list", [1, ["tuple", [2.0, "x"]]]]),
        (["array", [2], [1.0, NAN]], ["array", [2], [1, NAN]]),
        (["dict", [["a", 1]]], ["dict", [["a", 1.0]]]),
        (["table", ["a"], [[1], [2]]], ["table", ["a"], [[1.0], [2]]]),
        (["series", ["x"], [1.5]], ["series", ["x"], [1.5]]),
    ],
)
def test_equal_values(right: Any, answer: Any) -> None:
    assert compared(right, answer) == ""


@pytest.mark.parametrize(
    ("right", "answer", "told"),
    [
        (1, 2, "The answer is 2; 1 is right."),
        (True, 1, "The answer is 1; True is right."),
        (0.0, 1e-3, "The answer is 0.001; 0 is right."),
        (1.0, NAN, "The answer is nan; 1 is right."),
        (1.0, None, "The answer is None; 1 is right."),
        ("a", "b", "The answer is 'b'; 'a' is right."),
        (["list", [1]], ["tuple", [1]], "The answer is a tuple; a list is right."),
        (["list", [1]], 1, "The answer is 1; a list is right."),
        (["list", [1, 2]], ["list", [1]], "The answer has 1 value; 2 values would be right."),
        (["list", [1, 2]], ["list", [1, 3]], "Value [1] is 3; 2 is right."),
        (
            ["list", [["list", [1]], ["list", [2]]]],
            ["list", [["list", [1]], ["list", [9]]]],
            "Value [0] of value [1] is 9; 2 is right.",
        ),
        (
            ["array", [2, 2], [1, 2, 3, 4]],
            ["array", [4], [1, 2, 3, 4]],
            "The answer has the shape (4,); (2, 2) is right.",
        ),
        (
            ["array", [2, 2], [1, 2, 3, 4]],
            ["array", [2, 2], [1, 2, 9, 4]],
            "Value [1, 0] is 9; 3 is right.",
        ),
        (["dict", [["a", 1]]], ["dict", []], "The answer lacks the key 'a'."),
        (
            ["dict", [["a", 1]]],
            ["dict", [["a", 1], ["b", 2]]],
            "The answer has the key 'b', which does not belong there.",
        ),
        (["dict", [["a", 1]]], ["dict", [["a", 2]]], "The value of 'a' is 2; 1 is right."),
        (
            ["series", ["x", "y"], [1, 2]],
            ["series", ["y", "x"], [1, 2]],
            "Value [0] of its index is 'y'; 'x' is right.",
        ),
        (
            ["frame", ["a"], [[1]]],
            ["frame", ["a", "b"], [[1, 2]]],
            "The answer has the columns a, b. It needs a.",
        ),
        (
            ["set", [1, 2]],
            ["set", [1]],
            "The answer is a set with 1 value; a set with 2 values is right.",
        ),
        (1, ["object", "Thing"], "The answer is a value of the type Thing; 1 is right."),
        (
            ["int", "1" + "0" * 40],
            ["int", "1" + "0" * 39 + "1"],
            "The answer is 10000000000000000000000000000000000000001; 1000",
        ),
        (["int", "1" + "0" * 400], 1.5, "The answer is 1.5; 1000"),
        # Nothing is known of them but their type.
        (
            ["object", "Thing"],
            ["object", "Thing"],
            "The answer is a value of the type Thing, which",
        ),
    ],
)
def test_differences_are_told(right: Any, answer: Any, told: str) -> None:
    assert compared(right, answer).startswith(told)


def test_order_of_rows_counts_where_the_task_says_so() -> None:
    right, answer = ["table", ["a"], [[1], [2]]], ["table", ["a"], [[2], [1]]]

    assert compared(right, answer) == "Row 1, column a, is 2; 1 is right."
    assert compared(right, answer, ordered=False) == ""


@pytest.mark.parametrize(
    "odd",
    [
        [],
        [1],
        {"a": 1},
        ["array"],
        ["array", "x", []],
        ["dict", 3],
        ["float"],
        ["float", "x"],
        ["float", "1"],
        ["float", True],
        ["int", 1],
    ],
)
def test_forged_values_are_never_equal(odd: Any) -> None:
    for right in (1, ["array", [1], [1]], ["dict", [["a", 1]]], ["list", [1]]):
        try:
            assert compared(right, odd) != ""
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            continue  # which running.py takes for an answer that cannot be read
