import numpy as np

from churn.decision import decide


def test_decision_compares_the_two_costs():
    probability = np.array([0.05, 0.2])
    assert list(decide(probability, [100, 100], [10, 10])) == ["leave", "contact"]


def test_decisions_follow_the_costs():
    probability = np.linspace(0.01, 0.99, 50)
    counts = [(decide(probability, missed, 10) == "contact").sum() for missed in (20, 50, 200)]
    assert counts[0] < counts[1] < counts[2]
