"""Bounds of what a request may carry."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MAX_ARCHIVE_MB = 20
MAX_ARCHIVE = MAX_ARCHIVE_MB * 1024 * 1024  # bytes
MAX_BODY = MAX_ARCHIVE + 1024 * 1024  # the form around it
# A browser reads no answer before its upload is through; of a body this long it is let through.
MAX_DISCARDED = 64 * 1024 * 1024
CHUNK = 64 * 1024


def limit_body(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuse a larger body before any of it is parsed or written to disk.

    Views and the CSRF check read the body only after all middleware was called, so its place in
    the list does not matter for that; after authentication, the answer has the usual frame.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = content_length(request)
        if length <= MAX_BODY:
            return get_response(request)
        if length <= MAX_DISCARDED:
            while request.read(CHUNK):
                pass
        response = render(request, "413.html", {"max_mb": MAX_ARCHIVE_MB}, status=413)
        response.headers["Connection"] = "close"
        return response

    return middleware


def content_length(request: HttpRequest) -> int:
    """As declared; the server reads no byte more. 0 when there is none."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
