"""Questions about programs, against programs that count, and against NumPy."""

from collections.abc import Callable
from functools import partial
from math import isclose
from typing import Any

import numpy as np

from tests.quizzes.drawn import assert_equal, draws, number, numbers


class Counted:
    """A value that counts how often it is compared."""

    comparisons = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return isinstance(other, Counted) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]


def comparisons_of(search: Callable[[], Any]) -> int:
    Counted.comparisons = 0
    search()
    return Counted.comparisons


def collect(size: int) -> None:
    seen: list[Counted] = []
    for value in map(Counted, range(size)):
        if value not in seen:
            seen.append(value)


def search_all(asked: list[Counted], known: list[Counted]) -> list[Counted]:
    return [one for one in asked if one in known]


def test_search_in_a_list_grows_as_counted_comparisons_do() -> None:
    for size in (2, 3, 10, 40):
        assert comparisons_of(partial(collect, size)) == size * (size - 1) // 2
    for draw in draws("search_in_a_list"):
        rows, seconds, times, all_rows = numbers(draw, "rows seconds times all_rows")
        few, many = (size * (size - 1) / 2 for size in (rows, all_rows))
        assert (number(draw, "few"), number(draw, "many")) == (few, many)
        assert isinstance(draw.answer, float)
        # The exact count differs from the square by less than the tolerance of 2 %.
        assert isclose(draw.answer, seconds * many / few, rel_tol=1e-3)
        assert_equal(
            draw.distractors,
            {
                "grows-in-step": draw.answer / times,
                "counted-twice": draw.answer / times * 2,
                "cubed": draw.answer * times,
                "half-of-the-square": draw.answer / 2,
            },
        )
        assert isclose(number(draw, "minutes") * 60, draw.answer)
        assert isclose(number(draw, "factor"), draw.answer / seconds)


def test_one_list_in_another_against_counted_comparisons() -> None:
    for asked, known in ((1, 1), (3, 5), (7, 20)):
        of_known = [Counted(value) for value in range(known)]
        of_asked = [Counted(-1 - value) for value in range(asked)]
        found = comparisons_of(partial(search_all, of_asked, of_known))
        assert found == asked * known
    for draw in draws("one_list_in_another"):
        asked_rows, known_rows = numbers(draw, "asked known")
        table = np.broadcast_shapes((int(asked_rows), 1), (int(known_rows),))
        assert draw.answer == np.prod(table)
        assert_equal(
            draw.distractors,
            {
                "one-pass-over-each": np.sum(table),
                "found-halfway": np.prod(table) / 2,
                "longer-list-only": max(table),
                "pairs-of-one-list": sum(range(int(known_rows))),
            },
        )


def test_shared_default_against_such_a_function() -> None:
    for draw in draws("shared_default"):
        first, second, third = map(int, numbers(draw, "first second third"))
        namespace: dict[str, Any] = {}
        exec(  # noqa: S102 - the very lines of the question
            "def add(items, basket=[]):\n    basket.extend(items)\n    return len(basket)\n",
            namespace,
        )
        add = namespace["add"]
        add(range(first))
        assert add(range(second), []) == second
        assert draw.answer == add(range(third))
        assert_equal(
            draw.distractors,
            {
                "new-list-for-each-call": len([*range(third)]),
                "every-call-shares": len([*range(first), *range(second), *range(third)]),
                "last-list-goes-on": len([*range(second), *range(third)]),
            },
        )


def test_table_in_gigabytes_against_a_structured_type() -> None:
    for draw in draws("table_in_gigabytes"):
        millions, letters, floats, unused, memory = map(
            int, numbers(draw, "millions letters floats unused memory")
        )

        def gigabytes(*types: str, rows: float = millions) -> float:
            return np.dtype(",".join(types)).itemsize * rows / 1_000

        text = (f"S{letters}", "i8")  # the letters, and where they begin
        needed = gigabytes("i1", "i2", *["f4"] * floats)
        as_read = gigabytes(*text, "i8", *["f8"] * floats, *["i8"] * unused)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, needed)
        assert_equal(
            draw.distractors,
            {
                "every-column-read": as_read,
                "types-as-guessed": gigabytes(*text, "i8", *["f8"] * floats),
                "text-in-each-row": gigabytes(*text, "i2", *["f4"] * floats),
                "category-like-a-number": gigabytes("i8", "i2", *["f4"] * floats),
            },
        )
        assert needed < memory / 2
        assert as_read > memory
        assert isclose(number(draw, "as_read"), as_read)


def test_calls_in_a_profile_against_a_sum_over_calls() -> None:
    for draw in draws("calls_in_a_profile"):
        calls, different, look_up = numbers(draw, "calls different look_up")
        rest = sum(numbers(draw, "load write strip"))
        one_call = np.full(int(calls), look_up / calls)
        left = one_call[: int(different)].sum()
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, rest + left)
        assert_equal(
            draw.distractors,
            {
                "looking-up-becomes-free": rest,
                "everything-shrinks": (rest + look_up) * different / calls,
                "saved-part-kept": rest + one_call[int(different) :].sum(),
                "rest-forgotten": left,
            },
        )
        # The part to begin with is the largest by far, and not the one with most calls.
        assert look_up > 2 * max(numbers(draw, "load write strip"))
        assert number(draw, "strip_calls") > calls


def test_lines_of_a_column_against_strides() -> None:
    for draw in draws("lines_of_a_column"):
        rows, columns, bits = map(int, numbers(draw, "rows columns bits"))
        # A hundredth of the rows, since a million take long to count.
        table = np.empty((rows // 100, columns), dtype=f"f{bits // 8}", order="F")

        def lines(column: int, *, strides: tuple[int, ...], rows: int = rows // 100) -> int:
            places = np.arange(rows) * strides[0] + column * strides[1]
            return 100 * len(np.unique(places // 64))

        assert draw.answer == lines(3, strides=table.strides)
        by_rows = np.empty((1, columns), dtype=table.dtype).strides
        assert_equal(
            draw.distractors,
            {
                "across-the-layout": lines(3, strides=by_rows),
                "whole-table": 100 * table.nbytes / 64,
                "bytes-of-the-column": 100 * table[:, 3].nbytes,
                "one-line-is-enough": 1,
            },
        )


def test_variance_of_chunks_against_values_with_these_sums() -> None:
    for draw in draws("variance_of_chunks"):
        parts = []
        for chunk in "12":
            count, total, squares = numbers(draw, f"n_{chunk} s_{chunk} q_{chunk}")
            # Any values with this sum and sum of squares will do: two that lie around the mean.
            spread = np.sqrt(squares / count - (total / count) ** 2)
            part = np.array([total / count - spread, total / count + spread])
            assert isclose(part.var(), number(draw, f"v_{chunk}"), abs_tol=1e-9)
            parts.append((part, np.full(2, count / 2)))
        values = np.concatenate([part for part, _ in parts])
        weights = np.concatenate([weight for _, weight in parts])
        mean = np.average(values, weights=weights)
        variance = np.average((values - mean) ** 2, weights=weights)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, variance)
        second_moment = np.average(values**2, weights=weights)
        assert_equal(
            draw.distractors,
            {
                "variances-averaged": np.mean([part.var() for part, _ in parts]),
                "sum-of-squares-only": second_moment,
                "mean-not-squared": second_moment - mean,
                "root-of-it": np.sqrt(variance),
            },
        )
