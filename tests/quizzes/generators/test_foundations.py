"""Slopes, arrays, tables and programs, against measured slopes, NumPy and brute force."""

from collections.abc import Callable, Mapping
from functools import partial
from math import isclose

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.quizzes.drawn import assert_equal, draws, number, numbers

type Numbers = NDArray[np.float64]

near = partial(isclose, rel_tol=1e-5, abs_tol=1e-5)  # of measured slopes


def valley(w: float, *, steepness: float, bottom: float) -> float:
    return steepness * (w - bottom) ** 2


def slope(function: Callable[[float], float], at: float) -> float:
    return (function(at + 1e-5) - function(at - 1e-5)) / 2e-5


def descend(function: Callable[[float], float], start: float, *, rate: float, steps: int) -> float:
    for _ in range(steps):
        start -= rate * slope(function, start)
    return start


def assert_close(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    """As near as measured slopes allow."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert near(found[name], value), name


def test_two_steps_against_measured_slopes() -> None:
    for draw in draws("two_steps"):
        steepness, rate, bottom, start = numbers(draw, "steepness rate bottom start")
        parabola = partial(valley, steepness=steepness, bottom=bottom)
        halved = partial(valley, steepness=steepness / 2, bottom=bottom)
        assert isinstance(draw.answer, float)
        assert near(draw.answer, descend(parabola, start, rate=rate, steps=2))
        assert_close(
            draw.distractors,
            {
                "one-step-only": descend(parabola, start, rate=rate, steps=1),
                "uphill": descend(parabola, start, rate=-rate, steps=2),
                "two-forgotten": descend(halved, start, rate=rate, steps=2),
                "first-slope-kept": descend(parabola, start, rate=2 * rate, steps=1),
                "rate-forgotten": descend(parabola, start, rate=1, steps=2),
            },
        )
        assert near(
            number(draw, "first"), descend(parabola, start, rate=rate, steps=1), rel_tol=1e-6
        )
        assert near(number(draw, "first_slope"), slope(parabola, start))
        assert near(start + number(draw, "first_change"), number(draw, "first"))
        second = number(draw, "first") + number(draw, "second_change")
        assert near(second, draw.answer)


def test_hops_over_the_valley_change_sides_and_settle() -> None:
    for draw in draws("hops_over_the_valley"):
        curvature, rate, distance = numbers(draw, "curvature rate distance")
        parabola = partial(valley, steepness=curvature / 2, bottom=0)
        path = [descend(parabola, distance, rate=rate, steps=steps) for steps in range(40)]
        assert isinstance(draw.answer, float)
        assert near(path[1] / distance, draw.answer)
        assert path[1] < 0 < path[2] < distance
        assert abs(path[-1]) < distance / 1_000
        assert_close(
            draw.distractors,
            {
                "uphill": descend(parabola, 1, rate=-rate, steps=1),
                "one-not-subtracted": curvature * rate,
                "curvature-halved": descend(parabola, 1, rate=rate / 2, steps=1),
                "curvature-doubled": descend(parabola, 1, rate=2 * rate, steps=1),
                "sign-lost": abs(path[1]) / distance,
            },
        )
        limit = number(draw, "limit")
        assert near(descend(parabola, 1, rate=limit, steps=1), -1)


def test_slope_for_weight_against_measured_slopes() -> None:
    for draw in draws("slope_for_weight"):
        weight, constant = numbers(draw, "weight constant")
        x, y = (
            np.array(numbers(draw, "x_0 x_1 x_2 x_3")),
            np.array(numbers(draw, "y_0 y_1 y_2 y_3")),
        )

        def loss(w: float, b: float, *, x: Numbers = x, y: Numbers = y) -> float:
            return float(np.mean((w * x + b - y) ** 2))

        measured = slope(partial(loss, b=constant), weight)
        errors = weight * x + constant - y
        assert isinstance(draw.answer, float)
        assert near(draw.answer, measured)
        assert_close(
            draw.distractors,
            {
                "sum-for-mean": 4 * measured,
                "two-forgotten": measured / 2,
                "slope-for-the-constant": slope(partial(loss, weight), constant),
                "errors-turned-round": -measured,
                "errors-squared": 2 * np.mean(errors**2 * x),
            },
        )
        assert errors.tolist() == numbers(draw, "e_0 e_1 e_2 e_3")
        assert (errors * x).tolist() == numbers(draw, "ex_0 ex_1 ex_2 ex_3")
        assert (weight * x + constant).tolist() == numbers(draw, "p_0 p_1 p_2 p_3")
        assert draw.worked["direction"] == ("falls" if measured > 0 else "rises")


def test_chain_of_slopes_against_measured_slopes() -> None:
    for draw in draws("chain_of_slopes"):
        x, target, first, second = numbers(draw, "x target first second")

        def loss(w1: float, w2: float, *, x: float = x, target: float = target) -> float:
            return float((w2 * max(0, w1 * x) - target) ** 2)

        measured = slope(partial(loss, w2=second), first)
        for_second = slope(partial(loss, first), second)
        hidden, prediction = numbers(draw, "hidden prediction")
        assert (hidden, prediction) == (max(0, first * x), second * max(0, first * x))
        assert isinstance(draw.answer, int | float)
        assert near(draw.answer, measured)
        assert_close(
            draw.distractors,
            {
                "other-weight": for_second,
                "input-forgotten": measured / x,
                "second-weight-forgotten": measured / second,
                "two-forgotten": measured / 2,
                "error-turned-round": -measured,
            },
        )
        assert near(number(draw, "for_second"), for_second)
        # With the first weight turned negative the unit is off, and nothing has a slope.
        assert slope(partial(loss, w2=second), -first) == slope(partial(loss, -first), second) == 0


def test_all_differences_against_broadcast_shapes() -> None:
    for draw in draws("all_differences"):
        rows, centres, features = map(int, numbers(draw, "rows centres features"))
        shape = np.broadcast_shapes((rows, 1, features), (centres, features))
        assert shape == (rows, centres, features)
        assert len({rows, centres, features}) == 3
        size = np.dtype(np.float64).itemsize
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, np.prod(shape) * size / 1e9)
        inputs = rows * features + centres * features
        assert_equal(
            draw.distractors,
            {
                "inputs-only": inputs * size / 1e9,
                "one-byte-for-each-number": np.prod(shape) / 1e9,
                "last-axis-forgotten": np.prod(shape[:2]) * size / 1e9,
                "other-axis-forgotten": np.prod(shape) * size / 1e6,
            },
        )
        # The other shape that an option gives does not even fit.
        assert centres not in {rows, 1}
        block = np.broadcast_shapes((50_000, 1, features), (centres, features))
        assert isclose(number(draw, "block"), np.prod(block) * size / 1e6)


def test_sum_of_pixels_against_numpy() -> None:
    for draw in draws("sum_of_pixels"):
        first, second = map(int, numbers(draw, "first second"))
        a, b = np.array([first], dtype=np.uint8), np.array([second], dtype=np.uint8)
        assert draw.answer == (a + b)[0]
        assert_equal(
            draw.distractors,
            {
                "python-integers": first + second,
                "stops-at-the-top": 255,
                "range-of-255": (first + second) % 255,
                "mean-for-sum": np.mean([first, second]),
            },
        )
        right = (a.astype(np.int64) + b) // 2
        assert right[0] == number(draw, "mean") == np.mean([first, second])
        for wrong in (
            ((a + b) // 2).astype(np.int64),
            np.clip(a + b, 0, 255) // 2,
            (a + b).astype(np.float64) / 2,
        ):
            assert wrong[0] // 1 == number(draw, "wrapped_mean") != right[0]


def test_counter_in_float32_against_spacing() -> None:
    for draw in draws("counter_in_float32"):
        value, low, high, step = numbers(draw, "value low high step")
        stored = np.float32(value)
        assert int(stored) == value
        assert low < value < high == 2 * low
        assert draw.answer == np.spacing(stored) == 2 ** number(draw, "last")
        assert_equal(
            draw.distractors,
            {
                "whole-numbers-are-exact": 1,
                "one-digit-too-many": np.spacing(np.float32(low / 2)),
                "one-digit-too-few": np.spacing(np.float32(high)),
                "digits-of-float64": np.spacing(np.float64(value)),
            },
        )
        # A request leaves the counter where it is.
        assert stored + np.float32(step) == stored
        assert 0 < step < number(draw, "half")


def test_rows_of_a_join_against_pairs_of_equal_keys() -> None:
    for draw in draws("rows_of_a_join"):
        orders, doubled, tripled, missing = map(
            int, numbers(draw, "orders doubled tripled missing")
        )
        single = orders - doubled - tripled - missing
        assert single == number(draw, "single") > 0
        # Each order is of a customer of its own; the second table holds 1, 2, 3 or 0 rows of it.
        partners = np.repeat([1, 2, 3, 0], [single, doubled, tripled, missing])
        left = sum(max(1, rows) for rows in partners.tolist())
        assert draw.answer == left
        assert_equal(
            draw.distractors,
            {
                "left-keeps-the-number": len(partners),
                "without-partner-dropped": int(partners.sum()),
                "only-matching-once": int((partners > 0).sum()),
                "one-row-more-each": len(partners) + int((partners > 1).sum()),
                "rows-come-on-top": len(partners) + int(partners[partners > 1].sum()),
            },
        )
        assert number(draw, "more") == left - orders


def test_mean_of_two_groups_against_all_rows() -> None:
    for draw in draws("mean_of_two_groups"):
        few, many, of_few, of_many = numbers(draw, "few many of_few of_many")
        rows = np.repeat([of_few, of_many], [int(few), int(many)])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, rows.mean())
        assert_equal(
            draw.distractors,
            {
                "mean-of-means": np.mean([of_few, of_many]),
                "weights-swapped": np.average([of_few, of_many], weights=[many, few]),
                "means-added": np.sum([of_few, of_many]),
                "larger-group-only": of_many,
            },
        )
        assert (number(draw, "sum"), number(draw, "rows")) == (rows.sum(), len(rows))


def test_pages_with_retries_against_binomial() -> None:
    for draw in draws("pages_with_retries"):
        failing, attempts, pages = numbers(draw, "failing attempts pages")
        fails_for_good = stats.binom.pmf(attempts, attempts, failing / 100)
        answer = 100 * stats.binom.pmf(0, pages, fails_for_good)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, answer)
        assert_equal(
            draw.distractors,
            {
                "without-retries": 100 * stats.binom.pmf(0, pages, failing / 100),
                "one-page-only": 100 * stats.binom.pmf(0, 1, fails_for_good),
                "failures-divided": 100 * stats.binom.pmf(0, pages, failing / 100 / attempts),
            },
        )
        assert isclose(number(draw, "for_good"), 100 * fails_for_good)


def test_letters_to_bytes_against_the_codecs() -> None:
    for draw in draws("letters_to_bytes"):
        letters, accents = map(int, numbers(draw, "letters accents"))
        text = "é" * accents + "e" * (letters - accents)
        assert draw.answer == len(text.encode("utf-8").decode("latin-1"))
        assert_equal(
            draw.distractors,
            {
                "one-byte-each": len(text.encode("latin-1")),
                "two-bytes-each": len(text.encode("utf-16-le")),
                "accents-are-lost": len(text.encode("ascii", errors="ignore")),
                "three-bytes-for-accents": len(text.replace("é", "€").encode("utf-8")),
                "accents-only": len(text.replace("e", "").encode("utf-8")),
            },
        )


def test_rejected_rows_are_far_more_than_usual() -> None:
    for draw in draws("rejected_rows"):
        rows, rejected, usual = numbers(draw, "rows rejected usual")
        assert isclose(100 * rejected / rows, number(draw, "percent"))
        assert rejected / rows > 50 * usual / 1_000
        assert isclose(number(draw, "expected"), rows * usual / 1_000)
