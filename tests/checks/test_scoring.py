"""Shares of a gap and what follows from them, without any project."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from apps.checks.draws import second_seed, stream
from apps.checks.scoring import (
    MORE_ROWS_FACTOR,
    Decision,
    Floats,
    GapShare,
    Measurement,
    compare_shares,
    decide,
    gap_share,
    settle,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_share_agrees_with_scikit_learn(rng: np.random.Generator) -> None:
    true = rng.normal(12, 0.4, 2000)
    predicted = true + rng.normal(0, 0.08, 2000)
    best = true + rng.normal(0, 0.02, 2000)
    squared = gap_share((predicted - true) ** 2, naive=(12 - true) ** 2, root=True)
    own, naive = (root_mean_squared_error(true, p) for p in (predicted, np.full(2000, 12.0)))
    assert (squared.loss, squared.naive_loss) == pytest.approx((own, naive))
    assert squared.share == pytest.approx(1 - own / naive)
    absolute = gap_share(
        np.abs(predicted - true), naive=np.abs(12 - true), best=np.abs(best - true)
    )
    own, naive, floor = (
        mean_absolute_error(true, p) for p in (predicted, np.full(2000, 12.0), best)
    )
    assert absolute.share == pytest.approx((naive - own) / (naive - floor))


@pytest.mark.parametrize("root", [True, False])
def test_interval_agrees_with_the_bootstrap(rng: np.random.Generator, root: bool) -> None:
    true = rng.normal(12, 0.4, 2000)
    losses = (rng.standard_t(6, 2000) * 0.08) ** 2
    naive, best = (12.0 - true) ** 2, losses * 0.2 * rng.random(2000)
    found = gap_share(losses, naive=naive, best=best, root=root)
    weights = rng.multinomial(2000, np.full(2000, 1 / 2000), size=2000)
    means = [(weights @ part) / 2000 for part in (losses, naive, best)]
    own, top, floor = (np.sqrt(mean) if root else mean for mean in means)
    low, high = np.quantile((top - own) / (top - floor), [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.002)
    assert found.high == pytest.approx(high, abs=0.002)


@pytest.mark.parametrize("root", [True, False])
def test_ends_of_the_scale(root: bool) -> None:
    naive = np.linspace(0.5, 2, 50)
    none = gap_share(np.zeros(50), naive=naive, root=root)
    assert (none.share, none.low, none.high) == pytest.approx((1, 1, 1))
    same = gap_share(naive, naive=naive, root=root)
    assert (same.share, same.low, same.high) == pytest.approx((0, 0, 0))
    assert gap_share(3 * naive, naive=naive, root=root).share < 0


def measured(share: float) -> GapShare:
    return GapShare(
        share=share, low=share - 0.02, high=share + 0.02, loss=0.1, naive_loss=0.5,
        best_loss=0.0, rows=2000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("needed", "decision"),
    [
        (0.75, Decision.PASS),
        (0.79, Decision.UNDECIDED),
        (0.81, Decision.UNDECIDED),
        (0.85, Decision.FAIL),
    ],
)
def test_decision_has_three_states(needed: float, decision: Decision) -> None:
    assert decide(measured(0.8), needed) is decision


@pytest.mark.parametrize(
    ("share", "later", "factors", "enough"),
    [
        (0.90, 0.0, [1], True),
        (0.70, 1.0, [1], False),
        (0.81, 0.801, [1, MORE_ROWS_FACTOR], True),
        (0.81, 0.799, [1, MORE_ROWS_FACTOR], False),
        (0.79, 0.801, [1, MORE_ROWS_FACTOR], True),
    ],
)
def test_doubt_is_settled_on_more_rows_once(
    share: float, later: float, factors: list[int], enough: bool
) -> None:
    asked: list[int] = []

    def measure(factor: int) -> Measurement:
        asked.append(factor)
        own = measured(share if factor == 1 else later)
        return Measurement(measured=own, in_house=measured(0.9), margin=0.1)

    found, is_enough = settle(measure)
    assert (asked, is_enough) == (factors, enough)
    assert found.needed == pytest.approx(0.8)


def test_streams_of_two_purposes_and_of_two_draws_are_unrelated() -> None:
    seed = bytes(32)
    streams: list[Callable[[], np.random.Generator]] = [
        lambda: stream(seed, "a"),
        lambda: stream(seed, "b"),
        lambda: stream(second_seed(seed), "a"),
    ]
    first: list[Floats] = [make().random(1000) for make in streams]
    np.testing.assert_array_equal(first, [make().random(1000) for make in streams])
    apart = np.abs(np.corrcoef(first) - np.eye(3))
    assert apart.max() < 0.1


def test_paired_difference_leaves_out_what_two_solutions_share(rng: np.random.Generator) -> None:
    """Both make the same dear mistakes: the interval is that of the difference alone."""
    differences, widths, alone = [], [], []
    for _ in range(300):
        naive = rng.exponential(1.0, 2_000)
        shared = 10.0 * (rng.random(2_000) < 0.02)
        in_house = shared + 0.1 * naive
        losses = in_house + 0.2 * naive * (rng.random(2_000) < 0.3)
        found = compare_shares(losses, in_house, naive=naive, margin=0.1)
        differences.append(found.measured.share - found.in_house.share)
        widths.append(found.measured.high - found.measured.share)
        lone = gap_share(losses, naive=naive)
        assert found.measured.share == lone.share
        alone.append(lone.high - lone.share)
    assert 1.96 * np.std(differences) == pytest.approx(np.mean(widths), rel=0.15)
    assert np.mean(widths) < 0.3 * np.mean(alone)
