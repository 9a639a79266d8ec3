"""The checker's own model: logistic regression on well-prepared features.

It is trained on the same customers as the learner's, with the same gaps and mistakes, and uses none
of the columns that are updated at any time. Its decisions say how much of the gap can be closed on
this draw.
"""

from dataclasses import dataclass

import numpy as np

from apps.checks.logistic import fit_logistic
from apps.checks.projects.customer_churn_prediction.generator import (
    CONTRACTS,
    PLAN_COUNT,
    REGION_COUNT,
    SEGMENTS,
    Customers,
    Sample,
    traffic_change,
    unpaid,
    years,
)
from apps.checks.scoring import Floats

RIDGE = 2.0  # scikit-learn's 1 / C


@dataclass(frozen=True, slots=True, kw_only=True)
class InHouseModel:
    typical: Floats  # medians of the recorded numbers, for what is missing
    centre: Floats
    spread: Floats
    weights: Floats  # the intercept first

    def risk(self, customers: Customers) -> Floats:
        """Probability of leaving: shape (customers,)."""
        features = (_features(customers, self.typical) - self.centre) / self.spread
        return np.asarray(1 / (1 + np.exp(-self.weights[0] - features @ self.weights[1:])))


def train(sample: Sample) -> InHouseModel:
    numbers = _numbers(sample.customers)
    typical = np.nanmedian(numbers, axis=0)
    features = _features(sample.customers, typical)
    centre, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    weights = fit_logistic((features - centre) / spread, sample.left, ridge=RIDGE)
    return InHouseModel(typical=typical, centre=centre, spread=spread, weights=weights)


def _numbers(customers: Customers) -> Floats:
    """Shape (customers, 6): recorded and possible, else NaN."""
    tenure = np.where(customers.joined > customers.snapshot, np.nan, years(customers))
    calls = np.where(customers.support_calls < 0, np.nan, customers.support_calls)
    return np.column_stack(
        [
            np.log1p(tenure),
            np.log1p(calls),
            traffic_change(customers.usage),
            unpaid(customers.paid, customers.fee),
            customers.late_payments,
            customers.nps,
        ]
    )


def _features(customers: Customers, typical: Floats) -> Floats:
    """One row per customer: numbers, dummies, and those products that a segment may change."""
    numbers = _numbers(customers)
    gaps = np.isnan(numbers)
    tenure, calls, change, not_paid, late, nps = np.where(gaps, typical, numbers).T
    outages = np.minimum(customers.outages, 5)
    segment = _levels(customers.segment.astype(float), len(SEGMENTS))
    contract = _levels(customers.contract, len(CONTRACTS))
    by_segment = [segment * column[:, None] for column in (change, outages, *contract.T[1:])]
    columns = [
        tenure,
        np.log(customers.fee),
        calls,
        not_paid,
        np.minimum(late, 4),
        nps,
        outages * contract[:, 0],
        np.isnan(customers.nps),
        np.isnan(customers.contract),
    ]
    plans, regions = (
        _levels(values, count)
        for values, count in (
            (customers.plan, PLAN_COUNT),
            (customers.region.astype(float), REGION_COUNT),
        )
    )
    return np.column_stack([*columns, segment, contract, plans, regions, *by_segment]).astype(float)


def _levels(values: Floats, count: int) -> Floats:
    """One column for each level; a row of zeros for what is missing or new."""
    return np.asarray(values[:, None] == np.arange(count), dtype=float)
