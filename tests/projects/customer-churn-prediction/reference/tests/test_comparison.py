import numpy as np
import pytest
from sklearn.metrics import log_loss

from churn.cleaning import clean
from churn.comparison import FOLDS, compare, figure


@pytest.fixture(scope="module")
def compared():
    from customers import made_up_customers

    customers = clean(made_up_customers())
    return customers, *compare(customers)


def test_report_names_three_models_and_chooses_the_best(compared):
    _, report, _ = compared
    assert len(report["models"]) >= 3
    best = min(report["models"], key=lambda model: model["mean"])
    assert report["chosen"] == best["name"]


def test_figures_come_from_the_folds(compared):
    customers, report, folds = compared
    for model in report["models"]:
        assert model["mean"] == pytest.approx(log_loss(customers["left"], folds[model["name"]]))
        assert model["low"] < model["mean"] < model["high"]


def test_every_customer_is_in_one_fold(compared):
    customers, _, folds = compared
    assert sorted(folds["id"]) == sorted(customers["id"])
    assert set(folds["fold"]) == set(range(FOLDS))


def test_interval_narrows_with_more_customers():
    probability, left = np.array([0.1, 0.4] * 50), np.array([0, 1] * 50)
    few, many = figure("a", probability[:20], left[:20]), figure("a", probability, left)
    assert many["high"] - many["low"] < few["high"] - few["low"]
