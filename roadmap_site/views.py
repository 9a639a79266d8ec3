"""Pages that read from every app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from roadmap_site.home import home_of


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The landing page for visitors, what to do now for members."""
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    page = home_of(request.user)
    context = {"next_step": page.next_step, "running": page.running, "latest": page.latest}
    return render(request, "home.html", context)
