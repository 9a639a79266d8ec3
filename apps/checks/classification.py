"""Measures of a yes-or-no prediction against *known probabilities*: expectations over all labels
that the process could have given to these rows, instead of the one that it gave.

Throughout, ``probabilities`` are the known ones, shape (rows,), of the rare or costly class;
``scores`` and ``flags`` are the learner's, in the same order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.checks.scoring import Floats

type Flags = NDArray[np.bool_]


def expected_average_precision(scores: Floats, probabilities: Floats) -> float:
    """Average precision with the expectation taken over the labels.

    With independent labels, the k-th row is found with its probability p, and then the expected
    precision there is (1 + the sum of the p before it) / k. Rows of the same score come in one
    step, as in scikit-learn: each counts with the precision at the end of its step.
    """
    order = np.argsort(-scores, kind="stable")
    p, ranked = probabilities[order], scores[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(p) - 1)
    step = np.searchsorted(ends, np.arange(len(p)))  # of each row
    total = np.cumsum(p)[ends][step]
    precision = (1 + total - p) / (ends[step] + 1)
    return float((p * precision).sum() / p.sum())


def average_precision_losses(scores: Floats, probabilities: Floats) -> Floats:
    """One loss for each row, whose mean is 1 - ``expected_average_precision``: shape (rows,).

    How far a row is off the mean is how much it moves that figure (its influence function, Hampel,
    1974, "The influence curve and its role in robust estimation"), so that intervals and paired
    differences can be taken as for losses that belong to a row each.
    """
    rows = len(scores)
    order = np.argsort(-scores, kind="stable")
    p, ranked = probabilities[order], scores[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), rows - 1)
    step = np.searchsorted(ends, np.arange(rows))
    place = ends[step] + 1.0  # of the end of each row's step, from 1
    precision = np.cumsum(p)[ends][step] / place
    # What a row adds to the precision of all that stand at its own score or below.
    starts = np.append(0, ends[:-1] + 1)[step]
    below = np.append(np.cumsum((p / place)[::-1])[::-1], 0.0)[starts]
    lost = np.append(np.cumsum((p * precision / place)[::-1])[::-1], 0.0)[starts]
    found = expected_average_precision(scores, probabilities)
    influence = np.empty(rows)
    influence[order] = (p * (precision - found) + p * below - lost) / p.mean()
    return np.asarray(1 - found - (influence - influence.mean()))


def expected_costs(
    flags: Flags, probabilities: Floats, *, false_positive: float, false_negative: float
) -> Floats:
    """What each row costs on average: shape (rows,), in the unit of the two costs."""
    return np.where(flags, (1 - probabilities) * false_positive, probabilities * false_negative)


def cheapest_flags(probabilities: Floats, *, false_positive: float, false_negative: float) -> Flags:
    """Flag where that costs less on average: from fp / (fp + fn) on (Elkan, 2001, "The foundations
    of cost-sensitive learning")."""
    return probabilities * false_negative > (1 - probabilities) * false_positive


def naive_flags(probabilities: Floats, *, false_positive: float, false_negative: float) -> Flags:
    """All or none, whichever costs less on these rows."""
    everything = float((1 - probabilities).mean()) * false_positive
    nothing = float(probabilities.mean()) * false_negative
    return np.full(len(probabilities), everything < nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    predicted: float  # mean of the learner's probabilities
    known: float
    rows: int


def calibration(
    predicted: Floats, probabilities: Floats, *, bins: int = 10
) -> tuple[CalibrationBin, ...]:
    """Rows in order of ``predicted``, cut into equally many ones; fewer where they are the same."""
    place = _bin_of(predicted, bins=bins)
    return tuple(
        CalibrationBin(
            predicted=float(predicted[inside].mean()),
            known=float(probabilities[inside].mean()),
            rows=int(inside.sum()),
        )
        for inside in (place == number for number in range(place.max() + 1))
        if inside.any()
    )


def _bin_of(predicted: Floats, *, bins: int) -> NDArray[np.int64]:
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, predicted, side="right")


def calibration_losses(predicted: Floats, probabilities: Floats, *, bins: int) -> Floats:
    """One loss for each row, whose mean is the ``calibration_error`` of so many bins.

    A row counts for what its probability adds to the error of its bin, so it may be below 0.
    """
    place, off = _bin_of(predicted, bins=bins), predicted - probabilities
    return np.asarray(np.sign(np.bincount(place, weights=off))[place] * off)


def calibration_error(bins: tuple[CalibrationBin, ...]) -> float:
    """Expected calibration error: how far the bins are off, weighted by their rows.

    Naeini, Cooper and Hauskrecht, 2015, "Obtaining well calibrated probabilities using Bayesian
    binning".
    """
    rows = sum(one.rows for one in bins)
    return sum(one.rows * abs(one.predicted - one.known) for one in bins) / rows
