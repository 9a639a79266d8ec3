from churn import comparison


def test_comparison_can_be_imported():
    assert comparison
