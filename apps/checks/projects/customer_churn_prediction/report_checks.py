"""The two checks on the learner's report: that models were compared, and that the figures hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from apps.checks.projects.customer_churn_prediction.checks import CLAIMS_HOLD, MODELS_COMPARED
from apps.checks.projects.customer_churn_prediction.generator import Sample
from apps.checks.projects.customer_churn_prediction.outputs import FEWEST_MODELS, Claim, Report
from apps.checks.results import Test
from apps.checks.scoring import Z_95, Floats
from apps.checks.verdicts import failed, passed

FIGURE_WITHIN = 0.002  # of the log loss: the mean of fold means and the mean of rows differ by less
SAME_WITHIN = 1e-6  # of a probability: two models that never differ by more are one
NARROWEST, WIDEST = 0.1, 10.0  # of the 95 % interval of the rows
CLAIM_WITHIN = 3.5  # standard errors
_SMALLEST = float(np.finfo(np.float64).eps)  # as scikit-learn's log_loss clips


@dataclass(frozen=True, slots=True, kw_only=True)
class Remeasured:
    """One model's log loss from ``folds.csv``."""

    realised: float  # with who left
    error: float  # its standard error over customers
    expected: float  # with the known risk instead of who left
    luck: float  # standard error of ``realised`` around ``expected``


def log_losses(probability: Floats, left: Floats) -> Floats:
    """Of each row; ``left`` 0 or 1, or a known risk: then the expectation over who leaves."""
    clipped = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(-left * np.log(clipped) - (1 - left) * np.log1p(-clipped))


def remeasure(probability: Floats, past: Sample) -> Remeasured:
    """What the figure was, and what it is without the luck of who left.

    A probability that was given without knowing whether this customer left is independent of it,
    given the risk. Then the realised log loss scatters around the expected one with the variance
    sum(risk (1 - risk) logit(probability)^2) / rows^2, whatever the model. One that has seen the
    answer, by a fit on the same row or by a leaking column, lies far below.
    """
    clipped = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    logit = np.log(clipped) - np.log1p(-clipped)
    realised = log_losses(probability, past.left.astype(float))
    rows = len(realised)
    return Remeasured(
        realised=float(realised.mean()),
        error=float(realised.std() / np.sqrt(rows)),
        expected=float(log_losses(probability, past.risk).mean()),
        luck=float(np.sqrt((past.risk * (1 - past.risk) * logit**2).sum()) / rows),
    )


def remeasured(report: Report, past: Sample) -> dict[str, Remeasured]:
    """By the name of the model."""
    return {name: remeasure(values, past) for name, values in report.probabilities.items()}


def judge_models(report: Report, found: Mapping[str, Remeasured]) -> Test:
    evidence = {
        name: {"claimed": report.claims[name].mean, "from_folds": round(one.realised, 5)}
        for name, one in found.items()
    } | {"chosen": report.chosen}
    problem, hint = _comparison_problem(report, found)
    if problem:
        return failed(MODELS_COMPARED, problem, hint=hint, evidence=evidence)
    figures = ", ".join(f"{name} {one.realised:.4f}" for name, one in found.items())
    return passed(
        MODELS_COMPARED,
        f"{len(found)} models compared, and folds.csv gives the log loss that report.json claims "
        f"for each: {figures}. You chose {report.chosen}.",
        evidence=evidence,
    )


def _comparison_problem(report: Report, found: Mapping[str, Remeasured]) -> tuple[str, str]:
    """What is wrong, and what to do; empty where nothing is."""
    if len(found) < FEWEST_MODELS:
        return (
            f"The report names {len(found)} models; {FEWEST_MODELS} or more are asked for.",
            "Whoever pays for the model asks what else you tried. Run a linear model, a forest and "
            "boosting through the same folds, and keep all three in the report.",
        )
    for one, other in combinations(report.probabilities, 2):
        apart = np.abs(report.probabilities[one] - report.probabilities[other]).max()
        if apart <= SAME_WITHIN:
            return (
                f"The models {one} and {other} give the same probabilities for every customer.",
                "Two names for one model are no comparison. Check which model fills which column.",
            )
    for name, figure in found.items():
        claim = report.claims[name]
        if abs(claim.mean - figure.realised) > FIGURE_WITHIN:
            return (
                f"For {name}, report.json claims a log loss of {claim.mean:.4f}; the probabilities "
                f"in folds.csv give {figure.realised:.4f}. They may differ by {FIGURE_WITHIN}.",
                "Compute the figure from the same out-of-fold probabilities that you write, on one "
                "row for each customer, and write them with all their digits.",
            )
        if not _plausible(claim, figure):
            return (
                f"For {name}, the interval from {claim.low:.4f} to {claim.high:.4f} cannot be one "
                f"of 95 %: the rows give about {figure.realised - Z_95 * figure.error:.4f} to "
                f"{figure.realised + Z_95 * figure.error:.4f}.",
                "An interval tells how far the figure may move in the next quarter. Take 1.96 "
                "standard errors of the customers' log losses, or a bootstrap over customers.",
            )
    return "", ""


def _plausible(claim: Claim, figure: Remeasured) -> bool:
    ratio = (claim.high - claim.low) / (2 * Z_95 * figure.error)
    return NARROWEST <= ratio <= WIDEST


def judge_claims(report: Report, found: Mapping[str, Remeasured]) -> Test:
    distances = {
        name: (report.claims[name].mean - one.expected) / one.luck for name, one in found.items()
    }
    evidence = {
        name: {
            "claimed": report.claims[name].mean,
            "measured": round(one.expected, 5),
            "low": round(one.expected - CLAIM_WITHIN * one.luck, 5),
            "high": round(one.expected + CLAIM_WITHIN * one.luck, 5),
        }
        for name, one in found.items()
    }
    worst = max(distances, key=lambda name: abs(distances[name]))
    one, claim = found[worst], report.claims[worst]
    low, high = (one.expected + sign * CLAIM_WITHIN * one.luck for sign in (-1, 1))
    between = (
        f"with the known risk of each customer, the same probabilities give {one.expected:.4f} "
        f"(between {low:.4f} and {high:.4f} by the luck of who left)"
    )
    if abs(distances[worst]) <= CLAIM_WITHIN:
        return passed(
            CLAIMS_HOLD,
            f"All {len(found)} claimed figures hold. The one furthest off is {worst}: you claim "
            f"{claim.mean:.4f}; {between}.",
            evidence=evidence,
        )
    hint = (
        "These probabilities knew the answer, and a budget planned with them breaks. Two "
        "usual ways: a model, an encoding or a choice of features was fitted on the rows that it "
        "then predicts, or a column knows who left. Put the whole preparation inside the fold."
        if distances[worst] < 0
        else "The figure is worse than the probabilities deserve. Check that labels and "
        "probabilities belong to the same customers when you compute it."
    )
    return failed(
        CLAIMS_HOLD,
        f"For {worst} you claim a log loss of {claim.mean:.4f}; {between}.",
        hint=hint,
        evidence=evidence,
    )
