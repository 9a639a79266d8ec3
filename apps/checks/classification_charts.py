"""Pictures of a yes-or-no prediction, as data: how right its probabilities are, and what each
threshold on them would cost."""

import numpy as np

from apps.checks.classification import CalibrationBin, expected_costs
from apps.checks.results import Chart, ReferenceLine
from apps.checks.scoring import Floats

THRESHOLDS = 60


def calibration_chart(
    bins: tuple[CalibrationBin, ...],
    *,
    error: float,
    test: str,
    group: str = "a tenth of the rows",
) -> Chart:
    """A reliability diagram of ``classification.calibration``; ``error``: its calibration error;
    ``group``: what a bin is, for people."""
    return Chart(
        name="calibration",
        kind="scatter",
        title="Your probability against the known one",
        summary=f"Your probabilities are {100 * error:.1f} percentage points off on average. A "
        "calibrated model puts every point on the diagonal.",
        x_label=f"your probability, mean of {group}",
        y_label="known probability",
        test=test,
        points=tuple((round(one.predicted, 4), round(one.known, 4)) for one in bins),
        lines=(ReferenceLine(label="calibrated", axis="diagonal"),),
    )


def precision_recall_chart(
    scores: Floats, probabilities: Floats, *, figure: float, best: float, test: str
) -> Chart:
    """What is found, and how much of what stands above the cut is right, from the highest of
    ``scores`` on. ``probabilities``: the known ones; ``figure``, ``best``: average precision of the
    scores, and of the known probabilities."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(probabilities[order])
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # of equal scores
    wanted = np.linspace(0, found[-1], THRESHOLDS + 1)[1:]
    cuts = np.unique(ends[np.minimum(np.searchsorted(found[ends], wanted), len(ends) - 1)])
    reached = [(found[cut] / found[-1], found[cut] / (cut + 1)) for cut in cuts]
    return Chart(
        name="precision_recall",
        kind="line",
        title="Precision at each recall",
        summary=f"The average precision is {figure:.3f}; the best possible order has {best:.3f}, "
        f"and one that knows nothing {probabilities.mean():.3f}.",
        x_label="recall: share of all that is found",
        y_label="precision: share of what is flagged that is right",
        test=test,
        # From nothing found on, so that a single cut is a line as well.
        points=tuple(
            (round(float(recall), 4), round(float(precision), 4))
            for recall, precision in [(0.0, reached[0][1]), *reached]
        ),
        lines=(
            ReferenceLine(
                label="an order that knows nothing",
                axis="y",
                value=round(float(probabilities.mean()), 4),
            ),
        ),
    )


def threshold_costs(
    scores: Floats, probabilities: Floats, *, false_positive: float, false_negative: float
) -> tuple[Floats, Floats]:
    """Thresholds on ``scores``, and the expected cost of a row when all from there on are flagged.

    ``probabilities``: the known ones. Both results have the shape (thresholds,), from the lowest
    threshold (all rows flagged) to above the highest score (none). ROC thresholds priced as in
    Drummond and Holte, 2006, "Cost curves".
    """
    # Half of them over all rows, and half where those of the rare class should stand.
    even = np.linspace(0, 1, THRESHOLDS // 2)
    rare = min(1.0, 2 * float(probabilities.mean()))
    levels = np.unique(np.quantile(scores, np.append(even, 1 - rare * even)))
    thresholds = np.append(levels, np.nextafter(levels[-1], np.inf))
    costs = [
        expected_costs(
            scores >= threshold,
            probabilities,
            false_positive=false_positive,
            false_negative=false_negative,
        ).mean()
        for threshold in thresholds
    ]
    return thresholds, np.array(costs)


def cost_chart(
    thresholds: Floats, costs: Floats, *, formula: float, own: float, unit: str, test: str
) -> Chart:
    """Of ``threshold_costs``. ``formula``: the threshold that the costs ask for; ``own``: what the
    learner's decisions cost, both as drawn lines."""
    cheapest = float(thresholds[costs.argmin()])
    return Chart(
        name="cost_by_threshold",
        kind="line",
        title="What each threshold on your probability would cost",
        summary=f"The cheapest threshold on your probabilities is {cheapest:.2f}; for calibrated "
        f"ones, the costs ask for {formula:.2f}. Your own decisions cost {own:.2f} {unit}.",
        x_label="threshold",
        y_label=unit,
        test=test,
        points=tuple(
            (round(float(x), 4), round(float(y), 3)) for x, y in zip(thresholds, costs, strict=True)
        ),
        lines=(
            ReferenceLine(label="by the costs", axis="x", value=round(formula, 4)),
            ReferenceLine(label="your decisions", axis="y", value=round(own, 3)),
        ),
    )
