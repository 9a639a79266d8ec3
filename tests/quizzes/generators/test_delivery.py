"""Questions about the way to production: against sums over all cases, and against SciPy."""

from itertools import permutations, product
from math import isclose, prod
from statistics import mean

import numpy as np
from scipy.stats import binom, norm, ttest_rel

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers


def test_steps_that_are_left_against_the_binomial_distribution() -> None:
    for draw in draws("steps_that_are_left"):
        steps, automated, fails = numbers(draw, "steps automated fails")

        def none_fails(steps: float, fails: float = fails) -> float:
            return float(100 * binom.pmf(0, steps, fails / 100))

        left = steps - automated
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, none_fails(left))
        assert_equal(
            draw.distractors,
            {
                "shares-subtracted": 100 - left * fails,
                "machine-steps-counted": none_fails(steps),
                "one-step": none_fails(1),
                "removed-steps-counted": none_fails(automated),
                "failures-for-successes": 100 * binom.sf(0, left, fails / 100),
            },
        )
        assert isclose(number(draw, "before"), none_fails(steps))
        assert isclose(number(draw, "one_in") * draw.distractors["failures-for-successes"], 100)
        assert draw.distractors["shares-subtracted"] > 0


def seconds_over_all_outcomes(
    seconds: list[float], stops: list[float]
) -> list[tuple[float, float, bool]]:
    """Chance, seconds and whether all passed, for each way in which the checks may end."""
    found: list[tuple[float, float, bool]] = []
    for passed in product((True, False), repeat=len(seconds)):
        chance = prod(
            1 - stop / 100 if good else stop / 100 for good, stop in zip(passed, stops, strict=True)
        )
        paid = seconds if all(passed) else seconds[: passed.index(False) + 1]
        found.append((chance, sum(paid), all(passed)))
    return found


def mean_over_all_outcomes(seconds: list[float], stops: list[float]) -> float:
    return sum(chance * paid for chance, paid, _ in seconds_over_all_outcomes(seconds, stops))


def test_seconds_of_a_push_against_all_outcomes() -> None:
    for draw in draws("seconds_of_a_push"):
        seconds = numbers(draw, "seconds_1 seconds_2 seconds_3")
        stops = numbers(draw, "stops_1 stops_2 stops_3")
        outcomes = seconds_over_all_outcomes(seconds, stops)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, mean_over_all_outcomes(seconds, stops))
        passes = [1 - stop / 100 for stop in stops]
        assert_equal(
            draw.distractors,
            {
                "every-push-pays-all": sum(seconds),
                "own-share-only": np.dot(seconds, passes),
                "stopped-pays-nothing": sum(
                    chance * paid for chance, paid, passed in outcomes if passed
                ),
                "last-share-only": np.dot(seconds, [1, *passes[:2]]),
            },
        )
        turned = mean_over_all_outcomes(seconds[::-1], stops[::-1])
        assert isclose(number(draw, "reversed"), turned)
        assert turned > draw.answer


def test_order_of_checks_against_all_orders() -> None:
    checks = ("types", "tests", "image")
    for draw in draws("order_of_checks"):
        seconds = {name: number(draw, f"{name}_seconds") for name in checks}
        stops = {name: number(draw, f"{name}_stops") for name in checks}
        totals = {
            ", ".join(order): mean_over_all_outcomes(
                [seconds[name] for name in order], [stops[name] for name in order]
            )
            for order in permutations(checks)
        }
        best, second, *_, worst = sorted(totals, key=lambda order: totals[order])
        assert draw.parameters["best"] == best
        assert draw.parameters["by_worst"] == worst
        assert totals[second] > totals[best] + 2
        by_seconds = ", ".join(sorted(checks, key=lambda name: seconds[name]))
        by_stops = ", ".join(sorted(checks, key=lambda name: -stops[name]))
        assert (draw.parameters["by_seconds"], draw.parameters["by_stops"]) == (
            by_seconds,
            by_stops,
        )
        assert len({best, worst, by_seconds, by_stops}) == 4
        for name in ("best", "by_seconds", "by_stops", "by_worst"):
            total = totals[str(draw.parameters[name])]
            assert isclose(number(draw, f"total_{name}"), total)


def test_rows_until_promoted_by_trying_rows() -> None:
    for draw in draws("rows_until_promoted"):
        gain, spread, rows = numbers(draw, "gain spread rows")

        def upper(rows: float, gain: float = gain, spread: float = spread) -> float:
            return float(norm.interval(0.95, loc=-gain, scale=spread / rows**0.5)[1])

        assert isinstance(draw.answer, int)
        # 1.96 is rounded, so the exact limit may lie a few rows off.
        assert upper(draw.answer * 1.001) < 0 < upper(draw.answer * 0.999 - 1)
        assert isclose(upper(rows), number(draw, "high"), rel_tol=1e-3)
        assert number(draw, "high") > 0
        assert isclose(number(draw, "margin"), 1.96 * number(draw, "error"))
        assert isclose(number(draw, "low") + number(draw, "high"), -2 * gain)
        assert_equal(
            draw.distractors,
            {
                "one-standard-error": (spread / gain) ** 2,
                "root-not-undone": 1.96 * spread / gain,
                "rows-in-step-with-the-margin": rows * number(draw, "times"),
                "margin-on-both-sides": (2 * 1.96 * spread / gain) ** 2,
            },
        )


def costs_with(draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """Costs of two models, row by row, with exactly the means and spreads of the question."""
    rows = int(number(draw, "rows"))
    old, new, old_margin, new_margin, spread = numbers(
        draw, "old new old_margin new_margin of_difference"
    )
    random = np.random.default_rng(rows)
    one, other = (random.standard_normal(rows) for _ in range(2))
    one = (one - one.mean()) / one.std(ddof=1)
    other = other - other.mean()
    other -= one * (one @ other) / (one @ one)
    other /= other.std(ddof=1)
    of_old, of_new = (margin / 1.96 * rows**0.5 for margin in (old_margin, new_margin))
    together = (of_old**2 + of_new**2 - spread**2) / (2 * of_old * of_new)
    return old + of_old * one, new + of_new * (together * one + (1 - together**2) ** 0.5 * other)


def test_verdict_of_a_gate_against_a_paired_test() -> None:
    for draw in draws("verdict_of_a_gate"):
        in_use, new = costs_with(draw)
        paired = ttest_rel(new, in_use).confidence_interval(0.95)
        assert isclose(paired.low, number(draw, "low"), rel_tol=0.02)
        assert isclose(paired.high, number(draw, "high"), rel_tol=0.02)
        assert isclose((new - in_use).std(ddof=1), number(draw, "of_difference"))


def test_verdict_of_a_gate_is_clear_only_in_pairs() -> None:
    for draw in draws("verdict_of_a_gate"):
        old, new, old_margin, new_margin, gain = numbers(draw, "old new old_margin new_margin gain")
        assert isclose(old - new, gain)
        assert number(draw, "high") < -0.01
        # As the wrong options say.
        assert gain < min(old_margin, new_margin)
        assert old - old_margin < new < old < new + new_margin
        # Not to be seen from the table alone: without the pairs, 0 would lie inside.
        assert 1.2 * gain < (old_margin**2 + new_margin**2) ** 0.5


def test_red_without_a_fault_against_single_pushes() -> None:
    for draw in draws("red_without_a_fault"):
        faulty, flaky = map(int, numbers(draw, "faulty flaky"))
        # Ten thousand pushes, so that every count is whole.
        sound = [False] * (100 * (100 - faulty))
        flakes = len(sound) * flaky // 100
        red = [True] * (100 * faulty) + [False] * flakes
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * mean(red))
        assert_equal(
            draw.distractors,
            {
                "share-of-faults": faulty,
                "rest-of-the-flaky": 100 - flaky,
                "shares-compared": 100 * faulty / (faulty + flaky),
                "false-ones": 100 * mean(not one for one in red),
            },
        )
        assert isclose(number(draw, "red"), len(red) / 10)
        assert isclose(number(draw, "red_share"), len(red) / 100)
