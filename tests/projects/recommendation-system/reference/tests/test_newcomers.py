import numpy as np
import pandas as pd
import pytest

from recommender.newcomers import SHRINK, fit, given, score


def people(*favourites: str) -> pd.DataFrame:
    return pd.DataFrame({"favourites": [[name] for name in favourites], "age_band": "25-39"})


def test_answers_are_favourites_and_age():
    assert given(people("crime").iloc[0]) == ["crime", "25-39"]


def test_lift_is_worked_out_by_hand():
    heard = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    answers = fit(people("crime", "crime", "romance"), heard)
    np.testing.assert_allclose(answers.rate, [3 / 4, 3 / 4])
    expected = np.log((2 + SHRINK * 0.75) / (2 + SHRINK) / 0.75)
    assert answers.lift["crime"][0] == pytest.approx(expected)


def test_score_adds_what_each_answer_lifts():
    heard = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    answers = fit(people("crime", "crime", "romance"), heard)
    found = score(people("crime", "new word"), answers)
    all_ages = np.log(answers.rate) + answers.lift["25-39"]
    np.testing.assert_allclose(found, [all_ages + answers.lift["crime"], all_ages])
