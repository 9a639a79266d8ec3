import numpy as np
import pandas as pd
import pytest

from recommender.content import FEWEST, LIKENESS, log_popularity, score, unit, vectors


def test_unit_rows_have_length_1_and_empty_ones_stay_empty():
    np.testing.assert_allclose(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0, 0]])


def test_popularity_is_the_log_of_the_listeners():
    found = log_popularity(np.array([10.0, 0.0]))
    np.testing.assert_allclose(found, np.log(np.array([10, 0]) + FEWEST))


def test_score_is_likeness_and_popularity():
    titles = np.eye(2)
    found = score(np.array([[1.0, 0.0]]), titles, np.array([0.5, 2.0]))
    assert found.tolist() == [[LIKENESS + 0.5, 2.0]]


def test_vectors_count_rare_words_more(items):
    table = vectors(items)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), 1)
    rare = items.copy()
    rare.loc[0, "genre"] = "fantasy"
    weight = np.abs(vectors(rare)[0]).max()
    assert weight == pytest.approx(
        np.log(40) / np.sqrt(np.log(40) ** 2 + 2 * np.log(2) ** 2 + np.log(2) ** 2)
    )


def test_missing_genre_narrator_and_tags_give_no_likeness():
    items = pd.DataFrame(
        {"genre": ["", "crime"], "tags": [[], ["island"]], "narrator": ["", "ada"]}
    )
    assert not vectors(items)[0].any()
