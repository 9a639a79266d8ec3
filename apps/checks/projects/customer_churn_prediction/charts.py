"""The pictures of a verdict, as data. They show probabilities and costs, never a customer."""

from collections.abc import Mapping

from apps.checks.classification import calibration, calibration_error
from apps.checks.classification_charts import calibration_chart, cost_chart, threshold_costs
from apps.checks.projects.customer_churn_prediction.checks import (
    CLAIMS_HOLD,
    COSTS_FOLLOWED,
    EXPECTED_COST,
    LEAK_IGNORED,
    MODELS_COMPARED,
    SEGMENT_BEHIND_AT_MOST,
    SEGMENTS_SERVED,
    Decided,
    segments_behind,
)
from apps.checks.projects.customer_churn_prediction.generator import SEGMENTS, Flags
from apps.checks.projects.customer_churn_prediction.outputs import Answer, Report
from apps.checks.projects.customer_churn_prediction.probes import Asked
from apps.checks.projects.customer_churn_prediction.report_checks import Remeasured
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


def contacts_chart(cheaper: Decided, dearer: Decided) -> Chart:
    asked = (cheaper, dearer)
    return Chart(
        name="contacts",
        kind="bar",
        title="Whom you call when a missed customer costs more",
        summary="Where a missed customer costs more, more calls pay: your bars should rise about "
        "as the checker's own do.",
        x_label="cost of a missed customer",
        y_label="customers contacted",
        test=COSTS_FOLLOWED.name,
        labels=tuple(
            f"{who}, {one.asked.costs.missed:g} €" for who in ("you", "checker") for one in asked
        ),
        values=(
            *(float(one.contact.sum()) for one in asked),
            *(float(one.asked.in_house.sum()) for one in asked),
        ),
    )


def leak_chart(empty: Flags, shuffled: Flags) -> Chart:
    """``empty``, ``shuffled``: decisions by what a leaking column holds."""
    return Chart(
        name="leak",
        kind="bar",
        title="Decisions that hang on a column that nobody can know yet",
        summary="Shuffled among the customers, the column says nothing. A decision that changes "
        "with it was made by it.",
        x_label="from an empty column to a shuffled one",
        y_label="customers",
        test=LEAK_IGNORED.name,
        labels=("called, then left alone", "left alone, then called"),
        values=(float((empty & ~shuffled).sum()), float((~empty & shuffled).sum())),
    )


def models_chart(report: Report, found: Mapping[str, Remeasured]) -> Chart:
    return _claims(
        report,
        {name: one.realised for name, one in found.items()},
        against="from folds.csv",
        test=MODELS_COMPARED.name,
    )


def claims_chart(report: Report, found: Mapping[str, Remeasured]) -> Chart:
    return _claims(
        report,
        {name: one.expected for name, one in found.items()},
        against="with the known risks",
        test=CLAIMS_HOLD.name,
    )


def _claims(report: Report, measured: Mapping[str, float], *, against: str, test: str) -> Chart:
    return Chart(
        name=test,
        kind="bar",
        title=f"Log loss that you claim, and {against}",
        summary="Two bars for each model. A claim far below the other bar is too good to be true.",
        x_label="model",
        y_label="log loss",
        test=test,
        labels=tuple(f"{name}: {what}" for name in measured for what in ("claimed", "measured")),
        values=tuple(
            round(value, 4)
            for name, again in measured.items()
            for value in (report.claims[name].mean, again)
        ),
    )
