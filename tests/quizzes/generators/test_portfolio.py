"""Questions about claims and tests: against SciPy, scikit-learn and mutants that run."""

from math import isclose
from typing import Any

import numpy as np
from scipy.stats import norm
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, mean_absolute_error

from tests.quizzes.drawn import assert_equal, draws, number, numbers


def test_lower_end_of_a_claim_against_the_normal_distribution() -> None:
    for draw in draws("lower_end_of_a_claim"):
        rows, right, naive = numbers(draw, "rows right naive")
        outcomes = np.zeros(100)
        outcomes[: int(right)] = 100
        error = outcomes.std() / rows**0.5
        low, top = norm.interval(0.95, loc=right, scale=error)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, low, abs_tol=1e-3)
        assert isclose(number(draw, "top"), top, abs_tol=1e-3)
        assert isclose(number(draw, "error"), error)
        assert_equal(
            draw.distractors,
            {
                "one-standard-error": right - error,
                "upper-end": right + 1.96 * error,
                "spread-of-a-share-left-out": right - 196 / rows**0.5,
                "root-left-out": right - 1.96 * outcomes.var() / 100 / rows,
            },
        )
        assert str(draw.worked["verdict"]).startswith("inside" if low < naive else "below")
        assert naive < right
        assert top < 101


def test_lower_end_of_a_claim_has_both_verdicts() -> None:
    assert len({draw.worked["verdict"] for draw in draws("lower_end_of_a_claim")}) == 2


def test_share_of_the_gap_against_a_scale_from_naive_to_best() -> None:
    for draw in draws("share_of_the_gap"):
        naive, model, best = numbers(draw, "naive model best")
        assert best < model < naive

        def on_scale(value: float, *, start: float, end: float) -> float:
            return float(100 * np.polyval(np.polyfit([start, end], [0, 1], 1), value))

        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, on_scale(model, start=naive, end=best))
        assert_equal(
            draw.distractors,
            {
                "gain-over-nothing": on_scale(model, start=naive, end=0),
                "error-that-is-left": on_scale(model, start=0, end=naive),
                "distance-to-the-best": on_scale(best, start=0, end=model),
                "gap-still-open": on_scale(model, start=best, end=naive),
            },
        )
        assert isclose(number(draw, "most"), on_scale(best, start=naive, end=0))
        assert isclose(number(draw, "gained") / number(draw, "gap"), draw.answer / 100)


def test_more_right_than_never_against_scikit_learn() -> None:
    for draw in draws("more_right_than_never"):
        rows, found, missed, alarms, quiet = map(
            int, numbers(draw, "rows found missed alarms quiet")
        )
        left = np.repeat([1, 1, 0, 0], [found, missed, alarms, quiet])
        says = np.repeat([1, 0, 1, 0], [found, missed, alarms, quiet])
        assert len(left) == rows
        never = DummyClassifier(strategy="most_frequent").fit(left.reshape(-1, 1), left)
        naive = never.predict(left.reshape(-1, 1))
        assert not naive.any()

        def right(guess: Any, left: Any = left) -> int:
            return int(accuracy_score(left, guess, normalize=False))

        assert draw.answer == right(says) - right(naive)
        assert_equal(
            draw.distractors,
            {
                "found-ones": int((left & says).sum()),
                "right-ones": right(says),
                "against-a-coin": right(says) - rows / 2,
                "missed-for-alarms": int((left & says).sum() - (left > says).sum()),
            },
        )
        assert isclose(number(draw, "accuracy"), 100 * accuracy_score(left, says))
        assert isclose(number(draw, "naive"), 100 * accuracy_score(left, naive))
        assert number(draw, "right") == right(says)
        assert number(draw, "stay") == right(naive)
        assert isclose(number(draw, "points"), number(draw, "accuracy") - number(draw, "naive"))


def test_mutants_noticed_against_functions_that_are_built() -> None:
    for draw in draws("mutants_noticed"):
        low, high, euros, young, second, third, third_euros = map(
            int, numbers(draw, "low high euros young second third third_euros")
        )
        cases = [(young, 0), (second, euros), (third, third_euros)]
        source = f"lambda age: 0 if age < {low} or age >= {high} else {euros}"

        def noticed(source: str, cases: list[tuple[int, int]] = cases) -> bool:
            function = eval(source)  # noqa: S307 - the very rule of the question
            return any(function(age) != fare for age, fare in cases)

        assert not noticed(source)
        mutants = (
            source.replace("<", "<="),
            source.replace(">=", ">"),
            source.replace(f" or age >= {high}", ""),
        )
        assert source not in mutants
        found = [noticed(mutant) for mutant in mutants]
        assert draw.answer == str(found)
        assert draw.distractors == {
            "each-line-runs": "[True, True, True]",
            "green-stays-green": "[False, False, False]",
            "alive-for-noticed": str([not one for one in found]),
        }
        assert len({draw.answer, *draw.distractors.values()}) == 4
        # Each branch of the rule is run, as the question says.
        assert young < low <= second < high
        assert len({age for age, _ in cases}) == 3


def test_mutants_noticed_has_several_answers() -> None:
    assert len({str(draw.answer) for draw in draws("mutants_noticed")}) >= 4


def test_figure_for_the_readme_over_single_days() -> None:
    for draw in draws("figure_for_the_readme"):
        spare, missing = numbers(draw, "spare missing")

        def days(name: str, draw: Any = draw) -> np.ndarray:
            """Errors of 100 days with these sums: half of them too high, half too low."""
            over, under = numbers(draw, f"over_{name} under_{name}")
            return np.repeat([over / 50, -under / 50], 50)

        def cost(name: str, spare: float = spare, missing: float = missing) -> float:
            errors = days(name)
            return float(np.where(errors > 0, spare * errors, -missing * errors).mean())

        for name in ("x", "y", "naive"):
            assert isclose(number(draw, f"cost_{name}"), cost(name))
        assert cost("x") < 0.9 * cost("y") < cost("y") < cost("naive")
        absolute = {name: mean_absolute_error(np.zeros(100), days(name)) for name in "xy"}
        for name in "xy":
            assert isclose(number(draw, f"error_{name}"), absolute[name])
            assert isclose(number(draw, f"bias_{name}"), days(name).mean(), abs_tol=1e-9)
            assert number(draw, f"trained_{name}") < 0.8 * absolute[name]
        # Each of the wrong figures takes the dearer model, and not by rounding.
        assert absolute["y"] < 0.95 * absolute["x"]
        assert abs(days("y").mean()) < abs(days("x").mean()) - 0.5
        assert number(draw, "trained_y") < number(draw, "trained_x") - 0.2
        assert isclose(number(draw, "dearer"), cost("y") - cost("x"))
