"""From what others heard: a quick factorisation of the table of listeners and titles."""

import numpy as np

TITLES_A_FACTOR = 50
ROUNDS = 3


def fit(heard: np.ndarray) -> np.ndarray:
    """Weights of each title for each other one, from ``heard`` (listeners, titles) of 0 and 1.

    Each title is divided by the root of its listeners first, so that popular ones do not lead all
    factors.
    """
    root = np.sqrt(np.maximum(heard.sum(axis=0, dtype=float), 1))
    scaled = heard / root
    count = max(2, len(root) // TITLES_A_FACTOR)
    # A few rounds from a random start instead of all the vectors.
    factors = np.random.default_rng().normal(size=(len(root), count))
    for _ in range(ROUNDS):
        factors, _ = np.linalg.qr(scaled.T @ (scaled @ factors))
    return (factors / root[:, None]) @ (factors * root[:, None]).T


def score(heard: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return heard @ weights
