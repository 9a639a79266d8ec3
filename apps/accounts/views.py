"""The settings: all that a person can change of their account, or where they can."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts import queries, services
from apps.accounts.forms import ProfileForm
from apps.accounts.requests import LearnerRequest


@login_required
@require_GET
@never_cache
def settings(request: LearnerRequest) -> HttpResponse:
    return _settings_page(request, ProfileForm.of(request.user))


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: LearnerRequest) -> HttpResponse:
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect("settings")
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, form, status=422)
    services.save_profile(user=request.user, **form.cleaned_data)
    messages.success(request, "Your profile is saved.")
    return redirect("settings")


def _settings_page(
    request: LearnerRequest, form: ProfileForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "ways": queries.log_in_ways(user=request.user)}
    return render(request, "account/settings.html", context, status=status)
