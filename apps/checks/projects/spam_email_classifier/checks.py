"""The checks of the project: what they are called, what they need, and how quality is judged.

Each takes answers that were read already and returns its verdict; nothing here runs code of the
learner's. Those on the form of a mail stand in ``form_checks``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apps.checks.classification import average_precision_losses, calibration_losses
from apps.checks.classification_charts import threshold_costs
from apps.checks.percent import compared, percent
from apps.checks.project import CheckSpec
from apps.checks.projects.spam_email_classifier.generator import (
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    Flags,
    best_decisions,
    costs_of,
)
from apps.checks.projects.spam_email_classifier.outputs import Answer
from apps.checks.projects.spam_email_classifier.probes import Asked
from apps.checks.results import JSON, Metric, Stage, Test
from apps.checks.scoring import Floats, GapShare, Measurement, compare_shares
from apps.checks.verdicts import failed, passed

CALIBRATION_GROUPS = 50
MAILS_A_WEEK = 60_000  # of the brief's firm
RECALL = 0.8  # at which the price of a poor order is told
FEW_VALUES = 100  # of a probability: the order has too many ties
MODEL_MARGINS = {"average_precision": 0.06, "cost_regret": 0.10, "calibration": 0.12}

AVERAGE_PRECISION = CheckSpec(
    name="average_precision",
    title="Puts spam at the top",
    stage=Stage.BEHAVIOUR,
    max_score=20,
    concepts=("average-precision", "pr-curve", "feature-engineering", "class-imbalance"),
)
COST_REGRET = CheckSpec(
    name="cost_regret",
    title="Holds back only what is worth holding back",
    stage=Stage.BEHAVIOUR,
    max_score=15,
    concepts=("error-costs", "decision-threshold"),
)
CALIBRATION = CheckSpec(
    name="calibration",
    title="Says probabilities that are right",
    stage=Stage.BEHAVIOUR,
    max_score=10,
    concepts=("calibration", "base-rates", "class-imbalance"),
)
HTML_MAIL = CheckSpec(
    name="html_mail",
    title="Reads HTML as people do",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("data-cleaning",),
)
OBFUSCATED_WORDS = CheckSpec(
    name="obfuscated_words",
    title="Reads words that are disguised",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("data-cleaning", "feature-engineering"),
)
OTHER_ENCODINGS = CheckSpec(
    name="other_encodings",
    title="Reads every character set",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("encodings",),
)
EXTREME_MAILS = CheckSpec(
    name="extreme_mails",
    title="Takes empty and very long mails",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("data-cleaning", "testing"),
)
CHECKS = (
    AVERAGE_PRECISION, COST_REGRET, CALIBRATION,
    HTML_MAIL, OBFUSCATED_WORDS, OTHER_ENCODINGS, EXTREME_MAILS,
)  # fmt: skip


# What is measured: each is a share of the gap from a filter that knows nothing to the best one ----


def measure_precision(asked: Asked, answer: Answer) -> Measurement:
    """The filter that knows nothing has the share of spam as its average precision."""
    known = asked.known
    own, in_house, best = (
        average_precision_losses(scores, known)
        for scores in (answer.probability, asked.in_house, known)
    )
    margin = MODEL_MARGINS["average_precision"]
    return compare_shares(own, in_house, naive=1 - known, best=best, margin=margin)


def measure_cost(asked: Asked, answer: Answer) -> Measurement:
    """The filter that knows nothing delivers everything."""
    known = asked.known
    own, in_house, best = (
        costs_of(held, known)
        for held in (answer.held, best_decisions(asked.in_house), best_decisions(known))
    )
    margin = MODEL_MARGINS["cost_regret"]
    return compare_shares(own, in_house, naive=known * FALSE_NEGATIVE, best=best, margin=margin)


def measure_calibration(asked: Asked, answer: Answer) -> Measurement:
    """The filter that knows nothing says 0 for every mail."""
    own, in_house = (
        calibration_losses(said, asked.known, bins=CALIBRATION_GROUPS)
        for said in (answer.probability, asked.in_house)
    )
    margin = MODEL_MARGINS["calibration"]
    return compare_shares(own, in_house, naive=asked.known, margin=margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the three figures of quality, and how it is told."""

    spec: CheckSpec
    title: str  # of the metric
    measure: Callable[[Asked, Answer], Measurement]
    told: Callable[[GapShare], str]  # the figure beside the naive and the best one
    lacking: Callable[[Measurement, Asked, Answer], str]  # what it costs the firm
    hint: Callable[[Asked, Answer], str]


def judge(
    figure: Figure,
    first: Measurement,
    *,
    confirmed: Measurement | None,
    asked: Asked,
    answer: Answer,
) -> Test:
    """``confirmed``: on the second draw, which only those meet who passed the first one.

    ``asked``, ``answer``: of the draw that is told.
    """
    found = confirmed or first
    measured = found.measured
    closed, needed = compared(measured.share, found.needed)
    output = (
        f"{figure.told(measured)} You closed {closed} of the gap; needed for this draw: {needed}."
    )
    evidence: dict[str, JSON] = {
        "share_closed": round(measured.share, 4),
        "interval_low": round(measured.low, 4),
        "interval_high": round(measured.high, 4),
        "needed": round(found.needed, 4),
        "your_loss": round(measured.loss, 5),
        "naive_loss": round(measured.naive_loss, 5),
        "best_loss": round(measured.best_loss, 5),
        "mails": measured.rows,
        "expected_spam": round(float(asked.known.sum()), 1),
        "held_back": int(answer.held.sum()),
    }
    if confirmed:
        evidence["share_closed_in_the_first_firm"] = round(first.measured.share, 4)
        closed, needed = compared(first.measured.share, first.needed)
        output = (
            f"In a first firm you closed {closed} of the gap (needed: {needed}). In a second one, "
            f"drawn to rule out luck: {output}"
        )
    if found.enough:
        return passed(figure.spec, output, evidence=evidence)
    return failed(
        figure.spec,
        f"{output} {figure.lacking(found, asked, answer)}",
        hint=figure.hint(asked, answer),
        evidence=evidence,
    )


def metric(figure: Figure, found: Measurement) -> Metric:
    measured = found.measured
    return Metric(
        name=figure.spec.name,
        title=figure.title,
        value=100 * measured.share,
        unit="%",
        baseline=0.0,
        in_house=100 * found.in_house.share,
        achievable=100.0,
        threshold=100 * found.needed,
        ci_low=100 * measured.low,
        ci_high=100 * measured.high,
        n=measured.rows,
    )


# average_precision -----------------------------------------------------------------------------


def _precision_told(measured: GapShare) -> str:
    own, naive, best = (
        1 - loss for loss in (measured.loss, measured.naive_loss, measured.best_loss)
    )
    return (
        f"Your average precision is {own:.3f}; an order that knows nothing has {naive:.3f}, and "
        f"the best possible one {best:.3f}."
    )


def _precision_lacking(_found: Measurement, asked: Asked, answer: Answer) -> str:
    own, best = (
        _good_mails_held(scores, asked.known) for scores in (answer.probability, asked.known)
    )
    return (
        f"A firm that wants to stop {percent(RECALL)} of its spam would hold back {own:,} good "
        f"mails a week with your order, and {best:,} with the best one."
    )


def _good_mails_held(scores: Floats, known: Floats) -> int:
    """In a week, where the mails of the highest scores are held back until enough spam is among
    them. Mails of the same score are held back together."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(known[order])
    last = scores[order[np.searchsorted(found, RECALL * found[-1])]]
    return _a_week(float((1 - known)[scores >= last].mean() * (scores >= last).mean()))


def _precision_hint(_asked: Asked, answer: Answer) -> str:
    values = len(np.unique(answer.probability))
    if values < FEW_VALUES:
        return (
            f"You give {values} different probabilities in all, so that most mails stand side by "
            "side and cannot be put in order. Write what the model says of each mail, unrounded."
            if values > 1
            else "Every mail gets the same probability, so that none stands before another. Write "
            "what a model says of each mail."
        )
    return (
        "Print the 20 good mails of your held-out data with the highest probability, as the text "
        "that your features see. Undecoded bytes, tags and disguised words show there; if none "
        "do, see that the words of the subject and the sender's domain are among the features."
    )


# cost_regret -----------------------------------------------------------------------------------


def _cost_told(measured: GapShare) -> str:
    return (
        f"For each 1,000 mails, your decisions cost {1_000 * measured.loss:.1f}; delivering "
        f"everything costs {1_000 * measured.naive_loss:.1f}, and the best possible decisions "
        f"{1_000 * measured.best_loss:.1f}."
    )


def _cost_lacking(found: Measurement, _asked: Asked, _answer: Answer) -> str:
    measured = found.measured
    lacking = (found.needed - measured.share) * (measured.naive_loss - measured.best_loss)
    week = _a_week(lacking)
    if not week:
        return "What is lacking comes to less than one customer a week who waits for an answer."
    return (
        f"What is lacking comes to {week:,} a week: as much as {week / FALSE_POSITIVE:,.0f} "
        "customers who wait for an answer."
    )


def _cost_hint(asked: Asked, answer: Answer) -> str:
    """What would have been enough: the formula, another threshold, or only a better model."""
    threshold = FALSE_POSITIVE / (FALSE_POSITIVE + FALSE_NEGATIVE)
    by_formula = _measured_with(asked, answer, answer.probability > threshold)
    if by_formula.enough:
        return (
            f"Your probabilities are good enough: with the threshold that the two costs ask for "
            f"you would have closed {percent(by_formula.measured.share)}. Ask at which probability "
            f"p the cost of holding back, {FALSE_POSITIVE:g} times (1 - p), is that of "
            f"delivering, {FALSE_NEGATIVE:g} times p."
        )
    thresholds, prices = _threshold_costs(asked, answer)
    cheapest = float(thresholds[prices.argmin()])
    if _measured_with(asked, answer, answer.probability >= cheapest).enough:
        return (
            "Your order is good, but the probabilities are not calibrated: another threshold on "
            "them would have been enough. Mend the calibration, or choose the threshold by its "
            "cost on mails that the model was not fitted to."
        )
    return (
        "No threshold on your probabilities is enough, so mend the model first: choose the "
        "strength of its regularisation by log loss on mails that it was not fitted to."
    )


def _measured_with(asked: Asked, answer: Answer, held: Flags) -> Measurement:
    return measure_cost(asked, Answer(probability=answer.probability, held=held))


def _threshold_costs(asked: Asked, answer: Answer) -> tuple[Floats, Floats]:
    return threshold_costs(
        answer.probability,
        asked.known,
        false_positive=FALSE_POSITIVE,
        false_negative=FALSE_NEGATIVE,
    )


# calibration -----------------------------------------------------------------------------------


def _calibration_told(measured: GapShare) -> str:
    return (
        f"Your probabilities are off by {100 * measured.loss:.2f} percentage points on average "
        f"over {CALIBRATION_GROUPS} groups of mails; a 0 for every mail is off by "
        f"{100 * measured.naive_loss:.2f}."
    )


def _calibration_lacking(_found: Measurement, asked: Asked, answer: Answer) -> str:
    said, known = _a_week(float(answer.probability.mean())), _a_week(float(asked.known.mean()))
    return (
        f"You announce {said:,} spam mails a week where {known:,} come, and whoever multiplies "
        "your probabilities with costs decides wrongly."
    )


def _calibration_hint(asked: Asked, answer: Answer) -> str:
    ratio = float(answer.probability.mean() / asked.known.mean())
    if ratio > 1.2:
        return (
            "On the whole you say too much. Weights for the rare class, or more of it in the "
            "sample, make a model believe that spam is common: leave them out, and let the "
            "threshold care for the costs."
        )
    if ratio < 1 / 1.2:
        return (
            "On the whole you say too little. Compare the mean of your probabilities with the "
            "share of spam in the mails that you put aside, and see what pulls them down: too "
            "strong a regularisation, or rounding."
        )
    return (
        "The mean is right, and the spread is not. Draw what you say against what happened, on "
        "mails put aside, with copies of a mail on one side only. Too steep: less regularisation; "
        "too flat: more, or calibrate the model by cross-validation."
    )


FIGURES = (
    Figure(
        spec=AVERAGE_PRECISION,
        title="Average precision: share of the gap closed",
        measure=measure_precision,
        told=_precision_told,
        lacking=_precision_lacking,
        hint=_precision_hint,
    ),
    Figure(
        spec=COST_REGRET,
        title="Share of the avoidable cost that you avoid",
        measure=measure_cost,
        told=_cost_told,
        lacking=_cost_lacking,
        hint=_cost_hint,
    ),
    Figure(
        spec=CALIBRATION,
        title="Calibration: share of the gap closed",
        measure=measure_calibration,
        told=_calibration_told,
        lacking=_calibration_lacking,
        hint=_calibration_hint,
    ),
)


def _a_week(each: float) -> int:
    """Of a mean over mails: the sum over those of a week, to a ten."""
    return int(round(each * MAILS_A_WEEK, -1))
