"""Template variables of the account pages.

Templates call them themselves, so pages that do not show them read nothing for them.
"""

from collections.abc import Callable

from django.http import HttpRequest

from apps.accounts import development
from apps.accounts.second_factor import Advice, advice_for


def development_link(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """``development_link``: see ``apps.accounts.development``."""
    return {"development_link": lambda: development.remembered_link(request)}


def second_factor_advice(request: HttpRequest) -> dict[str, Callable[[], Advice]]:
    """``second_factor_advice``: ``required``, ``recommended`` or nothing."""

    def advice() -> Advice:
        return advice_for(request.user) if request.user.is_authenticated else ""

    return {"second_factor_advice": advice}
