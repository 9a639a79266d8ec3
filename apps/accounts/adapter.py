"""What allauth asks of this installation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context

from apps.accounts import development


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an account mail; in development also keep its link for the visitor's next page."""
        super().send_mail(template_prefix, email, context)
        development.remember_link(request=allauth_context.request, mail=context)
