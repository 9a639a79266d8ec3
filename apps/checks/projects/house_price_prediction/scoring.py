"""From predictions to a verdict: the share of the gap closed, its interval, three states."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from apps.checks.projects.house_price_prediction.generator import Floats

# A solution needs the checker's own share on the same draw, less this: room for another kind of
# model than ours (gradient boosting at its defaults stays about 0.09 below).
MARGIN = 0.14
Z_95 = 1.959964


class Decision(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShare:
    """How much of the way from the baseline's error to zero a model has gone."""

    share: float  # 1 is perfect, 0 as bad as the baseline, below 0 worse
    low: float  # ends of the 95 % interval
    high: float
    rmse: float  # of the log price
    baseline_rmse: float
    rows: int


def rmse(predicted: Floats, true: Floats) -> float:
    """Root mean squared error."""
    return float(np.sqrt(np.mean((predicted - true) ** 2)))


def gap_share(predicted: Floats, expected: Floats, *, baseline: float) -> GapShare:
    """Share of the gap in RMSE of the log price, ``baseline`` being one value for every house.

    The best achievable error against the known expectation is zero. The interval is that of the
    logarithm of the ratio of both errors, by the delta method over the rows.
    """
    squares = (predicted - expected) ** 2
    baseline_squares = (baseline - expected) ** 2
    mean, baseline_mean = float(squares.mean()), float(baseline_squares.mean())
    ratio = math.sqrt(mean / baseline_mean)
    spread = 0.0
    if mean > 0:
        influence = squares / mean - baseline_squares / baseline_mean
        spread = Z_95 * float(influence.std()) / (2 * math.sqrt(len(expected)))
    return GapShare(
        share=1 - ratio,
        low=1 - ratio * math.exp(spread),
        high=1 - ratio * math.exp(-spread),
        rmse=math.sqrt(mean),
        baseline_rmse=math.sqrt(baseline_mean),
        rows=len(expected),
    )


def threshold(in_house: GapShare) -> float:
    """The share that is needed on the draw on which the checker's own model has ``in_house``."""
    return in_house.share - MARGIN


def decide(measured: GapShare, needed: float) -> Decision:
    """Pass or fail where the interval leaves no doubt."""
    if measured.low >= needed:
        return Decision.PASS
    if measured.high < needed:
        return Decision.FAIL
    return Decision.UNDECIDED


def decide_by_point(measured: GapShare, needed: float) -> Decision:
    """The last word, after more rows."""
    return Decision.PASS if measured.share >= needed else Decision.FAIL
