import numpy as np
import pytest

from recommender.lists import best, ndcg, recall, standardised


def test_best_are_in_order_and_ten():
    scores = np.array([[3.0, 9.0, -np.inf, *range(-10, 0)]])
    assert best(scores).tolist() == [[1, 0, 12, 11, 10, 9, 8, 7, 6, 5]]


def test_standardised_rows_have_mean_0_and_spread_1():
    scores = standardised(np.array([[1.0, 3.0, 5.0, -np.inf]]))
    np.testing.assert_allclose(scores, [[-np.sqrt(1.5), 0, np.sqrt(1.5), 0]])


def test_ndcg_by_hand():
    # Hits in places 1 and 3, of two that were chosen: (1 + 1/2) / (1 + 1/log2(3)).
    assert ndcg(["a", "x", "b"], {"a", "b"}) == pytest.approx(1.5 / (1 + 1 / np.log2(3)))
    assert ndcg(["a", "b"], {"a", "b"}) == pytest.approx(1)
    assert ndcg(["x"], {"a"}) == 0
    assert ndcg(list("abcdefghij"), set("abcdefghijkl")) == pytest.approx(1)


def test_recall_by_hand():
    # Written when recall was still divided by the ten places.
    assert recall(["a", "x", "b"], {"a", "b", "c", "d"}) == 0.2
