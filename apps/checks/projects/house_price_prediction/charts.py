"""The pictures of a verdict, as data. They show prices, never a house's features beside them."""

import numpy as np

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
        test="gap_closed",
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
        test="gap_closed",
        values=tuple(float(count) for count in counts),
        edges=RESIDUAL_EDGES,
        lines=(ReferenceLine(label="exact", axis="x", value=0.0),),
    )
