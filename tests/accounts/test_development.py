"""The mail's link on the page: for a developer at their own machine, and for nobody else."""

import pytest
from django.core import mail
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts import development
from apps.accounts.models import User
from tests.accounts.journey import link_of, sign_up

SENT = "account_email_verification_sent"


def link_on_page(client: Client, page: str, **environ: str) -> str:
    """What ``{{ development_link }}`` is on a page; empty for nothing."""
    response = client.get(reverse(page), **environ)  # type: ignore[arg-type]
    link = str(response.context["development_link"]())
    assert link in response.content.decode()
    return link


def test_link_of_the_own_confirmation_is_on_the_page(client: Client) -> None:
    sign_up(client, "ada@example.org")
    assert link_on_page(client, SENT) == f"http://testserver{link_of(mail.outbox[0])}"


def test_link_is_not_on_another_visitors_page(client: Client) -> None:
    sign_up(client, "ada@example.org")
    assert link_on_page(Client(), SENT) == ""


def test_link_for_a_taken_address_opens_no_account(client: Client, learner: User) -> None:
    sign_up(client, learner.email)
    reset = f"http://testserver{reverse('account_reset_password')}"
    assert link_on_page(client, SENT) == reset


def test_link_of_a_reset_is_on_the_page(client: Client, learner: User) -> None:
    client.post(reverse("account_reset_password"), {"email": learner.email})
    link = link_on_page(client, "account_reset_password_done")
    assert link == f"http://testserver{link_of(mail.outbox[0])}"


def test_a_later_mail_without_a_link_removes_the_earlier_one(client: Client, learner: User) -> None:
    client.post(reverse("account_reset_password"), {"email": learner.email})
    form = client.get(link_of(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "two lanterns on it", "password2": "two lanterns on it"})
    assert link_on_page(client, "account_reset_password_done") == ""


def test_link_is_neither_kept_nor_shown_where_others_can_come(
    client: Client, settings: Settings
) -> None:
    settings.LOCAL_DEVELOPMENT = False
    sign_up(client, "ada@example.org")
    assert development.SESSION_KEY not in client.session
    assert link_on_page(client, SENT) == ""


def test_link_kept_in_development_is_not_shown_in_production(
    client: Client, settings: Settings
) -> None:
    sign_up(client, "ada@example.org")
    link = link_on_page(client, SENT)
    settings.LOCAL_DEVELOPMENT = False
    assert link
    assert link not in client.get(reverse(SENT)).content.decode()


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_link_is_not_for_visitors_from_elsewhere(environ: dict[str, str]) -> None:
    request = HttpRequest()
    request.META.update(environ)
    assert not development.may_see_links(request)
