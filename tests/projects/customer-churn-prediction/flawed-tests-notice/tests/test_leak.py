from churn.cleaning import clean


def test_customers_are_read(raw):
    assert len(clean(raw))
