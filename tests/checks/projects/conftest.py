"""The tests of a unit that is verified as it is are slow: nothing that they show has changed."""

from pathlib import Path

import pytest

from apps.checks.projects import PROJECTS
from tests.checks.verified import is_verified

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    changed = {unit_of(slug) for slug in PROJECTS if not is_verified(slug)}
    of_others = {unit_of(slug) for slug in PROJECTS} - changed
    for item in items:
        unit = unit_of(item.path.stem.removeprefix("test_").replace("_", "-"))
        if item.path.parent == HERE and (unit in of_others or not changed):
            item.add_marker(pytest.mark.slow)


def unit_of(name: str) -> str:
    """The word with which the names of a unit's projects and of its test files begin."""
    return name.partition("-")[0]
