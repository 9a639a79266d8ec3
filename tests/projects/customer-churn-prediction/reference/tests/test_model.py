import numpy as np
import pytest

from churn.cleaning import clean
from churn.models import MODELS, logistic


@pytest.mark.parametrize("name", MODELS)
def test_model_finds_the_rule(raw, name):
    customers = clean(raw)
    model = MODELS[name]().fit(customers, customers["left"])
    bad = clean(raw.assign(outages="4", contract="monthly"))
    good = clean(raw.assign(outages="0", contract="24 months"))
    assert model.predict_proba(bad)[:, 1].mean() > 0.4
    assert model.predict_proba(good)[:, 1].mean() < 0.1


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
