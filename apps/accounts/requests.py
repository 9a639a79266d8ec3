"""Requests of people who are logged in, and of those who no longer are."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class LearnerRequest(HttpRequest):
    """After ``login_required``."""

    user: User
    htmx: HtmxDetails


def redirect_the_whole_page(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a redirect that answers htmx is for the browser's page, not for a part of it.

    htmx would follow it, and show the form to log in where the result of a run belongs. Whoever has
    to log in comes back to the page that they were on.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        htmx = HtmxDetails(request)
        if not htmx or not isinstance(response, HttpResponseRedirect):
            return response
        url = response.url
        if url.partition("?")[0] == resolve_url(settings.LOGIN_URL):
            url = redirect_to_login(htmx.current_url_abs_path or "/").url
        whole = HttpResponseClientRedirect(url)
        add_never_cache_headers(whole)
        return whole

    return middleware
