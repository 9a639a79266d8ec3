"""Steps with a second factor, as a browser posts them."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.accounts.journey import PASSWORD, log_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(user: User, secret: str = SECRET) -> list[str]:
    """An authenticator app and recovery codes; the codes."""
    TOTP.activate(user, secret)
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def prove_password(client: Client) -> None:
    """What allauth asks for before it changes anything that guards the account."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def log_in_and_prove(client: Client, user: User) -> None:
    assert log_in(client, user.email)
    prove_password(client)


def begin_log_in(client: Client, user: User, password: str = PASSWORD) -> str:
    """The first step; where the second one is."""
    form = {"login": user.email, "password": password}
    return client.post(reverse("account_login"), form).headers["Location"]


def enter_code(client: Client, code: str) -> bool:
    """The second step; whether it logged in."""
    client.post(reverse("mfa_authenticate"), {"code": code})
    return "_auth_user_id" in client.session


def factors_of(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
