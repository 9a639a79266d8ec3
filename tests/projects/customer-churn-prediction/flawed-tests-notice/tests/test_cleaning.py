from churn.cleaning import clean


def test_cleaning_runs(raw):
    clean(raw)
