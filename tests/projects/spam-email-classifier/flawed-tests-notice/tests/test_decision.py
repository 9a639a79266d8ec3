from spamfilter import decision


def test_decision_can_be_imported():
    assert decision
