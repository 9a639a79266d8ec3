"""At the start of a Celery worker: one that takes checks needs a sandbox."""

import logging
from typing import Any

from celery.signals import celeryd_after_setup
from django.conf import settings

from apps import sandbox

CHECKS_QUEUE = "checks"
PROBE_LIMITS = sandbox.Limits(wall_s=20, cpu_s=10, memory_mb=128, pids=16, disk_mb=8)

logger = logging.getLogger(__name__)


@celeryd_after_setup.connect(dispatch_uid="require_sandbox")
def require_sandbox(*, instance: Any, **_: object) -> None:
    """In production a checks worker without a sandbox does not start.

    Elsewhere it starts, so that the rest of the site can be tried: its checks then end as a fault
    of ours, and this line of the log says how to mend it.
    """
    if CHECKS_QUEUE not in instance.app.amqp.queues.consume_from:
        return
    problem = sandbox_problem()
    if problem and settings.PRODUCTION:
        raise SystemExit(f"This worker cannot check repositories. {problem}")
    if problem:
        logger.error("Checks will not run. %s", problem)


def sandbox_problem() -> str:
    """Why nothing can be run in a sandbox here; empty if it can. Runs a real probe."""
    try:
        result = sandbox.run(["true"], limits=PROBE_LIMITS)
    except sandbox.SandboxUnavailable as error:
        return str(error)
    if result.outcome is not sandbox.Outcome.OK:
        return f"The sandbox fails its probe: {result.message or result.outcome}."
    return ""
