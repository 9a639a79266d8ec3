"""What a learner does to the own record."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.accounts.requests import LearnerRequest
from apps.curriculum.queries import get_lesson
from apps.progress.services import mark_read, unmark_read


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
