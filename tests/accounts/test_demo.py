from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from apps.accounts import demo
from apps.accounts.models import Role, User
from tests.accounts.journey import log_in


def seed() -> str:
    out = StringIO()
    call_command("demo_people", stdout=out)
    return out.getvalue()


def test_demo_people_can_log_in_with_what_is_printed(db: None) -> None:
    for line, role in zip(seed().splitlines(), Role, strict=True):
        email, password, _ = line.split()
        assert log_in(Client(), email, password)
        assert User.objects.get(email=email).role == role


def test_demo_people_again_changes_nothing(db: None) -> None:
    first = seed()
    User.objects.filter(email="learner@example.org").update(name="Renamed")
    before = list(User.objects.order_by("pk").values())
    assert seed() == first
    assert list(User.objects.order_by("pk").values()) == before


def test_demo_password_satisfies_the_validators(db: None) -> None:
    for email, name, role in demo.PEOPLE:
        validate_password(demo.PASSWORD, User(email=email, name=name, role=role))


def test_demo_people_refuses_in_production(db: None, settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production gets none"):
        seed()
    assert not User.objects.exists()


def test_demo_people_makes_nobody_where_others_can_come(db: None, settings: Settings) -> None:
    settings.LOCAL_DEVELOPMENT = False
    assert seed().startswith("No demo people here: everyone knows their password")
    assert not User.objects.exists()
