"""What allauth asks of this installation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from apps.accounts import development
from apps.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": (
            "No account has this e-mail and password. Check both, or choose a new password."
        ),
        "too_many_login_attempts": (
            "There were too many log-ins with a wrong password or code. Wait five minutes and try "
            "again."
        ),
        "rate_limited": "There were too many requests in a short time. Wait a minute.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an account mail; in development also keep its link for the visitor's next page."""
        super().send_mail(template_prefix, email, context)
        development.remember_link(request=allauth_context.request, mail=context)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultMFAAdapter.error_messages | {
        # Else whoever adds a stranger's address locks them out of it.
        "add_email_blocked": (
            "While you have a second factor, no address can be added. Remove the second factor, "
            "add and confirm the address, then set the second factor up again."
        ),
        "cannot_generate_recovery_codes": (
            "Recovery codes stand in for a second factor. Set up an app or a passkey first."
        ),
        "incorrect_code": (
            "This code is not right, or it has just run out. Wait for the next one and enter that."
        ),
        "unverified_email": (
            "One of your e-mail addresses is not confirmed. Confirm or remove it, then set up your "
            "second factor."
        ),
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """``name`` is what the browser's own dialog calls the site."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Milepost"}
