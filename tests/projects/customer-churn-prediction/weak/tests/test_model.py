import pytest

from churn.cleaning import clean
from churn.models import MODELS, by_plan


@pytest.mark.parametrize("name", MODELS)
def test_rates_are_those_of_the_data(raw, name):
    customers = clean(raw)
    model = MODELS[name]().fit(customers, customers["left"])
    probability = model.predict_proba(customers)[:, 1]
    assert probability.mean() == pytest.approx(customers["left"].mean())


def test_new_plan_has_the_rate_of_all(raw):
    customers = clean(raw)
    model = by_plan().fit(customers, customers["left"])
    new = clean(raw.assign(plan="Turbo 500"))
    assert model.predict_proba(new)[0, 1] == pytest.approx(customers["left"].mean())
