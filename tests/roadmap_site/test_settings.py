"""The settings refuse to start where they would be unsafe, in a sentence that says what to set."""

import os
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import roadmap_site

SETTINGS = Path(roadmap_site.__file__).with_name("settings.py")
PRODUCTION = {
    "MILEPOST_ENV": "production",
    "MILEPOST_HOSTS": "milepost.example.org",
    "MILEPOST_SECRET_KEY": "k" * 32,
    "MILEPOST_DATA_SECRET": "d" * 32,
}
type Read = Callable[..., dict[str, object]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Runs the settings file anew, with nothing but the given MILEPOST_ variables."""
    for name in os.environ:
        if name.startswith("MILEPOST_"):
            monkeypatch.delenv(name)

    def run(environment: dict[str, str], *names: str) -> dict[str, object]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        values = runpy.run_path(str(SETTINGS))
        return {name: values[name] for name in names}

    return run


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"MILEPOST_ENV": "prod"}, "MILEPOST_ENV is 'prod'; set it to one of development, "),
        ({"MILEPOST_SECRET_KEY": ""}, "MILEPOST_SECRET_KEY is not set or too short."),
        ({"MILEPOST_SECRET_KEY": "secret"}, "MILEPOST_SECRET_KEY is not set or too short."),
        (
            {"MILEPOST_ENV": "development", "MILEPOST_SECRET_KEY": ""},
            "MILEPOST_SECRET_KEY is not set or too short.",
        ),
        ({"MILEPOST_DATA_SECRET": ""}, "MILEPOST_DATA_SECRET is not set or too short."),
        ({"MILEPOST_DATA_SECRET": "d" * 31}, "MILEPOST_DATA_SECRET is not set or too short."),
        ({"MILEPOST_DEBUG": "1"}, "MILEPOST_DEBUG shows internals to everyone"),
        (
            {"MILEPOST_ENV": "development", "MILEPOST_DEBUG": "1"},
            "MILEPOST_DEBUG shows internals to everyone",
        ),
        (
            {"MILEPOST_DEBUG": "1", "MILEPOST_HOSTS": "localhost,*"},
            "MILEPOST_DEBUG shows internals to everyone",
        ),
        ({"MILEPOST_DEBUG": "on"}, "MILEPOST_DEBUG is 'on'; set it to 1 or 0."),
        (
            {"MILEPOST_ALLOW_LOCAL_REPOSITORIES": "1"},
            "MILEPOST_ALLOW_LOCAL_REPOSITORIES lets learners read this machine's files.",
        ),
        ({"MILEPOST_TRUSTED_PROXIES": "-1"}, "MILEPOST_TRUSTED_PROXIES is '-1'; set it to a whole"),
        ({"MILEPOST_ALLOWED_NETWORKS": "10.1"}, "MILEPOST_ALLOWED_NETWORKS: "),
        ({"MILEPOST_FIND_LINKS": "/no/where"}, "MILEPOST_FIND_LINKS is '/no/where'; set it to a "),
        ({"MILEPOST_ENVIRONMENTS_MB": "9 GB"}, "MILEPOST_ENVIRONMENTS_MB is '9 GB'; set it to a "),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL is not a PostgreSQL URL: "),
    ],
)
def test_unsafe_or_wrong_settings_are_refused(
    read: Read, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(sentence)}"):
        read(PRODUCTION | changes)


def test_development_needs_nothing_and_answers_to_localhost_only(read: Read) -> None:
    assert read({}, "PRODUCTION", "DEBUG", "ALLOWED_HOSTS", "LOCAL_DEVELOPMENT") == {
        "PRODUCTION": False,
        "DEBUG": False,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
        "LOCAL_DEVELOPMENT": True,
    }


def test_wheels_of_the_operators_own_are_found(read: Read, tmp_path: Path) -> None:
    urls = "https://a.example.org/simple, https://b.example.org/simple"
    given = {"MILEPOST_FIND_LINKS": str(tmp_path), "MILEPOST_EXTRA_INDEX_URLS": urls}

    assert read(given, "CHECKS_FIND_LINKS", "CHECKS_EXTRA_INDEX_URLS") == {
        "CHECKS_FIND_LINKS": tmp_path,
        "CHECKS_EXTRA_INDEX_URLS": tuple(urls.split(", ")),
    }


def test_production_protects_its_cookies_and_shows_no_mail_links(read: Read) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    assert read(PRODUCTION, *names, "LOCAL_DEVELOPMENT") == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "LOCAL_DEVELOPMENT": False,
    }


@pytest.mark.parametrize(("environment", "required"), [(PRODUCTION, True), ({}, False)])
def test_second_factor_is_required_in_production_only(
    read: Read, environment: dict[str, str], required: bool
) -> None:
    name = "REQUIRE_SECOND_FACTOR"
    assert read(environment, name) == {name: required}


def test_production_on_localhost_is_not_development(read: Read) -> None:
    local = PRODUCTION | {"MILEPOST_HOSTS": "localhost"}
    assert read(local, "LOCAL_DEVELOPMENT") == {"LOCAL_DEVELOPMENT": False}


def test_development_on_a_network_shows_no_mail_links(read: Read) -> None:
    network = PRODUCTION | {"MILEPOST_ENV": "development"}
    assert read(network, "LOCAL_DEVELOPMENT") == {"LOCAL_DEVELOPMENT": False}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "https://milepost.example.org"),
        ({"MILEPOST_HOSTS": "a.example,b.example"}, "https://a.example"),
        ({"MILEPOST_ADDRESS": "https://b.example:8443/"}, "https://b.example:8443"),
        ({"MILEPOST_ENV": "development", "MILEPOST_HOSTS": "localhost"}, "http://localhost:8000"),
        (
            {"MILEPOST_ENV": "development", "MILEPOST_HOSTS": "localhost", "MILEPOST_PORT": "81"},
            "http://localhost:81",
        ),
    ],
)
def test_address_in_mails_is_that_of_the_site(
    read: Read, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], expected: str
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert read({**PRODUCTION, **changes}, "SITE_ADDRESS") == {"SITE_ADDRESS": expected}


@pytest.mark.parametrize(
    "changes",
    [
        {"MILEPOST_HOSTS": "*"},
        {"MILEPOST_HOSTS": ".example.org"},
        {"MILEPOST_HOSTS": " "},
        {"MILEPOST_ADDRESS": "milepost.example.org"},
        {"MILEPOST_ADDRESS": "https://milepost.example.org/site"},
        {"MILEPOST_ADDRESS": "https://me@milepost.example.org"},
        {"MILEPOST_ADDRESS": "https://milepost.example.org:x"},
        {"MILEPOST_ADDRESS": "javascript:alert(1)"},
    ],
)
def test_address_that_is_none_is_refused(read: Read, changes: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="MILEPOST_ADDRESS is '"):
        read({**PRODUCTION, **changes}, "SITE_ADDRESS")
