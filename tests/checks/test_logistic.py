"""Logistic regression, against scikit-learn."""

import numpy as np
import pytest
from numpy.typing import DTypeLike
from sklearn.linear_model import LogisticRegression

from apps.checks.logistic import fit_logistic, intercept_for, sigmoid


@pytest.mark.parametrize(
    ("dtype", "tolerance", "within"), [(float, 1e-8, 1e-5), (np.float32, 1e-4, 1e-3)]
)
def test_weights_are_those_of_scikit_learn(
    dtype: DTypeLike, tolerance: float, within: float
) -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(800, 12)).astype(dtype)
    labels = rng.random(800) < sigmoid(features[:, 0] - 2.0)
    found = fit_logistic(features, labels, ridge=2.0, tolerance=tolerance)
    oracle = LogisticRegression(C=0.5, tol=1e-10, max_iter=1_000).fit(features, labels)
    np.testing.assert_allclose(found, [oracle.intercept_[0], *oracle.coef_[0]], atol=within)


def test_intercept_gives_the_mean_probability() -> None:
    log_odds = np.random.default_rng(2).normal(0, 3, 1_000)
    assert sigmoid(log_odds + intercept_for(log_odds, 0.09)).mean() == pytest.approx(0.09)
