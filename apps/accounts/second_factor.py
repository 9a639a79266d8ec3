"""Who needs a second factor, and the one place that asks for it.

A second factor is an authenticator app or a passkey; recovery codes only stand in for one.
"""

from collections.abc import Callable
from typing import Literal

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.accounts.models import Role, User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Where one sets a factor up, confirms an address, logs out.
OPEN_PAGES = "/account/"

type Advice = Literal["required", "recommended", ""]


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def sees_other_people(user: User) -> bool:
    return user.role in {Role.MENTOR, Role.STAFF} or user.is_superuser


def advice_for(user: User) -> Advice:
    """What to tell someone about a second factor that they lack."""
    if not sees_other_people(user) or has_second_factor(user):
        return ""
    return "required" if settings.REQUIRE_SECOND_FACTOR else "recommended"


def require_second_factor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: mentors and staff without a second factor first set one up.

    Every page is behind it, the admin too, so that no view can forget to ask. Logging in asks for
    a factor that is there; that is allauth's part.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.REQUIRE_SECOND_FACTOR or request.path_info.startswith(OPEN_PAGES):
            return get_response(request)
        if not request.user.is_authenticated or not advice_for(request.user):
            return get_response(request)
        return redirect("mfa_index")

    return middleware
