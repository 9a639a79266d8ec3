"""The pages of notifications. What is not the person's own is not there: 404."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.models import Notification
from apps.accounts.notifications import choose_mail, mark_all_read, mark_read
from apps.accounts.requests import LearnerRequest

NOTIFICATIONS_A_PAGE = 25


@login_required
@require_GET
@never_cache
def notifications(request: LearnerRequest) -> HttpResponse:
    own = Notification.objects.filter(person=request.user)
    page = Paginator(own, NOTIFICATIONS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/notifications.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def visit(request: LearnerRequest, pk: int) -> HttpResponse:
    """Marks it as read and goes to its page."""
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect("notifications")
    one = get_object_or_404(Notification, person=request.user, pk=pk)
    mark_read(one)
    return HttpResponseRedirect(_local_path(one.url))


@login_required
@require_http_methods(["GET", "POST"])
def read_mark(request: LearnerRequest) -> HttpResponse:
    if request.method == "POST":
        mark_all_read(person=request.user)
    return redirect("notifications")


@login_required
@require_http_methods(["GET", "POST"])
def mail(request: LearnerRequest) -> HttpResponse:
    """Whether they come by mail, too: ``wants`` is 1 or 0, so a second click changes nothing."""
    if request.method == "POST" and request.POST.get("wants") in {"0", "1"}:
        choose_mail(person=request.user, wants_mail=request.POST["wants"] == "1")
    return redirect(f"{reverse('notifications')}#mail")


def _local_path(url: str) -> str:
    """``url`` if it stays on this site; the database asks for the same, less strictly."""
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return url
    return reverse("notifications")
