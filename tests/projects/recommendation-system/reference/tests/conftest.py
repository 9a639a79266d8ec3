import pytest
from service import made_up_events, made_up_items, made_up_users

from recommender.cleaning import tidy_items, tidy_users
from recommender.model import Recommender


@pytest.fixture
def events():
    return made_up_events()


@pytest.fixture
def items():
    return tidy_items(made_up_items())


@pytest.fixture
def users():
    return tidy_users(made_up_users())


@pytest.fixture
def model(events, items, users):
    return Recommender.fit(events, items, users)
