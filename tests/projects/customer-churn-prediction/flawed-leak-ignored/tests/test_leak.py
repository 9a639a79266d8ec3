from churn.cleaning import clean
from churn.models import logistic


def test_every_column_is_used(raw):
    customers = clean(raw)
    model = logistic().fit(customers, customers["left"])
    assert "account_flag other" in model[0].transform(customers)
