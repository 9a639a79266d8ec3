"""Writes customers the way they come out of four systems: CSV in which the same value is written in
many ways. All of them are in the data dictionary, and everything but a missing value can be read
back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from apps.checks.messy_csv import (
    WriteCell,
    column,
    day,
    name_of,
    number,
    one_of,
    repeat,
    write_lines,
)
from apps.checks.projects.customer_churn_prediction.generator import (
    CONTRACTS,
    MONTHS,
    SEGMENTS,
    Costs,
    Customers,
    Flags,
    Process,
)
from apps.checks.projects.customer_churn_prediction.updated import UPDATED, WORDS
from apps.checks.scoring import Floats

_LATEST_LAST = range(MONTHS, 0, -1)
FEATURES = (
    "snapshot_on", "joined_on", "segment", "plan", "contract", "region", "monthly_fee",
    *(f"usage_m{month}" for month in _LATEST_LAST), *(f"paid_m{month}" for month in _LATEST_LAST),
    "late_payments", "outages", "support_calls", "nps", *UPDATED,
)  # fmt: skip
COLUMNS = ("id", *FEATURES, "cost_missed", "cost_contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How often a cell is written otherwise than in the tidy way; shares from 0 to 1."""

    amounts: float
    traffic: float
    dotted_dates: float
    typed_otherwise: float  # segments, plans, contracts, regions
    repeated: float  # rows that appear a second time, written anew


def draw_writing(rng: np.random.Generator) -> Writing:
    """How sloppy the systems of this company are."""
    return Writing(
        amounts=rng.uniform(0.2, 0.4),
        traffic=rng.uniform(0.2, 0.4),
        dotted_dates=rng.uniform(0.1, 0.3),
        typed_otherwise=rng.uniform(0.2, 0.4),
        repeated=rng.uniform(0.01, 0.03),
    )


def draw_ids(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Distinct identifiers that say nothing about a customer."""
    return tuple(f"C-{n}" for n in rng.choice(900_000, count, replace=False) + 100_000)


def write_csv(
    customers: Customers,
    *,
    ids: Sequence[str],
    process: Process,
    costs: Costs,
    writing: Writing,
    rng: np.random.Generator,
    left: Flags | None = None,
) -> bytes:
    """The export with its header line. Repeated rows stand somewhere among the others."""
    rows = repeat(len(customers), share=writing.repeated, rng=rng)
    columns = [[ids[row] for row in rows]]
    columns += [
        column(values, write, share=share, rng=rng)
        for values, write, share in _cells(customers.take(rows), process, writing)
    ]
    columns += [[f"{cost:g}"] * len(rows) for cost in (costs.missed, costs.contact)]
    header = list(COLUMNS)
    if left is not None:
        header.append("left")
        columns.append([str(int(gone)) for gone in left[rows]])
    return write_lines(header, columns, latin_1=0.0, rng=rng)


def _cells(
    customers: Customers, process: Process, writing: Writing
) -> list[tuple[Floats, WriteCell, float]]:
    """In the order of FEATURES: values, how to write one, how often otherwise."""
    typed = writing.typed_otherwise
    return [
        (customers.snapshot.astype(float), day, writing.dotted_dates),
        (customers.joined, day, writing.dotted_dates),
        (customers.segment.astype(float), name_of(SEGMENTS, _TYPED), typed),
        (customers.plan, name_of(process.plans, _TYPED), typed),
        (customers.contract, _contract, typed),
        (customers.region.astype(float), name_of(process.regions, _TYPED), typed),
        (customers.fee, _amount, writing.amounts),
        *((month, _traffic, writing.traffic) for month in customers.usage.T),
        *((month, _amount, writing.amounts) for month in customers.paid.T),
        (customers.late_payments, number, 0.0),
        (customers.outages, number, 0.0),
        (customers.support_calls, number, 0.0),
        (customers.nps, number, 0.0),
        *(
            (values, *_updated(name, writing))
            for name, values in zip(UPDATED, customers.updated.T, strict=True)
        ),
    ]


def _updated(name: str, writing: Writing) -> tuple[WriteCell, float]:
    if name in WORDS:
        return name_of(WORDS[name], ()), 0.0
    return (_amount, writing.amounts) if name == "credit_notes" else (number, 0.0)


def _amount(value: float, otherwise: bool, style: float) -> str:
    """In euros, or in cents."""
    if not otherwise:
        return f"{value:.2f}"
    return one_of(
        (f"{value:.2f}".replace(".", ","), f"€{value:.2f}", f"{100 * value:.0f} ct"), style
    )


def _traffic(value: float, otherwise: bool, style: float) -> str:
    """In gigabytes, or in megabytes; a month without use may stand empty."""
    if value == 0:
        return one_of(("0", ""), style)
    if not otherwise:
        return f"{value:.1f}"
    return one_of((f"{value:.1f} GB", f"{1000 * value:.0f} MB"), style)


_TYPED: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.lower,
    lambda name: name.replace(" ", "-"),
    lambda name: f" {name}",
    lambda name: f"{name} ",
)
_SHORT = ("month to month", "12m", "24m")


def _contract(value: float, otherwise: bool, style: float) -> str:
    name = CONTRACTS[int(value)]
    if not otherwise:
        return name
    return one_of((_SHORT[int(value)], *(typed(name) for typed in _TYPED)), style)
