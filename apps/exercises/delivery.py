"""Who may work on a run: claim, finish, sweep.

As for submissions, PostgreSQL is the truth and a message of the broker only a hint. A run is short,
so its lease is never renewed: whoever took it and is silent for ``LEASE`` has died.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from apps.exercises.models import Outcome, Run, State

LEASE = timedelta(seconds=90)  # the longest run, and the building of an environment before it
RESEND = timedelta(seconds=10)
MAX_DELIVERIES = 3
KEPT = timedelta(days=7)  # of blocks of lessons; tries at exercises stay
SWEEP_ROWS = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish a run; one of an earlier delivery changes nothing."""

    run_id: int
    delivery: int


def claim(*, run_id: int) -> Claim | None:
    """Take a queued run. None: it is not queued, or someone else was quicker."""
    queued = Run.objects.filter(pk=run_id, state=State.QUEUED)
    if not queued.update(state=State.RUNNING, delivery=F("delivery") + 1, started=Now()):
        return None
    return Claim(run_id, Run.objects.values_list("delivery", flat=True).get(pk=run_id))


def finish(claim: Claim, *, outcome: Outcome, result: dict[str, Any]) -> bool:
    """Close it. False: it is no longer ours."""
    return bool(_held(claim).update(**_finished(outcome), result=result))


def give_back(claim: Claim) -> bool:
    """After a fault of ours: queue it again, or close it when that was tried often enough."""
    if claim.delivery >= MAX_DELIVERIES:
        return bool(_held(claim).update(**_finished(Outcome.OURS)))
    return bool(_held(claim).update(state=State.QUEUED, started=None, sent_at=Now()))


def withdraw_queued(*, learner_id: int) -> None:
    """Close what no worker has taken yet: the learner runs something else now."""
    queued = Run.objects.filter(learner=learner_id, state=State.QUEUED)
    queued.update(**_finished(Outcome.WITHDRAWN))


def sweep() -> list[int]:
    """Bring back what was lost. Returns the ids whose message is to be sent again."""
    silent = Run.objects.filter(state=State.RUNNING, started__lt=Now() - LEASE)
    if count := silent.filter(delivery__gte=MAX_DELIVERIES).update(**_finished(Outcome.OURS)):
        logger.error("%d runs given up: their worker died each time", count)
    if count := silent.update(state=State.QUEUED, started=None, sent_at=Now() - RESEND):
        logger.warning("%d runs queued again: their worker died", count)
    return _take_due()


def remove_old() -> int:
    """Runs of lessons' blocks that nobody comes back to."""
    old = Run.objects.filter(exercise=None, state=State.FINISHED, created__lt=Now() - KEPT)
    return old.delete()[0]


def _take_due() -> list[int]:
    with transaction.atomic():
        rows = Run.objects.select_for_update(skip_locked=True, of=("self",))
        due = rows.filter(state=State.QUEUED, sent_at__lte=Now() - RESEND).order_by("created")
        ids = list(due.values_list("pk", flat=True)[:SWEEP_ROWS])
        Run.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


def _held(claim: Claim) -> QuerySet[Run]:
    return Run.objects.filter(pk=claim.run_id, state=State.RUNNING, delivery=claim.delivery)


def _finished(outcome: Outcome) -> dict[str, Any]:
    return {"state": State.FINISHED, "finished": Now(), "outcome": outcome}
