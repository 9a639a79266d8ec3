"""Drift has the size that it was asked for."""

import math

import numpy as np
import pytest
from scipy.special import rel_entr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from apps.checks.drift import move_mean, move_shares, rows_at_rate, stability_index, turn
from apps.checks.logistic import sigmoid

SHARES = np.array([0.5, 0.3, 0.15, 0.05, 0.0])


@pytest.mark.parametrize("deviations", [-1.0, 0.0, 0.2, 0.8])
def test_mean_moves_by_standard_deviations_and_missing_values_stay(deviations: float) -> None:
    before = np.random.default_rng(1).normal(40, 12, 5_000)
    before[::10] = np.nan
    after = move_mean(before, deviations=deviations)
    assert np.array_equal(np.isnan(after), np.isnan(before))
    assert np.nanstd(after) == pytest.approx(np.nanstd(before))
    moved = (np.nanmean(after) - np.nanmean(before)) / np.nanstd(before)
    assert moved == pytest.approx(deviations, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("index", [0.0, 0.1, 0.25, 1.0, 5.0])
def test_shares_move_by_the_index_as_scipy_tells_it(index: float, seed: int) -> None:
    after = move_shares(SHARES, index=index, rng=np.random.default_rng(seed))
    assert after.sum() == pytest.approx(1)
    assert after[-1] == 0
    both = rel_entr(SHARES, after).sum() + rel_entr(after, SHARES).sum()
    assert both == pytest.approx(index, abs=1e-9)
    assert stability_index(SHARES, after) == pytest.approx(both)


def test_seed_decides_which_shares_grow() -> None:
    grown = {
        int(np.argmax(move_shares(SHARES, index=0.5, rng=np.random.default_rng(seed)) - SHARES))
        for seed in range(40)
    }
    assert grown == {0, 1, 2, 3}


def test_one_category_cannot_move() -> None:
    with pytest.raises(ValueError, match="only one category"):
        move_shares(np.array([1.0, 0.0]), index=0.1, rng=np.random.default_rng(0))


def test_index_is_infinite_where_a_category_appears() -> None:
    assert stability_index(np.array([1.0, 0.0]), np.array([0.9, 0.1])) == math.inf


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.4])
def test_rows_have_the_rate_and_the_classes_look_as_before(rate: float) -> None:
    rng = np.random.default_rng(3)
    labels = rng.random(40_000) < 0.2
    feature = rng.normal(0, 1, 40_000) + labels
    chosen = rows_at_rate(labels, rate=rate, rows=10_000, rng=rng)
    assert len(set(chosen.tolist())) == 10_000
    assert labels[chosen].mean() == pytest.approx(rate)
    assert feature[chosen][~labels[chosen]].mean() == pytest.approx(0, abs=0.05)
    if rate:
        before = roc_auc_score(labels, feature)
        assert roc_auc_score(labels[chosen], feature[chosen]) == pytest.approx(before, abs=0.03)


def test_class_with_too_few_rows_is_told() -> None:
    labels = np.array([True, False, False])
    with pytest.raises(ValueError, match="2 rows are wanted of a class that has 1"):
        rows_at_rate(labels, rate=0.5, rows=4, rng=np.random.default_rng(0))


@pytest.mark.parametrize("degrees", [0.0, 20.0, 90.0, 180.0])
def test_old_and_new_log_odds_correlate_with_the_cosine(degrees: float) -> None:
    rng = np.random.default_rng(4)
    before = np.array([1.5, -0.5, 0.8, 0.0])
    after = turn(before, degrees=degrees, rng=rng)
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before))
    features = rng.normal(size=(50_000, 4))
    correlation = np.corrcoef(features @ before, features @ after)[0, 1]
    assert correlation == pytest.approx(math.cos(math.radians(degrees)), abs=0.01)


def test_model_loses_by_a_turn_and_a_new_one_is_as_good_as_before() -> None:
    rng = np.random.default_rng(5)
    before = np.array([1.5, -0.5, 0.8, 0.0])
    features = rng.normal(size=(20_000, 4))
    areas = []
    for coefficients in (before, turn(before, degrees=60, rng=rng)):
        labels = rng.random(20_000) < sigmoid(features @ coefficients)
        model = LogisticRegression().fit(features, labels)
        old = roc_auc_score(labels, features @ before)
        areas.append((old, roc_auc_score(labels, model.decision_function(features))))
    (at_first, _), (stale, retrained) = areas
    assert stale < at_first - 0.1
    assert retrained == pytest.approx(at_first, abs=0.02)
