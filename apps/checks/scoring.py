"""From losses to a verdict: how much of the gap between a naive solution and the best possible one
is closed, an interval for it, and what is done where that leaves doubt.

Losses are expectations under the process that made the data, which is known, and not what happened
to the rows: that alone makes the interval two to three times narrower.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

Z_95 = 1.959964
MORE_ROWS_FACTOR = 4


class Decision(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShare:
    """How much of the way from the naive solution's loss to the smallest possible one is gone."""

    share: float  # 1 is the best possible, 0 as bad as the naive one, below 0 worse
    low: float  # ends of the 95 % interval
    high: float
    loss: float  # mean of the rows; its root where ``gap_share`` was asked for roots
    naive_loss: float
    best_loss: float
    rows: int


def gap_share(
    losses: Floats, *, naive: Floats, best: Floats | float = 0.0, root: bool = False
) -> GapShare:
    """The share of the gap that is closed on these rows.

    ``losses``, ``naive``, ``best``: of the same rows, shape (rows,), of the solution, of a naive
    one and of the best possible one. ``root``: compare the roots of the means, as of squared
    errors. The interval is by the delta method, with what the three have in common in each row.
    """
    rows = len(losses)
    (own, own_parts), (top, top_parts), (floor, floor_parts) = (
        _mean(np.broadcast_to(part, (rows,)), root=root) for part in (losses, naive, best)
    )
    gap = top - floor
    share = (top - own) / gap
    influence = ((1 - share) * top_parts + share * floor_parts - own_parts) / gap
    error = Z_95 * float(influence.std()) / math.sqrt(rows)
    return GapShare(
        share=share,
        low=share - error,
        high=share + error,
        loss=own,
        naive_loss=top,
        best_loss=floor,
        rows=rows,
    )


def _mean(losses: Floats, *, root: bool) -> tuple[float, Floats]:
    """The mean or its root, and how much each row moves it (its influence function)."""
    mean = float(losses.mean())
    if not root:
        return mean, losses - mean
    value = math.sqrt(mean)
    return value, (losses - mean) / (2 * value) if value else np.zeros(len(losses))


def decide(measured: GapShare, needed: float) -> Decision:
    """Pass or fail where the interval leaves no doubt."""
    if measured.low >= needed:
        return Decision.PASS
    if measured.high < needed:
        return Decision.FAIL
    return Decision.UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A solution and the checker's own model on the same rows."""

    measured: GapShare
    in_house: GapShare
    margin: float  # room below the checker's own model, for models of other kinds

    @property
    def needed(self) -> float:
        return self.in_house.share - self.margin

    @property
    def decision(self) -> Decision:
        return decide(self.measured, self.needed)

    @property
    def enough(self) -> bool:
        """By the point, without its interval."""
        return self.measured.share >= self.needed


def compare_shares(
    losses: Floats,
    in_house: Floats,
    *,
    naive: Floats,
    best: Floats | float = 0.0,
    margin: float,
) -> Measurement:
    """A solution and the checker's own model by their *paired difference*: what both get wrong on
    the same rows is no doubt about which of them is better, and leaves the interval.

    Arguments as those of ``gap_share``. ``low`` and ``high`` of what was measured then bound the
    difference of the two shares, put around the solution's own.
    """
    own, other = (gap_share(part, naive=naive, best=best) for part in (losses, in_house))
    gap, ahead = own.naive_loss - own.best_loss, own.share - other.share
    influence = (ahead * (best - naive) - (losses - in_house)) / gap
    error = Z_95 * float(influence.std()) / math.sqrt(own.rows)
    return Measurement(
        measured=replace(own, low=own.share - error, high=own.share + error),
        in_house=other,
        margin=margin,
    )


def settle(measure: Callable[[int], Measurement]) -> tuple[Measurement, bool]:
    """What was measured in the end, and whether it is enough.

    ``measure`` takes how many times the usual rows it asks about. Where these leave doubt, four
    times as many are asked once, and then the point decides.
    """
    found = measure(1)
    if found.decision is Decision.UNDECIDED:
        found = measure(MORE_ROWS_FACTOR)
    return found, found.enough
