"""Measures of ranked lists against *known probabilities*: how likely each listener, reader or buyer
is to choose each item next, instead of the one choice that was made.

Throughout, ``lists`` has the shape (rows, places): indices of items, the best place first, and
``EMPTY`` where a list is too short. ``probabilities`` has the shape (rows, items).
"""

import numpy as np
from numpy.typing import NDArray

type Scores = NDArray[np.float32] | NDArray[np.float64]
type Lists = NDArray[np.int64]

EMPTY = -1


def best(scores: Scores, places: int) -> Lists:
    """The items of the highest scores of each row, in order; of equal ones the first.

    Items of score -inf are never listed.
    """
    # By a threshold and not by argpartition alone, which would pick among equal scores at will.
    count = scores.shape[1]
    if count > places:
        last = np.partition(scores, count - places, axis=1)[:, count - places, None]
        candidates = scores >= last
        row, item = np.nonzero(candidates)
    else:
        row, item = np.nonzero(np.ones_like(scores, dtype=bool))
    order = np.lexsort((item, -scores[row, item], row))
    row, item = row[order], item[order]
    starts = np.searchsorted(row, np.arange(len(scores)))
    place = np.arange(len(row)) - starts[row]
    kept = (place < places) & (scores[row, item] > -np.inf)
    lists = np.full((len(scores), places), EMPTY)
    lists[row[kept], place[kept]] = item[kept]
    return lists


def gains(lists: Lists, probabilities: Scores) -> NDArray[np.float64]:
    """The probability in each place: shape (rows, places). An item counts at its first place only,
    an empty place not at all."""
    found = np.take_along_axis(probabilities, np.maximum(lists, 0), axis=1).astype(float)
    earlier = np.tril(np.ones((lists.shape[1],) * 2, dtype=bool), -1)
    again = ((lists[:, :, None] == lists[:, None, :]) & earlier).any(axis=2)
    return np.where((lists == EMPTY) | again, 0.0, found)


def expected_recall(gained: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row of ``gains``: the share of what is chosen next that stands in the list."""
    return np.asarray(gained.sum(axis=1))


def discounted(gained: NDArray[np.float64]) -> NDArray[np.float64]:
    """Discounted cumulative gain of each row: place i, from 1, counts 1 / log2(i + 1).

    Järvelin and Kekäläinen, 2002, "Cumulated gain-based evaluation of IR techniques".
    """
    return np.asarray(gained @ (1 / np.log2(np.arange(gained.shape[1]) + 2)))


def normalised(gained: NDArray[np.float64], ideal: NDArray[np.float64]) -> NDArray[np.float64]:
    """NDCG of each row: ``discounted`` over that of the best possible list, of gains ``ideal``."""
    return discounted(gained) / discounted(ideal)


def overlap(lists: Lists, others: Lists) -> float:
    """The share of the filled places of ``lists`` whose item stands in the same row of ``others``,
    anywhere; 0 where none is filled."""
    filled = lists != EMPTY
    shared = (lists[:, :, None] == others[:, None, :]).any(axis=2) & filled
    return float(shared.sum() / max(int(filled.sum()), 1))


def coverage(lists: Lists, items: int) -> float:
    """The share of the items that stands in any of the lists."""
    shown = np.unique(lists)
    return float((shown != EMPTY).sum() / items)
