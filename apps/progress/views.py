"""What a learner does to the own record."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import LearnerRequest
from apps.curriculum.queries import get_lesson
from apps.progress import queries
from apps.progress.forms import PlanForm
from apps.progress.plan import HOURS_A_WEEK
from apps.progress.services import (
    choose_plan,
    mark_read,
    pause_plan,
    resume_plan,
    unmark_read,
)


@login_required
@require_POST
def read_mark(request: LearnerRequest, slug: str) -> HttpResponse:
    """Sets the mark, or takes it away if the form says ``remove``."""
    lesson = get_lesson(slug)
    if lesson is None:
        raise Http404
    if "remove" in request.POST:
        unmark_read(learner=request.user, lesson=lesson)
    else:
        mark_read(learner=request.user, lesson=lesson)
    return redirect(f"/lessons/{lesson.slug}/#read-mark")


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def plan(request: LearnerRequest) -> HttpResponse:
    """Choose the start and the hours, or change them."""
    row = queries.learning_plan(learner=request.user)
    first = {"start": timezone.localdate(), "hours_a_week": HOURS_A_WEEK}
    if row:
        first = {"start": row.start, "hours_a_week": row.hours_a_week}
    form = PlanForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_bound and form.is_valid():
        choose_plan(learner=request.user, **form.chosen)
        return redirect("/road/")
    status = 422 if form.is_bound else 200
    context = {"form": form, "is_new": row is None}
    return render(request, "progress/plan.html", context, status=status)


@login_required
@require_POST
def pause(request: LearnerRequest) -> HttpResponse:
    pause_plan(learner=request.user, today=timezone.localdate())
    return redirect("/road/")


@login_required
@require_POST
def pause_end(request: LearnerRequest) -> HttpResponse:
    resume_plan(learner=request.user, today=timezone.localdate())
    return redirect("/road/")
