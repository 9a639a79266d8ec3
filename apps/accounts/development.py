"""The link of an account mail, shown on the page to a developer who has no mail server.

A reset link opens the account of whoever's address was typed in. That is fair only where the
visitor could read the mail anyway, as it is printed in their own terminal: in development, on a
site that answers to no name but localhost, to a browser on the same machine. Anywhere else
nothing is kept, so there is nothing that a template could show by mistake.
"""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest

SESSION_KEY = "development_link"
LOOPBACK = frozenset({"127.0.0.1", "::1"})
# Of all the links in allauth's mails, the one that the reader is meant to open comes first.
MAIL_LINKS = ("activate_url", "password_reset_url", "signup_url")


def remember_link(*, request: HttpRequest, mail: Mapping[str, object]) -> None:
    """Keep the link of a mail, given its template's context, in the visitor's own session."""
    if not may_see_links(request):
        return
    links = [str(mail[name]) for name in MAIL_LINKS if mail.get(name)]
    request.session[SESSION_KEY] = links[0] if links else ""


def remembered_link(request: HttpRequest) -> str:
    """The link of the last mail that this visitor caused, or an empty text."""
    return str(request.session.get(SESSION_KEY, "")) if may_see_links(request) else ""


def may_see_links(request: HttpRequest) -> bool:
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    return (
        settings.LOCAL_DEVELOPMENT and request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded
    )
