"""Measures of lists, against scikit-learn where it has them and by hand where not."""

import numpy as np
import pytest
from sklearn.metrics import dcg_score, ndcg_score

from apps.checks import ranking
from apps.checks.ranking import EMPTY

PLACES = 5


@pytest.fixture
def probabilities() -> np.ndarray:
    return np.random.default_rng(1).dirichlet(np.full(30, 0.3), 40)


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(2).normal(size=(40, 30))


def test_best_are_the_first_of_a_stable_sort(scores: np.ndarray) -> None:
    coarse = np.round(scores)  # with many ties
    expected = np.argsort(-coarse, axis=1, kind="stable")[:, :PLACES]
    np.testing.assert_array_equal(ranking.best(coarse, PLACES), expected)
    np.testing.assert_array_equal(ranking.best(coarse.astype(np.float32), PLACES), expected)


def test_best_leaves_places_empty_where_nothing_is_allowed() -> None:
    scores = np.array([[1.0, -np.inf, 3.0, -np.inf], [-np.inf] * 4])
    assert ranking.best(scores, 3).tolist() == [[2, 0, EMPTY], [EMPTY] * 3]
    assert ranking.best(scores, 6).tolist() == [[2, 0, *[EMPTY] * 4], [EMPTY] * 6]


def test_discounted_gain_is_that_of_scikit_learn(
    scores: np.ndarray, probabilities: np.ndarray
) -> None:
    gained = ranking.gains(ranking.best(scores, PLACES), probabilities)
    expected = dcg_score(probabilities, scores, k=PLACES)
    assert ranking.discounted(gained).mean() == pytest.approx(expected)


def test_normalised_gain_is_that_of_scikit_learn(
    scores: np.ndarray, probabilities: np.ndarray
) -> None:
    gained, ideal = (
        ranking.gains(ranking.best(table, PLACES), probabilities)
        for table in (scores, probabilities)
    )
    expected = [
        ndcg_score(known[None], row[None], k=PLACES)
        for known, row in zip(probabilities, scores, strict=True)
    ]
    np.testing.assert_allclose(ranking.normalised(gained, ideal), expected)
    np.testing.assert_allclose(ranking.normalised(ideal, ideal), 1)


def test_expected_recall_is_the_mean_over_choices(
    scores: np.ndarray, probabilities: np.ndarray
) -> None:
    """Of one choice each, drawn often: whether it stands in the list."""
    lists = ranking.best(scores, PLACES)
    expected = ranking.expected_recall(ranking.gains(lists, probabilities)).mean()
    rng = np.random.default_rng(3)
    rounds = 500
    hits = sum(
        int((lists == rng.multinomial(1, probabilities).argmax(axis=1)[:, None]).any(axis=1).sum())
        for _ in range(rounds)
    )
    drawn = rounds * len(lists)
    spread = np.sqrt(expected * (1 - expected) / drawn)
    assert abs(hits / drawn - expected) < 4 * spread


def test_item_counts_at_its_first_place_only_and_an_empty_place_not_at_all() -> None:
    probabilities = np.array([[0.5, 0.3, 0.2]])
    gained = ranking.gains(np.array([[1, 1, EMPTY, 0, 1]]), probabilities)
    assert gained.tolist() == [[0.3, 0, 0, 0.5, 0]]


def test_overlap_is_of_filled_places_in_any_order() -> None:
    lists = np.array([[0, 1, 2, EMPTY], [3, 4, 5, 6]])
    others = np.array([[2, 1, 9, EMPTY], [7, 8, 9, 3]])
    assert ranking.overlap(lists, others) == pytest.approx(3 / 7)
    assert ranking.overlap(lists[:0], others[:0]) == 0


def test_coverage_counts_items_once() -> None:
    assert ranking.coverage(np.array([[0, 1, EMPTY], [1, 3, EMPTY]]), 10) == pytest.approx(0.3)
