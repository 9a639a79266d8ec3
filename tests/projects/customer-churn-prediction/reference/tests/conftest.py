import pytest
from customers import made_up_customers


@pytest.fixture(scope="session")
def made_up():
    return made_up_customers()


@pytest.fixture
def raw(made_up):
    return made_up.copy()
