"""Template variables of the account pages."""

from collections.abc import Callable

from django.http import HttpRequest

from apps.accounts import development


def development_link(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """``development_link``: see ``apps.accounts.development``.

    Templates call it themselves, so pages that do not show it read no session for it.
    """
    return {"development_link": lambda: development.remembered_link(request)}
