"""What allauth asks of this installation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context

from apps.accounts import development


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": (
            "No account has this e-mail and password. Check both, or choose a new password."
        ),
        "too_many_login_attempts": (
            "There were too many log-ins with a wrong password. Wait five minutes and try again."
        ),
        "rate_limited": "There were too many requests in a short time. Wait a minute.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an account mail; in development also keep its link for the visitor's next page."""
        super().send_mail(template_prefix, email, context)
        development.remember_link(request=allauth_context.request, mail=context)
