"""Mentors and staff need a second factor where REQUIRE_SECOND_FACTOR says so; others never."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django import Settings

from apps.accounts.models import Role, User
from apps.accounts.second_factor import advice_for
from tests.accounts.factors import give_app, log_in_and_prove

PAGES = ["home", "projects", "submissions", "settings", "own_data", "deletion", "admin:index"]


@pytest.fixture
def required(settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.parametrize("who", ["mentor", "staff", "superuser"])
@pytest.mark.parametrize("page", PAGES)
def test_page_sends_to_the_set_up(
    client: Client, required: None, request: pytest.FixtureRequest, who: str, page: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    for answer in (client.get(reverse(page)), client.post(reverse(page))):
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))


def test_every_address_but_the_account_pages_is_behind_it(
    client: Client, required: None, mentor: User
) -> None:
    """Also those to come: whatever is in the root, and an address that nothing answers to."""
    client.force_login(mentor)
    routes = [str(one.pattern) for one in get_resolver().url_patterns]
    paths = [f"/{route}" for route in routes if not route.startswith("account/")]
    for path in [*paths, "/nothing/here/", "/staff/accounts/user/", "//staff/", "/Account/"]:
        assert client.get(path).headers.get("Location") == reverse("mfa_index"), path


@pytest.mark.parametrize(
    "page", ["mfa_index", "account_email", "account_change_password", "account_logout"]
)
def test_account_pages_stay_open(client: Client, required: None, mentor: User, page: str) -> None:
    log_in_and_prove(client, mentor)
    assert client.get(reverse(page)).status_code == 200


def test_set_up_says_why(client: Client, required: None, mentor: User) -> None:
    client.force_login(mentor)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Set up a second factor to go on" in page


def test_second_factor_opens_every_page(client: Client, required: None, staff: User) -> None:
    give_app(staff)
    client.force_login(staff)
    assert client.get(reverse("home")).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(
    client: Client, required: None, mentor: User
) -> None:
    give_app(mentor)
    Authenticator.objects.filter(user=mentor, type="totp").delete()
    client.force_login(mentor)
    assert client.get(reverse("home"))["Location"] == reverse("mfa_index")


def test_learner_who_becomes_mentor_is_asked_at_the_next_page(
    client: Client, required: None, learner: User
) -> None:
    client.force_login(learner)
    assert client.get(reverse("home")).status_code == 200
    User.objects.update(role=Role.MENTOR)
    assert client.get(reverse("home"))["Location"] == reverse("mfa_index")


def test_swapped_fragment_leaves_as_a_whole_page(
    client: Client, required: None, mentor: User
) -> None:
    client.force_login(mentor)
    answer = client.get(reverse("home"), headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("mfa_index")


def test_visitors_and_learners_are_not_asked(client: Client, required: None, learner: User) -> None:
    assert client.get(reverse("home")).status_code == 200
    client.force_login(learner)
    assert client.get(reverse("home")).status_code == 200
    assert advice_for(learner) == ""


def test_development_only_recommends_it(client: Client, mentor: User, learner: User) -> None:
    sentence = "A second factor is a good idea here"
    client.force_login(mentor)
    assert client.get(reverse("home")).status_code == 200
    assert sentence in client.get(reverse("settings")).content.decode()
    give_app(mentor)
    assert sentence not in client.get(reverse("settings")).content.decode()
    client.force_login(learner)
    assert sentence not in client.get(reverse("settings")).content.decode()


def test_url_patterns_are_read_at_all() -> None:
    assert any(isinstance(one, URLPattern) for one in get_resolver().url_patterns)
