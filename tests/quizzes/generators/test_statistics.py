"""Questions about chance, against NumPy and SciPy over many seeds."""

from math import isclose

import numpy as np
from scipy import stats

from tests.quizzes.drawn import assert_equal, draws, number, numbers


def test_passes_per_photo_against_a_distribution() -> None:
    for draw in draws("passes_per_photo"):
        one, two, rare, limit, photos, cents = numbers(draw, "one two rare limit photos cents")
        passes = stats.rv_discrete(values=([1, 2, limit], [one / 100, two / 100, rare / 100]))
        euros = photos * cents / 100
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, euros * passes.mean())
        assert isclose(number(draw, "mean"), passes.mean())
        assert_equal(
            draw.distractors,
            {
                "most-common-value": euros,
                "values-count-equally": euros * np.mean([1, 2, limit]),
                "rare-cases-left-out": euros * (passes.mean() - limit * passes.pmf(limit)),
                "cents-for-euros": draw.answer * 100,
            },
        )
        mended = stats.rv_discrete(values=([1, 2], [one / 100, (two + rare) / 100]))
        saved = passes.mean() - mended.mean()
        assert isclose(number(draw, "saved"), saved)
        # The other ways: two passes become one, a tenth off the price, a fifth of the ones gone.
        assert saved > 1.2 * max(two / 100, passes.mean() / 10, one / 500)


def test_jammed_picks_against_a_distribution() -> None:
    for draw in draws("jammed_picks"):
        usual, jammed, share = numbers(draw, "usual jammed share")
        picks = np.repeat([usual, jammed], [100 - int(share), int(share)])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, picks.std())
        assert_equal(
            draw.distractors,
            {
                "variance-for-deviation": picks.var(),
                "values-count-equally": np.std([usual, jammed]),
                "mean-not-subtracted": np.sqrt(np.mean(picks**2)),
                "plain-distance": np.mean(np.abs(picks - picks.mean())),
                "rare-case-left-out": picks.mean() - usual,
            },
        )
        parts = number(draw, "usual_part") + number(draw, "jammed_part")
        assert isclose(parts, picks.var())
        assert isclose(number(draw, "variance"), picks.var())
        assert isclose(number(draw, "mean"), picks.mean())


def test_calls_in_a_day_against_a_sum_of_variables() -> None:
    for draw in draws("calls_in_a_day"):
        calls, minutes, deviation = numbers(draw, "calls minutes deviation")
        variances = np.full(int(calls), deviation**2)
        of_total = np.sqrt(variances.sum())
        of_average = np.sqrt((variances / calls**2).sum())
        assert isinstance(draw.answer, int)
        assert isclose(draw.answer, 2 * of_total)
        assert_equal(
            draw.distractors,
            {
                "deviations-add-up": 2 * np.sqrt(variances).sum(),
                "as-for-one-call": 2 * deviation,
                "as-for-an-average": 2 * of_average,
                "one-deviation-only": of_total,
            },
        )
        assert number(draw, "expected") == calls * minutes
        # With four times as many calls the headroom doubles.
        assert isclose(np.sqrt(4 * variances.sum()), 2 * number(draw, "of_total"))


def test_callers_who_left_against_counted_customers() -> None:
    for draw in draws("callers_who_left"):
        customers, left, called, callers = numbers(draw, "customers left called callers")
        has_left = np.arange(customers) < left
        # Those who left come first, and of them the callers last.
        first_caller = left - left * called / 100
        has_called = (np.arange(customers) >= first_caller) & (
            np.arange(customers) < first_caller + callers
        )
        assert isclose(has_called[has_left].mean(), called / 100)
        share = has_left[has_called].mean()
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * share)
        assert_equal(
            draw.distractors,
            {
                "statement-turned-round": called,
                "all-customers-below-the-line": 100 * (has_left & has_called).mean(),
                "share-of-callers": 100 * has_called.mean(),
                "share-of-leavers": 100 * has_left.mean(),
                "share-instead-of-percent": share,
            },
        )
        assert number(draw, "both") == (has_left & has_called).sum()
        assert number(draw, "stayed") == (~has_left & has_called).sum()


def bayes(prior: float, *, hit: float, false: float) -> float:
    """The theorem as a table of joint probabilities."""
    joint = np.array([[prior * hit, prior * (1 - hit)], [(1 - prior) * false, 0]])
    return float(joint[0, 0] / joint[:, 0].sum())


def test_second_plant_against_the_theorem() -> None:
    for draw in draws("second_plant"):
        right, per = numbers(draw, "right per")
        # Any rates with this precision at a base rate of one half will do.
        hit, false = 0.9, 0.9 * (100 - right) / right
        assert isclose(bayes(0.5, hit=hit, false=false), right / 100)
        posterior = bayes(1 / per, hit=hit, false=false)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * posterior)
        assert_equal(
            draw.distractors,
            {
                "precision-travels": right,
                "scaled-with-the-share": right * (1 / per) / (1 / 2),
                "base-rate-only": 100 / per,
                "odds-for-probability": 100 * posterior / (1 - posterior),
                "share-instead-of-percent": posterior,
            },
        )
        assert isclose(right / number(draw, "together"), posterior)


def test_two_flags_against_the_theorem_twice() -> None:
    for draw in draws("two_flags"):
        caught, false, per = numbers(draw, "caught false per")
        rates = {"hit": caught / 100, "false": false / 100}
        after_one = bayes(1 / per, **rates)
        after_two = bayes(after_one, **rates)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * after_two)
        assert isclose(number(draw, "after_one"), 100 * after_one)
        assert_equal(
            draw.distractors,
            {
                "second-flag-ignored": 100 * after_one,
                "ratios-added": 100 * bayes(1 / per, hit=2 * caught / 100, false=false / 100),
                "base-rate-forgotten": 100 * bayes(bayes(0.5, **rates), **rates),
                "rates-multiplied": 100 * (caught / 100) ** 2,
                "share-instead-of-percent": after_two,
            },
        )
        assert isclose(number(draw, "ratio"), caught / false)


def test_half_width_against_the_normal_distribution() -> None:
    for draw in draws("half_width"):
        cases, good, twice, four = numbers(draw, "cases good twice four")
        share = good / cases
        assert isclose(100 * share, number(draw, "percent"))

        low, high = stats.norm(share, stats.bernoulli(share).std() / np.sqrt(cases)).interval(0.95)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * (high - low) / 2, rel_tol=1e-4)
        one_deviation = 100 * np.std(np.repeat([1, 0], [int(good), int(cases - good)]))
        assert_equal(
            draw.distractors,
            {
                "one-deviation-only": one_deviation / np.sqrt(cases),
                "root-forgotten": 1.96 * one_deviation / cases,
                "whole-width": 2 * 1.96 * one_deviation / np.sqrt(cases),
                "share-instead-of-points": 1.96 * one_deviation / np.sqrt(cases) / 100,
            },
        )
        assert isclose(number(draw, "at_four"), 1.96 * one_deviation / np.sqrt(four))
        assert isclose(number(draw, "at_twice"), 1.96 * one_deviation / np.sqrt(twice))


def test_zero_faults_against_the_exact_bound() -> None:
    for draw in draws("zero_faults"):
        tests, volume, needed = numbers(draw, "tests volume needed")
        # The share at which as many tests without a fault have a chance of 5 %.
        exact = stats.beta.ppf(0.95, 1, tests)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, exact * volume, rel_tol=0.02)
        assert_equal(
            draw.distractors,
            {
                "nothing-seen-nothing-there": 0,
                "one-fault-at-most": draw.answer / 3,
                "faults-in-the-test": 3,
                "share-instead-of-number": draw.answer / volume,
            },
        )
        assert isclose(stats.beta.ppf(0.95, 1, needed) * volume, 1, rel_tol=0.01)
        third = number(draw, "third")
        assert isclose(stats.beta.ppf(0.95, 1, third) * volume, 9, rel_tol=0.01)
