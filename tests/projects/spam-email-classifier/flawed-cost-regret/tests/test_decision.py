import pytest

from spamfilter.decision import decide


@pytest.mark.parametrize(
    ("probability", "decision"),
    [(0.0, "deliver"), (0.29, "deliver"), (0.31, "hold"), (1.0, "hold")],
)
def test_what_is_suspicious_is_held(probability, decision):
    assert decide(probability) == decision
