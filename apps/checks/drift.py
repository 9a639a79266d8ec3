"""Drift with a known size: what changes in generated data after a model was trained on them.

Three kinds (Moreno-Torres, Raeder, Alaiz-Rodríguez, Chawla and Herrera, 2012, "A unifying view on
dataset shift in classification"): covariate shift changes the inputs, prior probability shift the
share of the classes, concept shift what the inputs mean for the class. A brief can publish each
size, and a seed decides the direction.
"""

import math

import numpy as np
from numpy.typing import NDArray

from apps.checks.scoring import Floats

_STEPS = 60  # of a bisection, beyond what a float can tell


def move_mean(values: Floats, *, deviations: float) -> Floats:
    """Covariate shift of a number: its mean moves by so many of its standard deviations.

    Cohen's d of the drifted column against the one before (Cohen, 1988, "Statistical power analysis
    for the behavioral sciences", 2.2); below zero downwards. NaN, a missing value, stays.
    """
    return values + deviations * np.nanstd(values)


def move_shares(shares: Floats, *, index: float, rng: np.random.Generator) -> Floats:
    """Covariate shift of a category: other shares, at this population stability index.

    ``shares``: shape (categories,), adding up to 1; one of 0 stays 0. Each is multiplied by the
    exponential of a random weight times a common factor, which the index grows with, so that the
    factor is found by bisection. Raises ValueError with fewer than two categories to move between.
    """
    if np.count_nonzero(shares) < 2:
        raise ValueError("there is only one category")
    weights = rng.normal(size=len(shares))
    low, high = 0.0, 1.0
    while stability_index(shares, _tilted(shares, high * weights)) < index:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if stability_index(shares, _tilted(shares, middle * weights)) < index:
            low = middle
        else:
            high = middle
    return _tilted(shares, high * weights)


def _tilted(shares: Floats, log_factors: Floats) -> Floats:
    factors = np.exp(log_factors - log_factors.max())
    return np.asarray(shares * factors / (shares * factors).sum())


def stability_index(before: Floats, after: Floats) -> float:
    """Population stability index of two lists of shares, those of 0 in both left out.

    The sum of both Kullback-Leibler divergences between them, in nats (Kullback and Leibler, 1951,
    "On information and sufficiency"). Infinite where a category appears or goes.
    """
    there = (before > 0) | (after > 0)
    with np.errstate(divide="ignore"):
        return float(((after - before)[there] * np.log(after[there] / before[there])).sum())


def rows_at_rate(
    labels: NDArray[np.bool_], *, rate: float, rows: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Prior probability shift: numbers of rows, that share of them positive, each at most once.

    Within each class every row is as likely as the others. Raises ValueError when a class has too
    few rows for that.
    """
    positive = round(rate * rows)
    chosen = []
    for value, count in ((True, positive), (False, rows - positive)):
        of_class = np.flatnonzero(labels == value)
        if count > len(of_class):
            raise ValueError(f"{count} rows are wanted of a class that has {len(of_class)}")
        chosen.append(rng.choice(of_class, count, replace=False))
    return np.asarray(rng.permutation(np.concatenate(chosen)))


def turn(coefficients: Floats, *, degrees: float, rng: np.random.Generator) -> Floats:
    """Concept shift: the coefficients, turned by this angle towards a random direction.

    ``coefficients``: shape (features,), at least two. Their length stays, so that the classes are
    as hard to tell apart as before. For independent features of variance 1 the old and the new
    log odds correlate with the cosine of the angle.
    """
    length = np.linalg.norm(coefficients)
    along = coefficients / length
    aside = rng.normal(size=len(coefficients))
    aside -= (aside @ along) * along
    aside /= np.linalg.norm(aside)
    angle = math.radians(degrees)
    return np.asarray(length * (math.cos(angle) * along + math.sin(angle) * aside))
