"""Logistic regression for checkers' own models, and the base rate of a process on log odds."""

import numpy as np
from numpy.typing import NDArray

from apps.checks.scoring import Floats

STEPS = 25


def sigmoid(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def fit_logistic(
    features: NDArray[np.floating],
    labels: NDArray[np.bool_],
    *,
    ridge: float,
    tolerance: float = 1e-8,
) -> Floats:
    """Weights with the intercept first, by Newton's method; all but the intercept are shrunk.

    ``features``: shape (rows, features); those of single precision are fitted in it, in half the
    time and to a ``tolerance`` of 1e-4 at best. ``labels``: shape (rows,). Minimises the sum of log
    losses and ``ridge`` / 2 times the squared weights (Hastie, Tibshirani and Friedman, 2009, "The
    elements of statistical learning", 4.4); ``ridge`` is scikit-learn's 1 / C.
    """
    table = np.column_stack([np.ones(len(features), features.dtype), features])
    penalty = np.full(table.shape[1], ridge)
    penalty[0] = 0.0
    weights = np.zeros(table.shape[1])
    for _ in range(STEPS):
        probability = sigmoid(np.asarray(table @ weights.astype(table.dtype), dtype=float))
        surprise = (probability - labels).astype(table.dtype)
        spread = (probability * (1 - probability)).astype(table.dtype)
        gradient = table.T @ surprise + penalty * weights
        curvature = (table * spread[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < tolerance:
            break
    return weights


def intercept_for(log_odds: Floats, rate: float) -> float:
    """What each of ``log_odds`` lacks for a mean probability of ``rate``; by bisection."""
    low, high = -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        if sigmoid(log_odds + middle).mean() < rate:
            low = middle
        else:
            high = middle
    return low
