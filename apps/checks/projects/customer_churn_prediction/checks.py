"""The checks of the project: what they are called, what they need, and how decisions are judged.

Each takes answers that were read already and returns its verdict; nothing here runs code of the
learner's. Those on the learner's report stand in ``report_checks``.
"""

from dataclasses import dataclass

import numpy as np

from apps.checks.classification_charts import threshold_costs
from apps.checks.percent import compared, percent
from apps.checks.project import CheckSpec
from apps.checks.projects.customer_churn_prediction.generator import SEGMENTS, Flags
from apps.checks.projects.customer_churn_prediction.outputs import Answer
from apps.checks.projects.customer_churn_prediction.probes import Asked
from apps.checks.results import Metric, Stage, Test
from apps.checks.scoring import Floats, Measurement, gap_share
from apps.checks.verdicts import failed, passed

# Decisions need the share of the checker's own model on the same draw, less this: room for a model
# of another kind (tuned boosting on the raw columns stays about 0.09 below, at its defaults 0.12).
MARGIN = 0.14
# At other costs, where probabilities far from the usual ones decide and all models lose more.
OTHER_COSTS_MARGIN = 0.25
FOLLOWS_AT_LEAST = 1 / 3  # of how many more the checker's own model contacts when it pays
MOVED_AT_MOST = 0.05  # of the gap, when a leaking column is shuffled
SEGMENT_BEHIND_AT_MOST = 0.35  # of the gap, more than in the other segments
CUSTOMERS = 180_000  # of the brief's company

EXPECTED_COST = CheckSpec(
    name="expected_cost",
    title="Contacts the customers for whom it pays",
    stage=Stage.BEHAVIOUR,
    max_score=25,
    concepts=("error-costs", "decision-threshold", "feature-engineering"),
)
COSTS_FOLLOWED = CheckSpec(
    name="costs_followed",
    title="Decides otherwise when the costs change",
    stage=Stage.BEHAVIOUR,
    max_score=10,
    concepts=("decision-threshold", "calibration", "business-metrics"),
)
LEAK_IGNORED = CheckSpec(
    name="leak_ignored",
    title="Does not lean on a column that knows the future",
    stage=Stage.BEHAVIOUR,
    max_score=10,
    concepts=("target-leakage",),
)
SEGMENTS_SERVED = CheckSpec(
    name="segments_served",
    title="Leaves no segment far behind",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("model-trade-offs", "categorical-encoding"),
)
MODELS_COMPARED = CheckSpec(
    name="models_compared",
    title="Compares three models by cross-validation",
    stage=Stage.BEHAVIOUR,
    max_score=8,
    concepts=("cross-validation", "model-trade-offs"),
)
CLAIMS_HOLD = CheckSpec(
    name="claims_hold",
    title="Claims figures that hold",
    stage=Stage.BEHAVIOUR,
    max_score=7,
    concepts=("cross-validation", "target-leakage", "bootstrap-intervals"),
)
CHECKS = (
    EXPECTED_COST, COSTS_FOLLOWED, LEAK_IGNORED, SEGMENTS_SERVED, MODELS_COMPARED, CLAIMS_HOLD,
)  # fmt: skip


def measure(asked: Asked, contact: Flags, *, margin: float = MARGIN) -> Measurement:
    """Decisions and those of the checker's own model, between the naive and the best ones."""
    costs, risk = asked.costs, asked.risk
    naive, best = costs.of(costs.naive(risk), risk), costs.of(costs.best(risk), risk)
    own, in_house = (costs.of(flags, risk) for flags in (contact, asked.in_house))
    return Measurement(
        measured=gap_share(own, naive=naive, best=best),
        in_house=gap_share(in_house, naive=naive, best=best),
        margin=margin,
    )


# expected_cost ---------------------------------------------------------------------------------


def judge_cost(
    first: Measurement, *, confirmed: Measurement | None, asked: Asked, answer: Answer
) -> Test:
    """``confirmed``: on the second draw, which only those meet who passed the first one.

    ``asked``, ``answer``: of the draw that is told.
    """
    told = confirmed or first
    measured = told.measured
    closed, needed = compared(measured.share, told.needed)
    output = (
        f"Your decisions cost {measured.loss:.2f} € for each customer; contacting all or none, "
        f"whichever is cheaper, costs {measured.naive_loss:.2f} €, and knowing each one's risk "
        f"{measured.best_loss:.2f} €. {_closed(measured.share, closed)}; needed for this draw: "
        f"{needed}."
    )
    evidence = {
        "share_closed": round(measured.share, 4),
        "interval_low": round(measured.low, 4),
        "interval_high": round(measured.high, 4),
        "needed": round(told.needed, 4),
        "cost_per_customer": round(measured.loss, 3),
        "naive_cost_per_customer": round(measured.naive_loss, 3),
        "best_cost_per_customer": round(measured.best_loss, 3),
        "cost_missed": asked.costs.missed,
        "cost_contact": asked.costs.contact,
        "contacted": int(answer.contact.sum()),
        "customers": measured.rows,
    }
    if confirmed:
        evidence["share_closed_in_the_first_company"] = round(first.measured.share, 4)
        closed, needed = compared(first.measured.share, first.needed)
        output = (
            f"In a first company you closed {closed} (needed: {needed}). "
            f"In a second one, drawn to rule out luck: {output[:1].lower()}{output[1:]}"
        )
    if told.enough:
        return passed(EXPECTED_COST, output, evidence=evidence)
    lacking = (told.needed - measured.share) * (measured.naive_loss - measured.best_loss)
    if lacking * CUSTOMERS >= 1_000:
        output += f" For {CUSTOMERS:,} customers, what is lacking comes to {_total(lacking)}."
    hint = _cost_hint(told, asked=asked, answer=answer)
    return failed(EXPECTED_COST, output, hint=hint, evidence=evidence)


def _closed(share: float, told: str) -> str:
    if share < 0:
        return "Yours are dearer than that, so none of the gap between the two is closed"
    return f"You closed {told} of the gap between the two"


def _cost_hint(told: Measurement, *, asked: Asked, answer: Answer) -> str:
    """What would have been enough: the formula, another threshold, or only a better model."""
    costs = asked.costs
    by_formula = measure(asked, costs.best(answer.probability))
    if by_formula.enough:
        return (
            f"Your probabilities are good enough: with the formula on them you would have closed "
            f"{percent(by_formula.measured.share)}. Contact where the probability times "
            "cost_missed is more than the rest of it times cost_contact, with the costs of the "
            "file that predict is given."
        )
    thresholds, prices = threshold_costs(
        answer.probability,
        asked.risk,
        false_positive=costs.contact,
        false_negative=costs.missed,
    )
    cheapest = answer.probability >= thresholds[prices.argmin()]
    if measure(asked, cheapest).enough:
        return (
            "Your ranking is good, but the probabilities are not calibrated: another threshold on "
            "them would have been enough. Leave class weights and resampling out, and compare the "
            "calibration plot with its diagonal."
        )
    return (
        "No threshold on your probabilities is enough, so the model needs more to see: the fall of "
        "traffic over six months, the part of the fees that was paid, the time with the company, "
        "and products of these with segment and contract. If the check of the leaking column "
        "failed too, mend that one first."
    )


def cost_metric(found: Measurement) -> Metric:
    measured = found.measured
    return Metric(
        name="expected_cost",
        title="Share of the avoidable cost that you avoid",
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


# costs_followed --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A question, and whom the learner would contact."""

    asked: Asked
    contact: Flags

    @property
    def found(self) -> Measurement:
        return measure(self.asked, self.contact, margin=OTHER_COSTS_MARGIN)


def judge_followed(cheaper: Decided, dearer: Decided) -> Test:
    """The same customers where a missed one costs less, and where one costs more."""
    before, after = int(cheaper.contact.sum()), int(dearer.contact.sum())
    rise, usual = after - before, int(dearer.asked.in_house.sum() - cheaper.asked.in_house.sum())
    low, high = cheaper.found, dearer.found
    evidence = {
        "customers": len(cheaper.contact),
        "contacted_where_cheaper": before,
        "contacted_where_dearer": after,
        "rise_of_the_checkers_own": usual,
        "share_closed_where_cheaper": round(low.measured.share, 4),
        "needed_where_cheaper": round(low.needed, 4),
        "share_closed_where_dearer": round(high.measured.share, 4),
        "needed_where_dearer": round(high.needed, 4),
    }
    closed_low, needed_low = compared(low.measured.share, low.needed)
    closed_high, needed_high = compared(high.measured.share, high.needed)
    output = (
        f"The same {len(cheaper.contact):,} customers, asked twice. With a missed customer at "
        f"{cheaper.asked.costs.missed:g} € you contact {before:,} and close {closed_low} of the "
        f"gap (needed: {needed_low}); at {dearer.asked.costs.missed:g} €, {after:,} and "
        f"{closed_high} (needed: {needed_high}). A call in vain costs "
        f"{cheaper.asked.costs.contact:g} €."
    )
    if rise < FOLLOWS_AT_LEAST * usual:
        return failed(
            COSTS_FOLLOWED,
            f"{output} From the first to the second, {usual:,} more would be about right; yours "
            f"are {rise:,} more.",
            hint="Finance changes the costs each quarter, and a stored threshold then calls the "
            "wrong people. Compute it in predict, from cost_missed and cost_contact of the file.",
            evidence=evidence,
        )
    if not (low.enough and high.enough):
        return failed(
            COSTS_FOLLOWED,
            output,
            hint="Other costs move the threshold to where your probabilities are rarely looked at, "
            "and each customer on the wrong side of it costs money. Look at the calibration plot "
            "below 0.1 and above 0.2. Regularise the model, or calibrate it by cross-validation.",
            evidence=evidence,
        )
    return passed(COSTS_FOLLOWED, output, evidence=evidence)


# leak_ignored ----------------------------------------------------------------------------------


def judge_leak(main: Asked, empty: Flags, shuffled: Flags) -> Test:
    """``empty``, ``shuffled``: decisions on the same customers, by what a leaking column holds.

    Any decision that moves counts by what it is worth, up or down: a column that cannot be known
    yet makes some of them better only by chance.
    """
    gap = _gap(main)
    moved = np.abs(main.costs.of(shuffled, main.risk) - main.costs.of(empty, main.risk))
    share = float(moved.mean()) / gap
    changed = int((empty != shuffled).sum())
    evidence = {
        "customers": len(empty),
        "decisions_changed": changed,
        "moved_share_of_the_gap": round(share, 4),
        "allowed": MOVED_AT_MOST,
    }
    told, allowed = compared(share, MOVED_AT_MOST)
    output = (
        "A column that is filled in after the event was first empty, then shuffled among the "
        f"customers. Your decision changed for {changed:,} of {len(empty):,}, which moves "
        f"{told} of the gap; allowed: {allowed}."
    )
    if share <= MOVED_AT_MOST:
        return passed(LEAK_IGNORED, output, evidence=evidence)
    return failed(
        LEAK_IGNORED,
        f"{output} For {CUSTOMERS:,} customers, {_total(share * gap)} hang on what nobody can know "
        "on the day of the decision.",
        hint="Which columns can be meant stands in the data dictionary, under “Updated at any "
        "time”. Leave out all of which you cannot say that they were known at the snapshot, and "
        "measure again: a model that is too good without a reason usually has one of them.",
        evidence=evidence,
    )


def _gap(asked: Asked) -> float:
    """What perfect knowledge saves against the naive policy, in euros for each customer."""
    costs, risk = asked.costs, asked.risk
    return float((costs.of(costs.naive(risk), risk) - costs.of(costs.best(risk), risk)).mean())


# segments_served -------------------------------------------------------------------------------


def judge_segments(asked: Asked, contact: Flags) -> Test:
    behind = segments_behind(asked, contact)
    worst = int(behind.argmax())
    evidence = {
        name: round(float(value), 4) for name, value in zip(SEGMENTS, behind, strict=True)
    } | {"allowed": SEGMENT_BEHIND_AT_MOST}
    rows = int((asked.customers.segment == worst).sum())
    told, allowed = compared(float(behind[worst]), SEGMENT_BEHIND_AT_MOST)
    output = (
        f"Compared with the checker's own model, you lose most in the segment {SEGMENTS[worst]}: "
        f"{told} of the gap more than in the other segments, on "
        f"{rows:,} customers; allowed: {allowed}."
    )
    if behind[worst] <= SEGMENT_BEHIND_AT_MOST:
        return passed(SEGMENTS_SERVED, output, evidence=evidence)
    return failed(
        SEGMENTS_SERVED,
        output,
        hint="An average hides a small segment, and its customers leave unheard. Print your cost "
        "by segment in cross-validation, then give the weakest one features of its own: its fall "
        "of traffic, its outages, its contract.",
        evidence=evidence,
    )


def segments_behind(asked: Asked, contact: Flags) -> Floats:
    """By segment, how much more is lost there than elsewhere, in shares of the overall gap.

    Shape (segments,). What is lost is the expected cost above that of the checker's own model.
    """
    lost = asked.costs.of(contact, asked.risk) - asked.costs.of(asked.in_house, asked.risk)
    segment = asked.customers.segment
    insides = [segment == number for number in range(len(SEGMENTS))]
    return np.array([lost[inside].mean() - lost[~inside].mean() for inside in insides]) / _gap(
        asked
    )


def _total(each: float) -> str:
    """For all customers of the company, in thousands of euros."""
    return f"{round(each * CUSTOMERS, -3):,.0f} €"
