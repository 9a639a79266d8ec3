import gc
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from apps.checks.check import CheckConfig
from apps.checks.environment import Environment, EnvironmentConfig, default_ca_bundle
from apps.curriculum.lesson_code import lesson_environment
from roadmap_site.embedded import Services
from tests.content import load_all

# The same examples and draws at each run, so that a failure tells of the change and not of luck;
# ``make verify`` draws new ones. No example has a time limit, which would make a slow machine fail.
SAME_DRAWS = "MILEPOST_FUZZ_EXAMPLES" not in os.environ
hypothesis.settings.register_profile("milepost", deadline=None, derandomize=SAME_DRAWS)
hypothesis.settings.load_profile("milepost")


def pytest_collection_finish() -> None:
    """Thousands of tests live to the end: no later look for garbage needs to pass over them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _same_draws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds of questions and exercises; names and tokens that nobody may guess stay random."""
    if SAME_DRAWS:
        drawn = random.Random(request.node.nodeid)
        monkeypatch.setattr("secrets.randbits", drawn.getrandbits)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real content, loaded once for all tests of a module; what they change is undone after
    each. Not for a module with tests of an empty database, or with transactions of their own."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_all()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def services() -> Services:
    """Addresses of this run's PostgreSQL and Valkey; see ``tests/settings.py``."""
    return Services(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])


@pytest.fixture(scope="session")
def checks_home() -> Iterator[Path]:
    """Where environments are kept; warm over test runs where ``MILEPOST_TEST_CACHE`` says so.

    Open to the sandbox's user, which pytest's own temporary folders are not.
    """
    kept = os.environ.get("MILEPOST_TEST_CACHE")
    if kept:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="milepost-checks-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def check_config(checks_home: Path) -> CheckConfig:
    bundle = default_ca_bundle()
    packages = EnvironmentConfig(ca_bundle=bundle)
    return CheckConfig(home=checks_home, packages=packages, ca_bundle=bundle)


@pytest.fixture(scope="session")
def environment(check_config: CheckConfig) -> Iterator[Environment]:
    """What lessons, exercises and questions may import."""
    with lesson_environment(settings.BASE_DIR / "fixtures", config=check_config) as environment:
        yield environment
