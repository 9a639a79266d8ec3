import numpy as np

from churn.cleaning import clean
from churn.models import logistic


def test_columns_updated_after_the_snapshot_change_nothing(raw):
    customers = clean(raw)
    model = logistic().fit(customers, customers["left"])
    before = model.predict_proba(customers)
    raw["account_flag"] = np.where(raw["left"] == "1", "B", "A")
    raw["credit_notes"] = "900"
    assert np.array_equal(model.predict_proba(clean(raw)), before)
