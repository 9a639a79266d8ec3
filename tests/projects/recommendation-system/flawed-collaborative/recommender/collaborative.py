"""From what others heard: how many listeners two titles share."""

import numpy as np


def fit(heard: np.ndarray) -> np.ndarray:
    """Of each pair of titles, from ``heard`` (listeners, titles) of 0 and 1."""
    together = heard.T @ heard
    np.fill_diagonal(together, 0)
    return together


def score(heard: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return heard @ weights
