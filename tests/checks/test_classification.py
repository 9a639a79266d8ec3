"""Expectations over labels, against scikit-learn on labels that were drawn."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, confusion_matrix, precision_recall_curve

from apps.checks.classification import (
    average_precision_losses,
    calibration,
    calibration_error,
    calibration_losses,
    cheapest_flags,
    expected_average_precision,
    expected_costs,
    naive_flags,
)
from apps.checks.classification_charts import precision_recall_chart
from apps.checks.scoring import Floats, gap_share

ROWS = 3000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def known(rng: np.random.Generator) -> Floats:
    return rng.beta(0.3, 2.5, ROWS)


def noisy(known: Floats, rng: np.random.Generator) -> Floats:
    logits = np.log(known / (1 - known)) + rng.normal(0, 1, len(known))
    return np.asarray(1 / (1 + np.exp(-logits)))


@pytest.mark.parametrize("digits", [None, 1])
def test_average_precision_is_that_of_drawn_labels_on_average(
    rng: np.random.Generator, known: Floats, digits: int | None
) -> None:
    scores = noisy(known, rng)
    if digits is not None:
        scores = scores.round(digits)  # many rows of the same score
    drawn = [average_precision_score(rng.random(ROWS) < known, scores) for _ in range(300)]
    found = expected_average_precision(scores, known)
    assert found == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / 300**0.5 + 0.001)


def test_known_probabilities_rank_best_and_constants_are_the_base_rate(
    rng: np.random.Generator, known: Floats
) -> None:
    best = expected_average_precision(known, known)
    assert best > expected_average_precision(noisy(known, rng), known) > known.mean()
    constant = expected_average_precision(np.zeros(ROWS), known)
    assert constant == pytest.approx(known.mean(), abs=0.001)


def test_expectation_varies_less_than_what_happens(rng: np.random.Generator) -> None:
    expected, realised = [], []
    for _ in range(60):
        known = rng.beta(0.3, 2.5, 1000)
        scores = noisy(known, rng)
        expected.append(expected_average_precision(scores, known))
        realised.append(average_precision_score(rng.random(1000) < known, scores))
    assert np.std(realised) > 1.4 * np.std(expected)


def test_costs_are_those_of_drawn_labels_on_average(
    rng: np.random.Generator, known: Floats
) -> None:
    flags = noisy(known, rng) > 0.3
    found = expected_costs(flags, known, false_positive=2.0, false_negative=11.0).sum()
    drawn = []
    for _ in range(300):
        _, fp, fn, _ = confusion_matrix(rng.random(ROWS) < known, flags).ravel()
        drawn.append(2 * fp + 11 * fn)
    assert found == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / 300**0.5)


@pytest.mark.parametrize(("fp", "fn"), [(1.0, 1.0), (1.0, 10.0), (7.0, 2.0)])
def test_no_threshold_is_cheaper_than_the_cheapest_flags(
    known: Floats, fp: float, fn: float
) -> None:
    costs = {"false_positive": fp, "false_negative": fn}
    best = expected_costs(cheapest_flags(known, **costs), known, **costs).mean()
    others = [expected_costs(known > t, known, **costs).mean() for t in np.linspace(-0.1, 1, 200)]
    assert best <= min(others) + 1e-12
    naive = expected_costs(naive_flags(known, **costs), known, **costs).mean()
    assert naive == pytest.approx(min(others[0], others[-1]))


def test_calibration_agrees_with_scikit_learn(rng: np.random.Generator, known: Floats) -> None:
    predicted = noisy(known, rng)
    labels = rng.random(ROWS) < known
    shares, means = calibration_curve(labels, predicted, n_bins=10, strategy="quantile")
    bins = calibration(predicted, labels.astype(float))
    assert [one.known for one in bins] == pytest.approx(list(shares))
    assert [one.predicted for one in bins] == pytest.approx(list(means))


def test_calibration_error_is_zero_for_the_known_and_grows_with_confidence(
    known: Floats,
) -> None:
    assert calibration_error(calibration(known, known)) == pytest.approx(0)
    assert calibration_error(calibration(np.full(ROWS, 0.9), known)) == pytest.approx(
        0.9 - known.mean()
    )
    assert sum(one.rows for one in calibration(known.round(1), known)) == ROWS


@pytest.mark.parametrize("digits", [None, 1])
def test_losses_of_rows_have_the_figures_as_their_means(
    rng: np.random.Generator, known: Floats, digits: int | None
) -> None:
    scores = noisy(known, rng)
    if digits is not None:
        scores = scores.round(digits)
    precision = expected_average_precision(scores, known)
    assert average_precision_losses(scores, known).mean() == pytest.approx(1 - precision)
    error = calibration_error(calibration(scores, known, bins=50))
    assert calibration_losses(scores, known, bins=50).mean() == pytest.approx(error)


def test_losses_of_rows_tell_how_far_average_precision_varies(rng: np.random.Generator) -> None:
    """Their interval for a share is that of shares measured on many samples."""
    shares, widths = [], []
    for _ in range(200):
        known = rng.beta(0.15, 1.5, ROWS)
        known = np.clip(known, 1e-12, 1 - 1e-12)
        own, best = (
            average_precision_losses(scores, known) for scores in (noisy(known, rng), known)
        )
        found = gap_share(own, naive=1 - known, best=best)
        shares.append(found.share)
        widths.append(found.high - found.share)
    assert 1.96 * np.std(shares) == pytest.approx(np.mean(widths), rel=0.15)


def test_curve_of_certain_labels_is_that_of_scikit_learn(
    rng: np.random.Generator, known: Floats
) -> None:
    scores = noisy(known, rng).round(2)
    labels = rng.random(ROWS) < known
    chart = precision_recall_chart(
        scores, labels.astype(float), figure=0.5, best=1.0, test="average_precision"
    )
    precision, recall, _ = precision_recall_curve(labels, scores)
    expected = {(round(r, 4), round(p, 4)) for r, p in zip(recall, precision, strict=True)}
    first, *rest = chart.points
    assert set(rest) <= expected
    assert first == (0.0, rest[0][1])
    assert chart.points[-1][0] == 1
