"""The process that makes customers: its parameters, its customers, their known risk of leaving.

Every company is a draw. Its parameters come from the seed, so the source gives no answers away, and
since the process is known, a decision is judged by the *probability* with which each customer
leaves, free of the luck of who did.

    log odds = base + segment + plan + region + contract + tenure + fee
               + fall of traffic (its weight differs in each segment) + unpaid amounts
               + reminders + outages (heavier without a binding contract) + calls + survey

Traffic is in GB, amounts in euros. Of the columns that are updated at any time, none moves the
risk: one or two are filled in after the event, the others follow calls and outages or mean nothing.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.checks import draws
from apps.checks.classification import cheapest_flags, expected_costs, naive_flags
from apps.checks.logistic import intercept_for
from apps.checks.projects.customer_churn_prediction.updated import (
    UPDATED,
    WORD_COUNT,
    WORDS,
    draw_updated,
)
from apps.checks.scoring import Floats

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]

USUAL_FEE = 40.0  # euros a month
TRAIN_ROWS = 6_000  # before some of them are repeated
HELD_OUT_ROWS = 5_000
MONTHS = 6
DAYS_A_MONTH = 30.4
PLAN_COUNT, UNSEEN_PLANS = 5, 2
REGION_COUNT, UNSEEN_REGIONS = 8, 2
UNSEEN_SHARE = 0.02  # of later customers, for a plan and for a region each
MISTYPED_SHARE = 0.005  # for a day and a number of calls each
HELD_OUT_DAYS = 91  # from the snapshot of the training data to that of later files
# Draws in which perfect knowledge saves less than this share of the naive policy's cost tell good
# from bad decisions too weakly, and are drawn again.
SMALLEST_GAP = 0.5
SMALLEST_RATE = 0.7  # of the mean risk, in each segment: none may be left alone as a whole

SEGMENTS = ("residential", "self-employed", "small business", "public sector")
CONTRACTS = ("monthly", "12 months", "24 months")
PLANS = (
    "Basic 50", "City 100", "Family 250", "Fibre 500", "Giga 1000", "Home 100", "Office 250",
    "Start 25", "Studio 500", "Turbo 500",
)  # fmt: skip
REGIONS = (
    "Black Hills", "East Bank", "Green Valley", "Harbour Side", "Lake District", "Long Coast",
    "Mill Town", "North Plain", "Old Quarter", "Pine Ridge", "River Bend", "South Gate",
    "Stone Field", "West Moor",
)  # fmt: skip


def stream(seed: bytes, purpose: str) -> np.random.Generator:
    return draws.stream(seed, f"customer-churn-prediction/{purpose}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Euros, for each customer."""

    missed: float  # leaves without having been contacted
    contact: float  # contacted, and would have stayed

    def of(self, flags: Flags, risk: Floats) -> Floats:
        """What deciding so costs on average: shape (customers,)."""
        return expected_costs(flags, risk, false_positive=self.contact, false_negative=self.missed)

    def best(self, risk: Floats) -> Flags:
        return cheapest_flags(risk, false_positive=self.contact, false_negative=self.missed)

    def naive(self, risk: Floats) -> Flags:
        """Everybody or nobody, whichever costs less on these rows."""
        return naive_flags(risk, false_positive=self.contact, false_negative=self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Customers in columns, all of the same length; NaN where a value was not recorded."""

    snapshot: Ints  # proleptic ordinal of the day
    joined: Floats  # ordinal; a few after the snapshot
    segment: Ints  # index into SEGMENTS
    plan: Floats  # index into Process.plans; from PLAN_COUNT on: never in training data
    contract: Floats  # index into CONTRACTS
    region: Ints  # index into Process.regions; from REGION_COUNT on: never in training data
    fee: Floats  # euros a month
    usage: Floats  # GB, shape (customers, MONTHS), the latest month last
    paid: Floats  # euros, the same shape
    late_payments: Floats
    outages: Floats
    support_calls: Floats  # a few below 0
    nps: Floats
    updated: Floats  # shape (customers, len(UPDATED)): as ``updated`` codes them

    def __len__(self) -> int:
        return len(self.snapshot)

    def take(self, rows: Ints | Flags) -> Self:
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def years(customers: Customers) -> Floats:
    """With the company, on the day of the snapshot."""
    return (customers.snapshot - customers.joined) / 365.25


def traffic_change(usage: Floats) -> Floats:
    """Log of the middle of the latest three months over that of the three before; NaN where a half
    has none.

    Medians, so that one month without use or of a hundred times the usual does not count.
    """
    before, latest = _middle(usage[:, : MONTHS // 2]), _middle(usage[:, MONTHS // 2 :])
    return np.asarray(np.clip(np.log((latest + 1) / (before + 1)), -2.0, 1.0))


def _middle(values: Floats) -> Floats:
    """Median of each row, without the missing ones; NaN where all are missing."""
    ranked = np.sort(values, axis=1)  # NaN last
    count = (~np.isnan(values)).sum(axis=1)
    ends = np.column_stack([np.maximum(count - 1, 0) // 2, np.minimum(count, MONTHS - 1) // 2])
    return np.take_along_axis(ranked, ends, axis=1).mean(axis=1)


def unpaid(paid: Floats, fee: Floats) -> Floats:
    """Share of the fees that was not paid, up to a half; NaN where no month is recorded."""
    count = (~np.isnan(paid)).sum(axis=1)
    total = np.nansum(paid, axis=1)
    share = 1 - total / np.where(count, count * fee, np.nan)
    return np.asarray(np.clip(share, 0, 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The parameters of one company. Effects are on the log odds of leaving."""

    snapshot: int  # ordinal, of the training data
    plans: tuple[str, ...]  # the known ones, then the unseen ones
    plan_fee: Floats  # euros, of the known ones
    plan_effect: Floats  # 0 for unseen ones
    regions: tuple[str, ...]
    region_effect: Floats
    segment_shares: Floats
    segment_effect: Floats
    contract_effect: Floats  # shape (segments, contracts)
    tenure_effect: float
    fee_effect: float
    traffic_effect: Floats  # of each segment
    unpaid_effect: float
    late_effect: float
    outage_effect: Floats  # of each segment
    outage_monthly_effect: float
    call_effect: float
    nps_effect: float
    no_nps_effect: float
    base: float
    leaking: tuple[str, ...]  # of UPDATED
    marks: dict[str, int]  # of UPDATED that hold words: the word that those who left have
    costs: Costs  # of the main question
    missing: dict[str, float]  # share, by column

    def log_odds(self, customers: Customers) -> Floats:
        """Of completely recorded customers."""
        segment = customers.segment
        plan, contract = customers.plan.astype(int), customers.contract.astype(int)
        fee = np.log(customers.fee / USUAL_FEE)
        outages = np.minimum(customers.outages, 5)
        asked = ~np.isnan(customers.nps)
        nps = np.where(asked, customers.nps, 7) - 7
        return np.asarray(
            self.base
            + self.segment_effect[segment]
            + self.plan_effect[plan]
            + self.region_effect[customers.region]
            + self.contract_effect[segment, contract]
            - self.tenure_effect * np.log1p(years(customers))
            + self.fee_effect * fee
            - self.traffic_effect[segment] * np.nan_to_num(traffic_change(customers.usage))
            + self.unpaid_effect * unpaid(customers.paid, customers.fee)
            + self.late_effect * np.minimum(customers.late_payments, 4)
            + self.outage_effect[segment] * outages
            + self.outage_monthly_effect * outages * (contract == 0)
            + self.call_effect * np.log1p(customers.support_calls)
            - self.nps_effect * nps
            + self.no_nps_effect * ~asked
        )

    def risk(self, customers: Customers) -> Floats:
        """Known probability of leaving within 60 days, of completely recorded customers."""
        return 1 / (1 + np.exp(-self.log_odds(customers)))


def draw_process(seed: bytes) -> Process:
    """The company of ``seed``: the first of its draws in which knowing the risk pays enough."""
    rng = stream(seed, "process")
    while True:
        process = _draw_parameters(rng)
        customers = draw_customers(process, rng, rows=2_000, snapshot=process.snapshot)
        rate = rng.uniform(0.11, 0.16)
        process = replace(process, base=intercept_for(process.log_odds(customers), rate))
        risk, costs = process.risk(customers), process.costs
        naive, best = (costs.of(policy(risk), risk).mean() for policy in (costs.naive, costs.best))
        rates = [risk[customers.segment == number].mean() for number in range(len(SEGMENTS))]
        if (naive - best) / naive >= SMALLEST_GAP and min(rates) >= SMALLEST_RATE * risk.mean():
            return process


def _draw_parameters(rng: np.random.Generator) -> Process:
    contract = np.array([0.0, -rng.uniform(0.7, 1.1), -rng.uniform(1.2, 1.8)])
    contracts = contract * rng.uniform(0.7, 1.3, (len(SEGMENTS), 1))
    contact = float(rng.integers(20, 61))
    return Process(
        snapshot=date(2025, int(rng.integers(1, 7)), 1).toordinal(),
        plans=_names(rng, PLANS, PLAN_COUNT + UNSEEN_PLANS),
        plan_fee=np.round(rng.uniform(19, 69, PLAN_COUNT)) + 0.9,
        plan_effect=_effects(rng, 0.35, known=PLAN_COUNT, unseen=UNSEEN_PLANS),
        regions=_names(rng, REGIONS, REGION_COUNT + UNSEEN_REGIONS),
        region_effect=_effects(rng, 0.35, known=REGION_COUNT, unseen=UNSEEN_REGIONS),
        segment_shares=rng.dirichlet([140, 20, 20, 20]),
        segment_effect=np.array([0.0, *rng.uniform(-0.4, 0.4, 2), rng.uniform(0.0, 0.6)]),
        contract_effect=contracts,
        tenure_effect=rng.uniform(0.5, 0.9),
        fee_effect=rng.uniform(1.5, 3.0),
        traffic_effect=rng.permutation(np.array([0.6, 1.6, 1.8, 2.0])) * rng.uniform(0.9, 1.2),
        unpaid_effect=rng.uniform(3, 5),
        late_effect=rng.uniform(0.25, 0.45),
        outage_effect=rng.permutation(np.array([0.1, 0.4, 0.5, 0.7])) * rng.uniform(0.9, 1.2),
        outage_monthly_effect=rng.uniform(0.2, 0.5),
        call_effect=rng.uniform(0.4, 0.8),
        nps_effect=rng.uniform(0.15, 0.3),
        no_nps_effect=rng.uniform(0.3, 0.8),
        base=0.0,
        leaking=_names(rng, UPDATED, int(rng.integers(1, 3))),
        marks={name: int(rng.integers(WORD_COUNT)) for name in WORDS},
        costs=Costs(missed=round(contact * rng.uniform(5.5, 8.0)), contact=contact),
        missing=_missing_shares(rng),
    )


def _names(rng: np.random.Generator, names: tuple[str, ...], count: int) -> tuple[str, ...]:
    return tuple(str(name) for name in rng.choice(names, count, replace=False))


def _effects(rng: np.random.Generator, spread: float, *, known: int, unseen: int) -> Floats:
    effect = rng.normal(0, spread, known)
    return np.concatenate([effect - effect.mean(), np.zeros(unseen)])


def _missing_shares(rng: np.random.Generator) -> dict[str, float]:
    usual = ("joined", "contract", "usage", "paid", "late_payments", "support_calls")
    shares = {name: float(rng.uniform(0.01, 0.05)) for name in usual}
    return shares | {
        "plan": float(rng.uniform(0.01, 0.03)),
        "updated": float(rng.uniform(0.1, 0.3)),
    }


def draw_customers(
    process: Process, rng: np.random.Generator, *, rows: int, snapshot: int
) -> Customers:
    """Customers with plans and regions that the training data have, and nothing forgotten.

    Months before somebody joined are NaN, as is a survey that was not answered.
    """
    plan = rng.integers(PLAN_COUNT, size=rows)
    fee = process.plan_fee[plan] * np.exp(rng.normal(0, 0.2, rows))
    fee = np.round(fee, 2)
    level = np.exp(rng.normal(np.log(90), 0.7, rows))
    change = np.clip(
        rng.normal(-0.05, 0.6, rows), -2.5, 1.0
    )  # log, from the early to the late half
    late_half = np.repeat([0.0, 1.0], MONTHS // 2)
    usage = level[:, None] * np.exp(
        change[:, None] * late_half + rng.normal(0, 0.2, (rows, MONTHS))
    )
    usage *= np.where(rng.random(usage.shape) < 0.01, rng.uniform(5, 100, usage.shape), 1.0)
    usage *= rng.random(usage.shape) >= 0.02  # a month without use
    careless = rng.beta(0.5, 6, rows)
    paid = fee[:, None] * (rng.random((rows, MONTHS)) >= careless[:, None])
    outages = rng.poisson(rng.gamma(1.0, 1.0, rows)).astype(float)
    calls = rng.poisson(0.5 + 0.4 * outages).astype(float)
    asked = rng.random(rows) < 0.35
    nps = np.clip(np.round(rng.normal(7.5 - 0.6 * np.minimum(outages, 5), 2.0)), 0, 10)
    days = np.ceil(365.25 * np.minimum(rng.gamma(1.3, 2.8, rows) + 0.1, 18.0))
    before_joining = days[:, None] < DAYS_A_MONTH * np.arange(MONTHS, 0, -1)
    return Customers(
        snapshot=np.full(rows, snapshot),
        joined=snapshot - days,
        segment=rng.choice(len(SEGMENTS), rows, p=process.segment_shares),
        plan=plan.astype(float),
        contract=rng.choice(len(CONTRACTS), rows, p=[0.4, 0.35, 0.25]).astype(float),
        region=rng.integers(REGION_COUNT, size=rows),
        fee=fee,
        usage=np.where(before_joining, np.nan, np.round(usage, 1)),
        paid=np.where(before_joining, np.nan, paid),
        late_payments=rng.poisson(6 * careless).astype(float),
        outages=outages,
        support_calls=calls,
        nps=np.where(asked, nps, np.nan),
        updated=np.full((rows, len(UPDATED)), np.nan),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Customers as the company recorded them, and what is known of them."""

    customers: Customers  # NaN where missing
    risk: Floats  # known probability of leaving
    left: Flags  # what the one draw made of it


def draw_past(process: Process, seed: bytes) -> Sample:
    """The training data: the leaking columns tell who left."""
    rng = stream(seed, "past customers")
    customers = draw_customers(process, rng, rows=TRAIN_ROWS, snapshot=process.snapshot)
    return _recorded(process, rng, customers)


def draw_held_out(
    process: Process, seed: bytes, purpose: str, *, rows: int = HELD_OUT_ROWS
) -> Sample:
    """Fresh customers of a later day, some with a new plan or in a new region.

    Their leaking columns are filled in as in the training data; no question shows them like that.
    """
    rng = stream(seed, purpose)
    day = process.snapshot + HELD_OUT_DAYS
    customers = draw_customers(process, rng, rows=rows, snapshot=day)
    new_plan, new_region = (rng.random(rows) < UNSEEN_SHARE for _ in range(2))
    plan = PLAN_COUNT + rng.integers(UNSEEN_PLANS, size=rows)
    region = REGION_COUNT + rng.integers(UNSEEN_REGIONS, size=rows)
    customers = replace(
        customers,
        plan=np.where(new_plan, plan, customers.plan),
        region=np.where(new_region, region, customers.region),
    )
    return _recorded(process, rng, customers)


def _recorded(process: Process, rng: np.random.Generator, customers: Customers) -> Sample:
    risk = process.risk(customers)
    left = rng.random(len(risk)) < risk
    updated = draw_updated(
        rng,
        leaking=process.leaking,
        marks=process.marks,
        left=left,
        outages=customers.outages,
        calls=customers.support_calls,
        fee=customers.fee,
    )
    recorded = _forget(process, rng, replace(customers, updated=updated))
    return Sample(customers=_mistype(rng, recorded), risk=risk, left=left)


def _forget(process: Process, rng: np.random.Generator, customers: Customers) -> Customers:
    """Leave out values, at random: that one is missing says nothing about the customer."""
    columns = {}
    for name, share in process.missing.items():
        values = getattr(customers, name)
        columns[name] = np.where(rng.random(values.shape) < share, np.nan, values)
    return replace(customers, **columns)


def _mistype(rng: np.random.Generator, customers: Customers) -> Customers:
    """A few values that cannot be: joined after the snapshot, fewer calls than none."""
    rows = len(customers)
    late = customers.snapshot + rng.integers(1, 400, rows)
    calls = -rng.integers(1, 10, rows).astype(float)
    wrong_day, wrong_calls = (rng.random(rows) < MISTYPED_SHARE for _ in range(2))
    return replace(
        customers,
        joined=np.where(wrong_day, late, customers.joined),
        support_calls=np.where(wrong_calls, calls, customers.support_calls),
    )
