"""What every page shows of the one who reads it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.accounts.models import User
from apps.progress import queries, small_road
from apps.progress.plan import Plan
from apps.progress.small_road import SmallRoad


def road(request: HttpRequest) -> dict[str, Any]:
    """``small_road``, made only by templates that show it."""
    learner = getattr(request, "user", None)
    if not isinstance(learner, User):
        return {}
    return {"small_road": SimpleLazyObject(lambda: _small_road(learner))}


def _small_road(learner: User) -> SmallRoad:
    return small_road.cached(
        learner=learner, today=timezone.localdate(), make_plan=lambda: plan_of(learner)
    )


def plan_of(learner: User) -> Plan:
    """The plan as of today."""
    return queries.plan_of(learner=learner, mentored=False, today=timezone.localdate())
