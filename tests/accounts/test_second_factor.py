"""An authenticator app: set up, asked for, replaced by a recovery code, taken off."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.accounts.factors import (
    SECRET,
    begin_log_in,
    enter_code,
    factors_of,
    give_app,
    log_in_and_prove,
)
from tests.accounts.journey import log_in
from tests.accounts.totp import code_of

# As for wrong passwords: what allauth allows in five minutes for one account.
CODES_PER_ACCOUNT = 5


def secret_on_page(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp"))
    assert page.context["form"].secret in page.content.decode()
    return str(page.context["form"].secret)


@pytest.mark.django_db(transaction=True)
def test_app_is_set_up_with_a_code_and_then_asked_for(client: Client, learner: User) -> None:
    log_in_and_prove(client, learner)
    secret = secret_on_page(client)
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert factors_of(learner) == {"totp", "recovery_codes"}
    assert [message.subject for message in mail.outbox] == ["An authenticator app was set up"]
    assert secret not in str(mail.outbox[0].body)

    other = Client()
    assert begin_log_in(other, learner) == reverse("mfa_authenticate")
    assert "_auth_user_id" not in other.session
    assert other.get(reverse("settings")).status_code == 302  # half a log-in opens nothing
    assert enter_code(other, code_of(secret))


@pytest.mark.parametrize("code", ["", "000000", "12345", "½½½½½½", "\x00", "9" * 5000])
def test_wrong_code_switches_nothing_on(client: Client, learner: User, code: str) -> None:
    log_in_and_prove(client, learner)
    secret_on_page(client)
    page = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"code"}
    assert factors_of(learner) == set()


@pytest.mark.parametrize(
    "name",
    ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes", "deletion"],
)
def test_password_is_asked_for_once_more(client: Client, learner: User, name: str) -> None:
    log_in(client, learner.email)
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert factors_of(learner) == set()


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes", "mfa_reauthenticate"]
)
def test_pages_of_the_second_factor_are_for_members(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))


def test_log_in_refuses_a_wrong_code_and_one_that_was_used(client: Client, learner: User) -> None:
    give_app(learner)
    begin_log_in(client, learner)
    assert not enter_code(client, "000000")
    code = code_of(SECRET)
    assert enter_code(client, code)
    again = Client()
    begin_log_in(again, learner)
    assert not enter_code(again, code)


def test_code_without_the_password_is_no_log_in(client: Client, learner: User) -> None:
    give_app(learner)
    assert not enter_code(client, code_of(SECRET))


def test_codes_cannot_be_guessed_without_end(client: Client, learner: User) -> None:
    give_app(learner)
    begin_log_in(client, learner)
    for _ in range(CODES_PER_ACCOUNT):
        enter_code(client, "000000")
    assert not enter_code(client, code_of(SECRET))
    page = client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert "Wait five minutes" in page.content.decode()


def test_recovery_code_logs_in_once(learner: User) -> None:
    code = give_app(learner)[0]
    for expected in (True, False):
        client = Client()
        begin_log_in(client, learner)
        assert enter_code(client, code) is expected


def test_recovery_codes_are_shown_after_the_password_only(client: Client, learner: User) -> None:
    codes = give_app(learner)
    begin_log_in(client, learner)
    enter_code(client, code_of(SECRET))
    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        answer = client.get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": "a lantern on the pass"})
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    text = client.get(reverse("mfa_download_recovery_codes"))
    assert text["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code in page and code in text.content.decode() for code in codes)


def test_app_is_removed_together_with_its_recovery_codes(client: Client, learner: User) -> None:
    log_in_and_prove(client, learner)
    give_app(learner)
    client.get(reverse("mfa_deactivate_totp"))  # asks, and changes nothing
    assert factors_of(learner) == {"totp", "recovery_codes"}
    client.post(reverse("mfa_deactivate_totp"))
    assert factors_of(learner) == set()
    assert [message.subject for message in mail.outbox] == ["The authenticator app was removed"]


def test_reset_password_does_not_go_around_the_second_factor(learner: User) -> None:
    give_app(learner)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": learner.email})
    link = next(line for line in str(mail.outbox[0].body).splitlines() if "http" in line)
    form = client.get(link.removeprefix("http://testserver"), follow=True).redirect_chain[-1][0]
    new = {"password1": "two lanterns on it", "password2": "two lanterns on it"}
    client.post(form, new)
    assert "_auth_user_id" not in client.session
    assert begin_log_in(client, learner, "two lanterns on it") == reverse("mfa_authenticate")


def test_no_address_is_added_beside_a_second_factor(client: Client, learner: User) -> None:
    log_in_and_prove(client, learner)
    give_app(learner)
    form = {"email": "victim@example.com", "action_add": ""}
    page = client.post(reverse("account_email"), form)
    assert "While you have a second factor, no address can be added." in page.content.decode()


def test_every_page_of_the_second_factor_is_ours(client: Client, learner: User) -> None:
    log_in_and_prove(client, learner)
    give_app(learner)
    names = [
        "mfa_index", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_reauthenticate",
    ]  # fmt: skip
    for name in names:
        page = client.get(reverse(name))
        assert [template.name for template in page.templates][1:3] == [
            "account/layout.html",
            "base.html",
        ], name
