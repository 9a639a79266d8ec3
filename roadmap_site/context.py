"""What every page shows of the one who reads it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.accounts.models import User
from apps.mentoring import queries as mentoring
from apps.progress import queries, small_road
from apps.progress.plan import Plan
from apps.progress.small_road import SmallRoad


def road(request: HttpRequest) -> dict[str, Any]:
    """``small_road``, made only by templates that show it."""
    learner = getattr(request, "user", None)
    if not isinstance(learner, User):
        return {}
    return {"small_road": SimpleLazyObject(lambda: _small_road(learner))}


def reviews(request: HttpRequest) -> dict[str, Any]:
    """For mentors and staff: ``is_mentor``, and ``waiting_reviews``, which is one query."""
    person = getattr(request, "user", None)
    if not isinstance(person, User) or not mentoring.is_mentor(person):
        return {}
    waiting = SimpleLazyObject(lambda: mentoring.waiting_count(mentor=person))
    return {"is_mentor": True, "waiting_reviews": waiting}


def preview(request: HttpRequest) -> dict[str, Any]:
    return {"has_preview": settings.PREVIEW_FOLDER is not None}


def _small_road(learner: User) -> SmallRoad:
    return small_road.cached(
        learner=learner, today=timezone.localdate(), make_plan=lambda: plan_of(learner)
    )


def plan_of(learner: User) -> Plan:
    """The plan as of today."""
    plans = queries.plans_of(
        learners=[learner], mentored=mentoring.mentored_learners(), today=timezone.localdate()
    )
    return plans[learner.pk]
