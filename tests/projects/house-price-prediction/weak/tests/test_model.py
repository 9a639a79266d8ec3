import pytest

from housing.cleaning import clean


def test_twice_the_size_is_twice_the_price(raw, model):
    houses = clean(raw)
    larger = houses.assign(size=houses["size"] * 2)
    assert model.predict(larger)[0] == pytest.approx(2 * model.predict(houses)[0])
