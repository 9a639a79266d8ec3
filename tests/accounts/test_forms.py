"""What a sign-up form may and may not do."""

import pytest
from allauth.core import context as allauth_context
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.accounts.forms import SignupForm
from apps.accounts.models import Role, User
from tests.accounts.journey import PASSWORD, sign_up

POWERS = {"role": "staff", "is_superuser": "on", "is_staff": "on", "groups": "1"}


def test_sign_up_ignores_a_posted_role(client: Client) -> None:
    sign_up(client, "mallory@example.org", **POWERS)
    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_staff) == (Role.LEARNER, False, False)


def test_fields_stand_in_reading_order() -> None:
    assert list(SignupForm().fields) == ["name", "email", "password1"]


@pytest.mark.parametrize("name", ["Ada\x07", "Ada\u202egnp.exe", "\u2066Ada\u2069", "x" * 81])
def test_name_refuses_control_characters_and_length(client: Client, name: str) -> None:
    form = {"email": "ada@example.org", "password1": PASSWORD, "name": name}
    response = client.post(reverse("account_signup"), form)
    assert response.context["form"].errors.keys() == {"name"}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" Zoë  O'Neil ", "Zoë O'Neil"),
        ("Zoe\u0308", "Zoë"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("<b>Bob</b>", "<b>Bob</b>"),
    ],
)
def test_name_is_kept_as_typed_but_for_spaces(client: Client, typed: str, kept: str) -> None:
    sign_up(client, "ada@example.org", name=typed)
    assert User.objects.get().name == kept


def test_address_taken_between_validation_and_saving_is_told_like_any_taken_one() -> None:
    request = RequestFactory().post(reverse("account_signup"))
    request.session = SessionStore()
    form = SignupForm({"email": "ada@example.org", "password1": PASSWORD, "name": "Ada"})
    with allauth_context.request_context(request):
        assert form.is_valid()
        User.objects.create_user("ada@example.org", PASSWORD)
        user, response = form.try_save(request)
    assert user is None
    assert response is not None
    assert response["Location"] == reverse("account_email_verification_sent")
    assert [message.subject for message in mail.outbox] == ["You already have an account"]
