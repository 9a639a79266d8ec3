import numpy as np
import pytest

from churn.cleaning import clean
from churn.models import MODELS, logistic


@pytest.mark.parametrize("name", MODELS)
def test_binding_contracts_keep_customers(raw, name):
    customers = clean(raw)
    model = MODELS[name]().fit(customers, customers["left"])
    free = model.predict_proba(clean(raw.assign(contract="monthly")))[:, 1].mean()
    assert free > model.predict_proba(clean(raw.assign(contract="24 months")))[:, 1].mean()


def test_training_twice_gives_the_same_probabilities(raw):
    customers = clean(raw)
    first, second = (
        logistic().fit(customers, customers["left"]).predict_proba(customers) for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_probability_of_a_customer_does_not_depend_on_the_others(raw):
    customers = clean(raw)
    model = logistic().fit(customers, customers["left"])
    alone, among = model.predict_proba(customers.head(1)), model.predict_proba(customers)
    assert alone[0, 1] == pytest.approx(among[0, 1])
