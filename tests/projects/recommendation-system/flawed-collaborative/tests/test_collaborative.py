import numpy as np

from recommender.collaborative import fit, score


def groups() -> np.ndarray:
    """Titles 0 to 3 for the first half of the listeners, 4 to 7 for the others."""
    heard = np.zeros((20, 8))
    heard[:10, :4] = heard[10:, 4:8] = 1
    return heard


def test_weights_count_shared_listeners():
    weights = fit(groups())
    assert (weights[0, 1], weights[0, 4], weights[0, 0]) == (10, 0, 0)


def test_scores_add_up_over_the_history():
    newly = np.array([[1.0, 1, 0, 0, 0, 0, 0, 0]])
    assert score(newly, fit(groups())).tolist() == [[10, 10, 20, 20, 0, 0, 0, 0]]
