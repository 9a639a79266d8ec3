import pytest

from spamfilter.decision import decide


@pytest.mark.parametrize(
    ("probability", "decision"),
    [(0.0, "deliver"), (0.5, "deliver"), (0.83, "deliver"), (0.84, "hold"), (1.0, "hold")],
)
def test_decision_compares_the_two_costs(probability, decision):
    assert decide(probability) == decision
