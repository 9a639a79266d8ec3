import numpy as np
import pytest

from churn.decision import break_even, decide


def test_threshold_follows_the_costs():
    assert break_even(90, 10) == pytest.approx(0.1)
    assert break_even(400, 10) < break_even(90, 10)


def test_decision_is_made_by_the_threshold():
    assert list(decide(np.array([0.05, 0.2]), 0.1)) == ["leave", "contact"]
