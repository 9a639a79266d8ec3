import os

import pytest

from roadmap_site.embedded import Services


@pytest.fixture(scope="session")
def services() -> Services:
    """Addresses of this run's PostgreSQL and Valkey; see ``tests/settings.py``."""
    return Services(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
