"""The pictures of a verdict, as data. They show probabilities and costs, never a customer."""

from apps.checks.classification import calibration, calibration_error
from apps.checks.classification_charts import calibration_chart, cost_chart, threshold_costs
from apps.checks.projects.customer_churn_prediction.checks import (
    EXPECTED_COST,
    SEGMENT_BEHIND_AT_MOST,
    SEGMENTS_SERVED,
    segments_behind,
)
from apps.checks.projects.customer_churn_prediction.generator import SEGMENTS
from apps.checks.projects.customer_churn_prediction.outputs import Answer
from apps.checks.projects.customer_churn_prediction.probes import Asked
from apps.checks.results import Chart, ReferenceLine


def decision_charts(asked: Asked, answer: Answer) -> tuple[Chart, Chart]:
    """What each threshold would cost, and how right the probabilities are."""
    costs, test = asked.costs, EXPECTED_COST.name
    thresholds, prices = threshold_costs(
        answer.probability,
        asked.risk,
        false_positive=costs.contact,
        false_negative=costs.missed,
    )
    own = float(costs.of(answer.contact, asked.risk).mean())
    bins = calibration(answer.probability, asked.risk)
    return (
        cost_chart(
            thresholds,
            prices,
            formula=costs.contact / (costs.contact + costs.missed),
            own=own,
            unit="€ for each customer",
            test=test,
        ),
        calibration_chart(bins, error=calibration_error(bins), test=test),
    )


def segment_chart(asked: Asked, answer: Answer) -> Chart:
    behind = 100 * segments_behind(asked, answer.contact)
    worst = SEGMENTS[int(behind.argmax())]
    return Chart(
        name="segments",
        kind="bar",
        title="Where you lose more than elsewhere",
        summary=f"Compared with the checker's own model, you lose most in the segment {worst}.",
        x_label="segment",
        y_label="% of the gap, more than in the other segments",
        test=SEGMENTS_SERVED.name,
        labels=SEGMENTS,
        values=tuple(round(float(value), 1) for value in behind),
        lines=(ReferenceLine(label="allowed", axis="y", value=100 * SEGMENT_BEHIND_AT_MOST),),
    )
