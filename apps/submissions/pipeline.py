"""Runs the check of one submission: claim, check, keep the raw result, read it."""

import logging
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from apps.checks.check import Request, check_repository
from apps.checks.projects import PROJECTS
from apps.checks.results import CheckResult, Outcome, from_json, to_json
from apps.checks.source import GitUrl, ZipFile
from apps.checks.untrusted_text import storable
from apps.curriculum.check_config import check_config
from apps.submissions import changes, delivery, evidence, notices, similarity, verdict
from apps.submissions.delivery import Lease
from apps.submissions.heartbeat import Heartbeat
from apps.submissions.live import LiveRecord
from apps.submissions.models import Submission
from apps.submissions.seeds import starter_seed, submission_seed

# A result that took minutes to make outlives a restart of the database.
RECONNECT_S = 120.0

logger = logging.getLogger(__name__)


def check(*, submission_id: int) -> None:
    """Check it if it still waits to be checked; any number of calls finish it once."""
    lease = delivery.claim(submission_id=submission_id)
    if lease is None:
        logger.info("submission %s: nothing to do, it is not queued", submission_id)
        return
    submission = Submission.objects.select_related("learner").get(pk=submission_id)
    record = LiveRecord(lease)
    with Heartbeat(lease, record) as heartbeat:
        if submission.result is None:
            result = _run(submission, record, heartbeat)
            _patiently(record.flush)
        else:  # an earlier delivery died between keeping the result and reading it
            result = _stored(submission)
        if not _patiently(lambda: conclude(lease, result)):
            logger.warning("submission %s: a late result was dropped", submission_id)
            return
    compare_with_others(submission_id=submission_id)


def compare_with_others(*, submission_id: int) -> None:
    """For mentors. The verdict stands already, and stays as it is whatever happens here."""
    try:
        similarity.look_for_similar(submission_id=submission_id)
    except Exception:
        logger.exception("submission %s: not compared with those of others", submission_id)


def _run(submission: Submission, record: LiveRecord, heartbeat: Heartbeat) -> CheckResult:
    try:
        return check_repository(
            check_request(submission),
            config=check_config(),
            on_event=record.on_event,
            cancelled=heartbeat.stopped,
        )
    except Exception:
        # The checker answers with a result whatever happens; what gets here is a fault of ours.
        logger.exception("submission %s: the check broke", submission.pk)
        return CheckResult(outcome=Outcome.PLATFORM_ERROR, output="", code="check_broke")


def _stored(submission: Submission) -> CheckResult:
    try:
        return from_json(submission.result or {})
    except (KeyError, TypeError, ValueError):
        logger.exception("submission %s: its stored result cannot be read", submission.pk)
        return CheckResult(outcome=Outcome.PLATFORM_ERROR, output="", code="result_unreadable")


def check_request(submission: Submission) -> Request:
    archive = submission.archive
    return Request(
        project=PROJECTS[submission.brief_id],
        source=ZipFile(Path(archive.path)) if archive else GitUrl(submission.url),
        seed=submission_seed(slug=submission.brief_id, public_id=submission.public_id),
        token=submission.learner.repository_token,
        starter_seed=starter_seed(slug=submission.brief_id, learner_id=submission.learner_id),
    )


def conclude(lease: Lease, result: CheckResult) -> bool:
    """Keep the result, then read it; after a fault of ours, queue it again while it has deliveries.

    False: the lease is lost, so this result is nobody's.
    """
    if result.outcome is Outcome.PLATFORM_ERROR:
        logger.error("submission %s: %s: %s", lease.submission_id, result.code, result.output)
        if lease.delivery < delivery.MAX_DELIVERIES:
            return delivery.give_back(lease)
    document = storable(to_json(result))
    if not delivery.store_result(lease, document=document):
        return False
    # What is read is what was stored, here as in a later delivery.
    stored = from_json(document)
    since = _changes(lease, stored)
    with transaction.atomic():
        finished = delivery.finish(lease, verdict=verdict.read(stored))
        if finished:
            submissions = Submission.objects.select_related("learner", "brief")
            submission = submissions.get(pk=lease.submission_id)
            Submission.objects.filter(pk=submission.pk).update(changes=since)
            evidence.record(submission, stored)
            notices.tell_learner(submission)
    return finished


def _changes(lease: Lease, result: CheckResult) -> dict[str, Any] | None:
    """What changed since the last try; a comparison that breaks never costs the verdict."""
    if result.outcome in {Outcome.CANCELLED, Outcome.PLATFORM_ERROR}:
        return None
    try:
        submission = Submission.objects.get(pk=lease.submission_id)
        since = changes.changes_since_last_try(submission, result)
        return changes.to_json(since) if since else None
    except (ArithmeticError, LookupError, TypeError, ValueError, zlib.error):
        logger.exception("submission %s: not compared with the last try", lease.submission_id)
        return None


def _patiently[T](action: Callable[[], T]) -> T:
    """Repeat ``action`` while the database is away, for ``RECONNECT_S``."""
    deadline = time.monotonic() + RECONNECT_S
    while True:
        try:
            return action()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
