import pytest
from django.core.cache import cache


@pytest.fixture
def fresh_rate_limits(db: None) -> None:
    cache.clear()
