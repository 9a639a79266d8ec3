"""Lists from scores, and how good a list is."""

import numpy as np

PLACES = 10


def best(scores: np.ndarray) -> np.ndarray:
    """The titles of the highest scores in each row, the best first.

    Rounded, so that the last digits, which threads add up in any order, decide nothing.
    """
    return np.argsort(-scores.round(9), axis=1, kind="stable")[:, :PLACES]


def standardised(scores: np.ndarray) -> np.ndarray:
    """Mean 0 and spread 1 in each row; what cannot be scored counts as average."""
    scores = np.where(np.isfinite(scores), scores, np.nan)
    centre, spread = np.nanmean(scores, axis=1), np.nanstd(scores, axis=1)
    return np.nan_to_num((scores - centre[:, None]) / spread[:, None])


def ndcg(ranked: list[str], chosen: set[str]) -> float:
    """NDCG@10 of one list, for the titles that were chosen afterwards."""
    gain = sum(1 / np.log2(place + 2) for place, title in enumerate(ranked) if title in chosen)
    return gain / sum(1 / np.log2(place + 2) for place in range(min(len(chosen), PLACES)))


def recall(ranked: list[str], chosen: set[str]) -> float:
    """Recall@10: the share of what was chosen that stands in the list."""
    return len(chosen & set(ranked)) / len(chosen)
