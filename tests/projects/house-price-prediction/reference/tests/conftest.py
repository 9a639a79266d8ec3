import pytest
from sales import made_up_sales

from housing.cleaning import clean
from housing.model import PriceModel


@pytest.fixture
def raw():
    return made_up_sales()


@pytest.fixture
def model(raw):
    return PriceModel().fit(clean(raw))
