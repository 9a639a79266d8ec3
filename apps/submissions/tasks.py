"""Celery tasks: ids in, one call."""

import logging
import threading

from celery import shared_task

from apps.submissions import delivery, pipeline, similarity

logger = logging.getLogger(__name__)


@shared_task
def check_submission(submission_id: int) -> None:
    """On the queue ``checks``. A message that comes twice or late does no harm."""
    pipeline.check(submission_id=submission_id)


@shared_task
def sweep() -> None:
    """Beat sends it every ten seconds."""
    for submission_id in delivery.sweep():
        check_submission.delay(submission_id)


@shared_task
def compare_missed() -> None:
    """Beat sends it every hour, for those whose worker died between the verdict and this."""
    for submission_id in similarity.not_compared():
        pipeline.compare_with_others(submission_id=submission_id)


def send(submission_id: int) -> None:
    """Send a submission to its check without waiting for the broker.

    The client of a broker that is away may try for some seconds before it gives up. Nobody should
    wait for that in front of a page: the failure is logged, and the sweep sends it again.
    """
    threading.Thread(target=_send, args=(submission_id,), name="send", daemon=True).start()


def _send(submission_id: int) -> None:
    try:
        check_submission.delay(submission_id)
    except Exception:
        logger.exception("submission %s: not sent, the sweep will", submission_id)
