"""Who may work on a submission: claim, lease, renew, give back, finish, sweep.

PostgreSQL is the truth and its clock is the only one; a message of the broker is a hint that may
be lost or come twice. Every change is one conditional UPDATE whose count says whether it was ours
to make (as in healthchecks' ``sendalerts``).
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from apps.submissions.models import State, Submission
from apps.submissions.notices import tell_learner
from apps.submissions.verdict import Verdict, cancelled, lost

MAX_DELIVERIES = 3
SWEEP_ROWS = 500  # at most so many are sent again by one sweep

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a submission; whoever lacks the token changes nothing."""

    submission_id: int
    token: uuid.UUID
    delivery: int


def claim(*, submission_id: int) -> Lease | None:
    """Take a queued submission. None: it is not queued, or someone else was quicker."""
    token = uuid.uuid4()
    claimed = Submission.objects.filter(pk=submission_id, state=State.QUEUED).update(
        state=State.RUNNING,
        lease_token=token,
        lease_expires=Now() + _lease_time(),
        delivery=F("delivery") + 1,
        started=Coalesce("started", Now()),
    )
    if not claimed:
        return None
    delivery = Submission.objects.values_list("delivery", flat=True).get(pk=submission_id)
    return Lease(submission_id, token, delivery)


def renew(lease: Lease) -> bool:
    """Push the lease's end out. False: it is no longer ours."""
    return bool(_held(lease).update(lease_expires=Now() + _lease_time()))


def is_held(lease: Lease) -> bool:
    return _held(lease).exists()


def cancel_requested(lease: Lease) -> bool | None:
    """Whether the learner took it back; None: the lease is no longer ours."""
    return _held(lease).values_list("cancel_requested", flat=True).first()


def store_result(lease: Lease, *, document: dict[str, Any]) -> bool:
    """Keep the raw result, before anything is read from it. False: the lease is lost."""
    return bool(_held(lease).update(result=document))


def give_back(lease: Lease) -> bool:
    """Queue it again after a fault of ours. The sweep sends it when ``sent_at`` is old enough."""
    return bool(_held(lease).update(**_queued(), sent_at=Now()))


def finish(lease: Lease, *, verdict: Verdict) -> bool:
    """Close it. False: the lease is lost, and with it the right to say how it ended."""
    return bool(_held(lease).update(**_finished(verdict)))


def cancel_queued(*, submission_id: int) -> bool:
    """Close one that no worker has taken yet."""
    queued = Submission.objects.filter(pk=submission_id, state=State.QUEUED)
    return bool(queued.update(**_finished(cancelled())))


def request_cancel(*, submission_id: int) -> bool:
    """Ask the worker that runs it to stop; it looks about once a second."""
    running = Submission.objects.filter(pk=submission_id, state=State.RUNNING)
    return bool(running.update(cancel_requested=True))


def sweep() -> list[int]:
    """Bring back what was lost. Returns the ids whose message is to be sent (again).

    An expired lease: cancelled if the learner asked for it, given up at the third one, else queued
    again. A row queued for longer than ``CHECKS_RESEND_S``: its message may be lost, so it is sent
    again, at most once in that time.
    """
    expired = Submission.objects.filter(state=State.RUNNING, lease_expires__lt=Now())
    expired.filter(cancel_requested=True).update(**_finished(cancelled()))
    # A stored result only waits to be read, which is done in no time: it gets more tries.
    too_often = Q(delivery__gte=MAX_DELIVERIES, result__isnull=True)
    too_often |= Q(delivery__gte=2 * MAX_DELIVERIES)
    if count := _give_up(expired.filter(too_often)):
        logger.error("%d submissions given up: their worker died each time", count)
    if count := expired.update(**_queued(), sent_at=None):
        logger.warning("%d submissions queued again: their worker died", count)
    return _take_due()


@transaction.atomic
def _give_up(expired: QuerySet[Submission]) -> int:
    rows = expired.select_for_update(skip_locked=True, of=("self",))
    given_up = Submission.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    count = given_up.update(**_finished(lost()))
    for submission in given_up.select_related("learner", "brief"):
        tell_learner(submission)
    return count


def _take_due() -> list[int]:
    resend = timedelta(seconds=settings.CHECKS_RESEND_S)
    due = Q(sent_at__isnull=True) | Q(sent_at__lt=Now() - resend)
    with transaction.atomic():
        rows = Submission.objects.select_for_update(skip_locked=True, of=("self",))
        queued = rows.filter(due, state=State.QUEUED).order_by("created", "pk")
        ids = list(queued.values_list("pk", flat=True)[:SWEEP_ROWS])
        Submission.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


def _held(lease: Lease) -> QuerySet[Submission]:
    return Submission.objects.filter(
        pk=lease.submission_id, state=State.RUNNING, lease_token=lease.token
    )


def _lease_time() -> timedelta:
    return timedelta(seconds=settings.CHECKS_LEASE_S)


def _queued() -> dict[str, Any]:
    return {"state": State.QUEUED, "lease_token": None, "lease_expires": None}


def _finished(verdict: Verdict) -> dict[str, Any]:
    return {
        "state": State.FINISHED,
        "finished": Now(),
        "lease_token": None,
        "lease_expires": None,
        "outcome": verdict.outcome,
        "code": verdict.code,
        "verdict": verdict.sentence,
        "charged": verdict.outcome.charged,
        "charge_reason": verdict.charge_reason,
        "first_failure": verdict.first_failure,
        "next_step": verdict.next_step,
        "checker_version": verdict.checker_version,
    }
