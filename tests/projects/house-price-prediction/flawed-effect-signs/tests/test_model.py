import numpy as np
import pytest

from housing.cleaning import clean
from housing.model import PriceModel


def test_model_finds_the_rule(raw, model):
    houses = clean(raw)
    error = np.log(model.predict(houses)) - np.log(houses["price"])
    assert np.sqrt(np.mean(error**2)) < 0.02


def test_training_twice_gives_the_same_prices(raw, model):
    houses = clean(raw)
    assert np.array_equal(PriceModel().fit(houses).predict(houses), model.predict(houses))


def test_price_of_a_house_does_not_depend_on_the_others(raw, model):
    houses = clean(raw)
    assert model.predict(houses.head(1))[0] == pytest.approx(model.predict(houses)[0])
