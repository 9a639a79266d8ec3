"""The settings: a profile that is saved whole or not at all, and the ways to the rest."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.accounts.factors import give_app
from tests.submissions.samples import count_queries

MAX_GET, MAX_POST = 12, 25


def profile_of(user: User) -> tuple[str, str]:
    user.refresh_from_db()
    return user.name, user.time_zone


def test_profile_is_saved(client: Client, learner: User) -> None:
    client.force_login(learner)
    form = {"name": " Ada  L. ", "time_zone": "America/Argentina/Buenos_Aires"}
    answer = client.post(reverse("profile"), form)
    assert answer["Location"] == reverse("settings")
    assert profile_of(learner) == ("Ada L.", "America/Argentina/Buenos_Aires")
    page = client.get(reverse("settings")).content.decode()
    assert "Your profile is saved." in page
    assert '<option value="America/Argentina/Buenos_Aires" selected>' in page


@pytest.mark.parametrize(
    "zone",
    [
        "", "utc", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "Europe/",
        "Europe/Berlin\x00", "posix/Europe/Berlin", "US/Eastern", "Factory", "x" * 10_000,
    ],
)  # fmt: skip
def test_profile_refuses_what_is_no_time_zone(client: Client, learner: User, zone: str) -> None:
    client.force_login(learner)
    page = client.post(reverse("profile"), {"name": "Ada", "time_zone": zone})
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"time_zone"}
    assert profile_of(learner) == ("", "UTC")
    assert 'value="Ada"' in page.content.decode()  # nothing typed is lost


def test_profile_ignores_a_posted_role_and_token(client: Client, learner: User) -> None:
    before = (learner.role, learner.repository_token, learner.email)
    client.force_login(learner)
    powers = {"role": "staff", "is_superuser": "on", "repository_token": "x", "email": "a@b.cd"}
    client.post(reverse("profile"), {"name": "Ada", "time_zone": "UTC", **powers})
    learner.refresh_from_db()
    assert (learner.role, learner.repository_token, learner.email) == before
    assert not learner.is_superuser


@pytest.mark.parametrize("name", ["settings", "profile", "own_data", "deletion"])
def test_settings_are_for_members(client: Client, db: None, name: str) -> None:
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer["Location"].startswith(reverse("account_login"))


def test_settings_name_what_is_set_up(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert "None. With one, a stolen password" in client.get(reverse("settings")).content.decode()
    EmailAddress.objects.create(user=learner, email="second@example.com", verified=True)
    give_app(learner)
    Authenticator.objects.create(user=learner, type="webauthn", data={"name": "phone"})
    page = client.get(reverse("settings")).content.decode()
    assert "learner@example.com and 1 more" in page
    assert "An authenticator app and 1 passkey." in page


def test_settings_ask_the_database_little(client: Client, learner: User) -> None:
    client.force_login(learner)
    for number in range(50):
        EmailAddress.objects.create(user=learner, email=f"{number}@example.com", verified=True)
        Authenticator.objects.create(user=learner, type="webauthn", data={"name": "phone"})
    assert count_queries(client, reverse("settings")) <= MAX_GET
    form = {"name": "Ada", "time_zone": "Europe/Berlin"}
    assert count_queries(client, reverse("profile"), form) <= MAX_POST


def test_account_menu_leads_to_the_settings(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert f'href="{reverse("settings")}"' in client.get("/").content.decode()
