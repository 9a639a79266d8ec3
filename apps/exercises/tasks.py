"""Celery tasks: ids in, one call."""

import logging
import threading

from celery import shared_task

from apps.exercises import delivery, pipeline

logger = logging.getLogger(__name__)


@shared_task
def run_code(run_id: int) -> None:
    """On the queue ``code``. A message that comes twice or late does no harm."""
    pipeline.run(run_id=run_id)


@shared_task
def sweep_runs() -> None:
    """Beat sends it every ten seconds."""
    for run_id in delivery.sweep():
        run_code.delay(run_id)


@shared_task
def remove_old_runs() -> None:
    """Beat sends it every night."""
    delivery.remove_old()


def send(run_id: int) -> None:
    """Send a run to a worker without waiting for the broker; see ``submissions.tasks.send``."""
    threading.Thread(target=_send, args=(run_id,), name="send", daemon=True).start()


def _send(run_id: int) -> None:
    try:
        run_code.delay(run_id)
    except Exception:
        logger.exception("run %s: not sent, the sweep will", run_id)
