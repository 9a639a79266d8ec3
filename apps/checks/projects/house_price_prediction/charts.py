"""The pictures of a verdict, as data. They show prices, never a house's features beside them."""

from collections.abc import Mapping

import numpy as np

from apps.checks.projects.house_price_prediction import checks
from apps.checks.projects.house_price_prediction.checks import LogPrices
from apps.checks.projects.house_price_prediction.outputs import Explanation
from apps.checks.projects.house_price_prediction.probes import Dirty, Effects, Unseen
from apps.checks.results import Chart, ReferenceLine
from apps.checks.scoring import Floats

SCATTER_POINTS = 300
RESIDUAL_EDGES = tuple(round(-0.6 + 0.1 * i, 1) for i in range(13))  # of the log price


def predicted_against_expected(predicted: Floats, expected: Floats) -> Chart:
    """Both in thousands of the currency; the first houses only, so that the points stay apart."""
    shown_predicted = np.exp(predicted[:SCATTER_POINTS]) / 1000
    shown_expected = np.exp(expected[:SCATTER_POINTS]) / 1000
    close = float(np.mean(np.abs(np.expm1(predicted - expected)) <= 0.10))
    return Chart(
        name="predicted_against_expected",
        kind="scatter",
        title="Your price against the expected one",
        summary=f"{close:.0%} of your prices lie within 10 % of the expected price. A perfect "
        "model puts every point on the diagonal.",
        x_label="expected price, thousands",
        y_label="your price, thousands",
        test=checks.GAP_CLOSED.name,
        points=tuple(
            (round(float(x), 1), round(float(y), 1))
            for x, y in zip(shown_expected, shown_predicted, strict=True)
        ),
        lines=(ReferenceLine(label="perfect", axis="diagonal"),),
    )


def residuals(predicted: Floats, expected: Floats) -> Chart:
    """How far off, in log price; what lies outside is counted in the outermost bars."""
    error = predicted - expected
    clipped = np.clip(error, RESIDUAL_EDGES[0], RESIDUAL_EDGES[-1])
    counts, _ = np.histogram(clipped, bins=RESIDUAL_EDGES)
    tilt = float(np.median(error))
    leaning = "neither too dear nor too cheap"
    if abs(tilt) > 0.02:
        leaning = "too dear" if tilt > 0 else "too cheap"
    return Chart(
        name="residuals",
        kind="histogram",
        title="How far off your prices are",
        summary=f"Your typical price is {leaning} (median error {np.expm1(tilt):+.1%}). Errors "
        "beyond the ends stand in the outermost bars.",
        x_label="your log price less the expected one (0.1 is about 10 %)",
        y_label="houses",
        test=checks.GAP_CLOSED.name,
        values=tuple(float(count) for count in counts),
        edges=RESIDUAL_EDGES,
        lines=(ReferenceLine(label="exact", axis="x", value=0.0),),
    )


def rewritten_houses(tidy: LogPrices, dirty: LogPrices, asked: Dirty) -> Chart:
    """Those written in other ways; where all of them are right, those with a value missing."""
    rewritten = checks.factors(tidy, dirty, asked.rewritten)
    if np.mean(rewritten <= 1 + checks.SHIFT_ALLOWED) < checks.SHARE_WITHIN:
        title, factors, allowed = "When only the writing changes", rewritten, checks.SHIFT_ALLOWED
    else:
        title, allowed = "When one value is missing", checks.GAP_FACTOR - 1
        factors = checks.factors(tidy, dirty, asked.gappy)
    return _changes(factors - 1, title=title, allowed=allowed, test=checks.DIRTY_ROWS.name)


def unseen_locations(predictions: LogPrices, asked: Unseen) -> Chart:
    return _changes(
        checks.unseen_factors(predictions, asked) - 1,
        title="At a location that nobody has seen",
        allowed=checks.UNSEEN_FACTOR - 1,
        test=checks.UNSEEN_LOCATION.name,
    )


def sums(explanations: Mapping[str, Explanation], predictions: LogPrices) -> Chart:
    apart = checks.sums_apart(explanations, predictions)
    return _changes(
        np.expm1(np.nan_to_num(apart, nan=1.0, posinf=1.0).clip(max=1.0)),
        title="How far base and contributions are from your price",
        allowed=checks.ADDS_UP_WITHIN,
        test=checks.EXPLAIN_ADDS_UP.name,
    )


def _changes(changes: Floats, *, title: str, allowed: float, test: str) -> Chart:
    """``changes``, ``allowed``: of the price, as shares. What is more than three times as much as
    allowed is counted in the outermost bar."""
    steps = np.linspace(0, 3 * allowed, 13)
    counts, _ = np.histogram(np.minimum(changes, steps[-1]), bins=steps)
    within = float(np.mean(changes <= allowed))
    return Chart(
        name=test,
        kind="histogram",
        title=title,
        summary=f"{within:.0%} of the houses stay within {100 * allowed:g} % of the price. What is "
        "beyond the end stands in the last bar.",
        x_label="difference of the price, %",
        y_label="houses",
        test=test,
        values=tuple(float(count) for count in counts),
        edges=tuple(round(100 * float(step), 4) for step in steps),
        lines=(ReferenceLine(label="allowed", axis="x", value=100 * allowed),),
    )


def effects(predictions: LogPrices, asked: Effects) -> Chart:
    """Of a larger and of an older house, beside what is known."""
    plain, larger, older = (
        checks.in_order(predictions, ids).mean()
        for ids in (asked.plain_ids, asked.larger_ids, asked.older_ids)
    )
    changes = (larger - plain, asked.size_effect, older - plain, asked.age_effect)
    return Chart(
        name=checks.EFFECT_SIGNS.name,
        kind="bar",
        title="What size and age do to a price",
        summary="Larger must be dearer, and older cheaper: your bars point the way of the known "
        "ones where the model has understood it.",
        x_label="the same houses",
        y_label="mean change of the price, %",
        test=checks.EFFECT_SIGNS.name,
        labels=("larger: yours", "larger: known", "older: yours", "older: known"),
        values=tuple(round(100 * float(np.expm1(change)), 2) for change in changes),
    )
