import pytest
from customers import made_up_customers


@pytest.fixture
def raw():
    return made_up_customers()
