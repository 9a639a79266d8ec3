import numpy as np

from recommender.collaborative import fit, score


def groups(extra: int = 0) -> np.ndarray:
    """Titles 0 to 3 for the first half of the listeners, 4 to 7 for the others."""
    heard = np.zeros((20, 8 + extra))
    heard[:10, :4] = heard[10:, 4:8] = 1
    return heard


def test_listener_gets_the_own_group_in_equal_parts():
    """Two groups and two factors: a title speaks for those of its group alone."""
    newly = np.array([[1.0, 0, 0, 0, 0, 0, 0, 0]])
    np.testing.assert_allclose(score(newly, fit(groups())), [[0.25] * 4 + [0] * 4], atol=1e-3)


def test_popular_title_counts_less_for_what_it_says():
    """Title 8 is heard by all of the first group and by half of the second."""
    heard = groups(extra=1)
    heard[:15, 8] = 1
    weights = fit(heard)
    assert weights[0, 1] > weights[8, 1] > weights[4, 1]
