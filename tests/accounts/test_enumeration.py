"""Nobody learns from the site who has an account, and nobody guesses without end."""

from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import User
from tests.accounts.journey import PASSWORD, sign_up

# What allauth allows in five minutes for one address, and in a minute for one client.
LOG_INS_PER_ADDRESS = 5
SIGN_UPS_PER_CLIENT = 20


def test_sign_up_with_a_taken_address_looks_the_same(learner: User) -> None:
    assert sign_up(Client(), "new@example.com") == sign_up(Client(), "LEARNER@example.com")
    assert [message.subject for message in mail.outbox] == [
        "Confirm your e-mail address",
        "You already have an account",
    ]
    assert User.objects.count() == 2


def test_sign_up_with_a_taken_address_changes_nothing(client: Client, learner: User) -> None:
    form = {"email": learner.email, "password1": "another password", "name": "Mallory"}
    client.post(reverse("account_signup"), form)
    before = (learner.password, learner.name)
    learner.refresh_from_db()
    assert (learner.password, learner.name) == before
    assert "_auth_user_id" not in client.session


def test_reset_looks_the_same_for_an_unknown_address(learner: User) -> None:
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in (learner.email, "nobody@example.com")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    assert [message.subject for message in mail.outbox] == [
        "Reset your password",
        "No account with this address",
    ]


def test_log_in_stops_after_wrong_passwords_even_for_the_right_one(learner: User) -> None:
    def log_in(password: str) -> Client:
        client = Client()
        client.post(reverse("account_login"), {"login": learner.email, "password": password})
        return client

    for _ in range(LOG_INS_PER_ADDRESS):
        log_in("a wrong guess")
    assert "_auth_user_id" not in log_in(PASSWORD).session


def test_sign_up_answers_429_after_too_many_of_one_client() -> None:
    url = reverse("account_signup")
    statuses = [Client().post(url).status_code for _ in range(SIGN_UPS_PER_CLIENT + 1)]
    assert statuses == [200] * SIGN_UPS_PER_CLIENT + [429]


def test_a_forged_forwarded_header_does_not_move_the_limit() -> None:
    url = reverse("account_signup")
    for number in range(SIGN_UPS_PER_CLIENT):
        Client().post(url, headers={"x-forwarded-for": f"203.0.113.{number}"})
    assert Client().post(url, headers={"x-forwarded-for": "203.0.113.99"}).status_code == 429


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    url = reverse("account_signup")
    for _ in range(SIGN_UPS_PER_CLIENT + 1):
        Client().post(url, headers={"x-forwarded-for": "203.0.113.1"})
    limited = Client().post(url, headers={"x-forwarded-for": "198.51.100.7, 203.0.113.1"})
    free = Client().post(url, headers={"x-forwarded-for": "203.0.113.1, 198.51.100.7"})
    assert (limited.status_code, free.status_code) == (429, 200)
