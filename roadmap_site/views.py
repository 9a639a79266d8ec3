"""Pages that read from every app."""

import tempfile

from allauth.account.decorators import reauthentication_required
from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from apps.accounts.forms import DeletionForm
from apps.accounts.services import Refused
from apps.accounts.views import MemberRequest
from roadmap_site.home import home_of
from roadmap_site.own_data import delete_account, why_not_deleted, write_own_data


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The landing page for visitors, what to do now for members."""
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    page = home_of(request.user)
    context = {"next_step": page.next_step, "running": page.running, "latest": page.latest}
    return render(request, "home.html", context)


@login_required
@require_GET
@never_cache
def own_data(request: MemberRequest) -> HttpResponseBase:
    """Complete or not at all: the file is written before its first byte is sent."""
    limited: HttpResponse | None = consume_or_429(request, action="own_data", limit_get=True)
    if limited:
        return limited
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    write_own_data(learner=request.user, file=file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename="milepost.json", content_type="application/json"
    )


@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
@never_cache
def deletion(request: MemberRequest) -> HttpResponse:
    refusal = why_not_deleted(user=request.user)
    form = DeletionForm(request.POST or None, user=request.user)
    if request.method == "POST" and not refusal and form.is_valid():
        try:
            delete_account(user=request.user)
        except Refused as late:
            refusal = str(late)
        else:
            logout(request)
            messages.success(request, "Your account is deleted. A last e-mail confirms it.")
            return redirect("home")
    context = {"form": form, "refusal": refusal}
    return render(request, "deletion.html", context, status=200 if request.method == "GET" else 422)
