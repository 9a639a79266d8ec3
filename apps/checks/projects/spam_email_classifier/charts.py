"""The pictures of quality, as data. They show probabilities and costs, never a mail."""

from apps.checks.classification import calibration, calibration_error, expected_average_precision
from apps.checks.classification_charts import (
    calibration_chart,
    cost_chart,
    precision_recall_chart,
    threshold_costs,
)
from apps.checks.projects.spam_email_classifier.checks import (
    AVERAGE_PRECISION,
    CALIBRATION,
    CALIBRATION_GROUPS,
    COST_REGRET,
)
from apps.checks.projects.spam_email_classifier.generator import (
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    costs_of,
)
from apps.checks.projects.spam_email_classifier.outputs import Answer
from apps.checks.projects.spam_email_classifier.probes import Asked
from apps.checks.results import Chart

MAILS = 1_000  # whose cost is told


def precision_recall(asked: Asked, answer: Answer) -> Chart:
    return precision_recall_chart(
        answer.probability,
        asked.known,
        figure=expected_average_precision(answer.probability, asked.known),
        best=expected_average_precision(asked.known, asked.known),
        test=AVERAGE_PRECISION.name,
    )


def cost_by_threshold(asked: Asked, answer: Answer) -> Chart:
    thresholds, prices = threshold_costs(
        answer.probability,
        asked.known,
        false_positive=FALSE_POSITIVE,
        false_negative=FALSE_NEGATIVE,
    )
    return cost_chart(
        thresholds,
        MAILS * prices,
        formula=FALSE_POSITIVE / (FALSE_POSITIVE + FALSE_NEGATIVE),
        own=MAILS * float(costs_of(answer.held, asked.known).mean()),
        unit="for each 1,000 mails",
        test=COST_REGRET.name,
    )


def reliability(asked: Asked, answer: Answer) -> Chart:
    groups = calibration(answer.probability, asked.known, bins=CALIBRATION_GROUPS)
    return calibration_chart(
        groups, error=calibration_error(groups), test=CALIBRATION.name, group="a group of the mails"
    )


OF_FIGURES = {
    AVERAGE_PRECISION.name: precision_recall,
    COST_REGRET.name: cost_by_threshold,
    CALIBRATION.name: reliability,
}
