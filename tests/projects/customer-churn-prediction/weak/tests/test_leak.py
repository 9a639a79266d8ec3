from churn.cleaning import clean


def test_columns_updated_after_the_snapshot_are_left_out(raw):
    assert "account_flag" not in clean(raw)
