"""Sign up, confirm, log in, log out, reset: through the addresses that a browser uses."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from tests.accounts.journey import PASSWORD, link_of, log_in, sign_up

NEW_PASSWORD = "two lanterns on the pass"


def test_sign_up_confirms_the_address_then_logs_in(client: Client) -> None:
    assert sign_up(client, "Ada@Example.org", name="Ada  Lovelace") == reverse(
        "account_email_verification_sent"
    )
    user = User.objects.get()
    assert (user.email, user.name, user.role) == ("ada@example.org", "Ada Lovelace", Role.LEARNER)
    assert user.repository_token.startswith("mp_")
    assert not log_in(client, "ada@example.org")

    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "_auth_user_id" not in client.session
    client.get(link_of(message))  # a mail scanner's GET confirms nothing
    assert not EmailAddress.objects.get().verified
    response = client.post(link_of(message))

    assert response["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get().verified


def test_confirmation_in_another_browser_confirms_without_logging_in(client: Client) -> None:
    sign_up(client, "ada@example.org")
    other = Client()
    other.post(link_of(mail.outbox[0]))
    assert EmailAddress.objects.get().verified
    assert "_auth_user_id" not in other.session
    assert log_in(other, "ada@example.org")


def test_log_in_takes_the_address_in_any_case(client: Client, learner: User) -> None:
    assert log_in(client, "LEARNER@Example.com")


def test_log_in_rejects_a_wrong_password(client: Client, learner: User) -> None:
    assert not log_in(client, learner.email, "a lantern on the path")


def test_log_in_rejects_an_inactive_person(client: Client, learner: User) -> None:
    User.objects.update(is_active=False)
    assert not log_in(client, learner.email)


def test_log_out_needs_a_post(client: Client, learner: User) -> None:
    log_in(client, learner.email)
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_reset_sets_a_new_password_once(client: Client, learner: User) -> None:
    client.post(reverse("account_reset_password"), {"email": "Learner@example.com"})
    link = link_of(mail.outbox[0])
    form = client.get(link, follow=True)
    new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(form.redirect_chain[-1][0], new)

    assert not log_in(Client(), learner.email)
    assert log_in(Client(), learner.email, NEW_PASSWORD)
    assert [message.subject for message in mail.outbox] == [
        "Reset your password",
        "Your password was reset",
    ]
    assert not Client().get(link).has_header("Location")  # used up


def test_another_address_needs_the_password_and_its_own_confirmation(
    client: Client, learner: User
) -> None:
    log_in(client, learner.email)
    form = {"email": "new@example.com", "action_add": ""}
    asked = client.post(reverse("account_email"), form)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not mail.outbox

    client.post(asked["Location"], {"password": PASSWORD})
    assert not log_in(Client(), "new@example.com")
    client.post(link_of(mail.outbox[0]))
    assert log_in(Client(), "new@example.com")
    learner.refresh_from_db()
    assert learner.email == "learner@example.com"  # until it is made the main one


@pytest.mark.parametrize(
    "password", ["short", "password123", "ada@example.org", "ada.lovelace", "1234567890"]
)
def test_sign_up_refuses_a_weak_password(client: Client, password: str) -> None:
    form = {"email": "ada.lovelace@example.org", "password1": password}
    response = client.post(reverse("account_signup"), form)
    assert response.context["form"].errors.keys() == {"password1"}
    assert not User.objects.exists()


def test_mails_are_plain_text_without_entities_or_names(client: Client) -> None:
    sign_up(client, "o'neil+ml@example.org", name="Your prize waits at https://evil.example")
    (message,) = mail.outbox
    assert message.message().get_content_type() == "text/plain"
    assert "&#" not in str(message.body)
    assert "evil.example" not in str(message.body)
    assert message.subject == "Confirm your e-mail address"
