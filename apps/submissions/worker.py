"""A Celery worker that runs people's code proves its sandbox first, and tells that it is alive.

Until its self-test passes it takes no message at all, so that other workers get them, and tries
again every minute. Whatever else it consumes waits as long: ``checks`` and ``code`` have workers
of their own.
"""

import logging
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from celery.signals import celeryd_after_setup, heartbeat_sent
from django.db import Error, connection
from django.db.models.functions import Now

from apps.checks.untrusted_text import storable
from apps.sandbox.self_test import Report, examine
from apps.submissions.models import CheckWorker

SANDBOX_QUEUES = {"checks", "code"}  # checks of repositories; code of lessons and exercises
RETRY_S = 60.0
SEEN_S = 15.0  # between two signs of life
FORGOTTEN_AFTER = timedelta(days=7)

logger = logging.getLogger(__name__)


@celeryd_after_setup.connect(dispatch_uid="prove_sandbox")
def prove_sandbox(*, instance: Any, **_: object) -> None:
    """Runs in the worker's main process, before it connects to the broker or forks its pool."""
    queues = SANDBOX_QUEUES & set(instance.app.amqp.queues.consume_from)
    if not queues:
        return
    wait_for_sandbox(instance.hostname, queues=sorted(queues))
    heartbeat_sent.connect(SignOfLife(instance.hostname), weak=False, dispatch_uid="sign_of_life")


def wait_for_sandbox(
    hostname: str, *, queues: Sequence[str] = ("checks",), retry_s: float = RETRY_S
) -> None:
    """Return when a self-test has passed."""
    while True:
        passed = sandbox_holds(hostname, queues=queues)
        connection.close()  # the pool's processes must not inherit it
        if passed:
            return
        time.sleep(retry_s)


def sandbox_holds(hostname: str, *, queues: Sequence[str] = ("checks",)) -> bool:
    """Run the self-test and keep what it found."""
    started = time.monotonic()
    report = examine()
    took_s = time.monotonic() - started
    try:  # first, so that who reads the line below finds it on the page
        _keep(hostname, report, took_s, queues=queues)
    except Error as error:  # the worker's decision stands without it
        logger.warning("The self-test could not be kept: %s", error)
    for finding in report.findings:
        if finding.state == "bad":
            logger.error("This worker refuses work. %s", finding.line())
    if report.passed:
        logger.info("The sandbox holds: %s, %s, %.1f s.", report.backend, report.tier, took_s)
    return report.passed


def _keep(hostname: str, report: Report, took_s: float, *, queues: Sequence[str]) -> None:
    CheckWorker.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
    CheckWorker.objects.update_or_create(
        hostname=hostname,
        defaults={
            "queues": list(queues),
            "backend": report.backend,
            "tier": report.tier,
            "passed": report.passed,
            "findings": storable([asdict(finding) for finding in report.findings]),
            "tested_at": Now(),
            "took_s": took_s,
            "python": platform.python_version(),
            "seen_at": Now(),
        },
    )


class SignOfLife:
    """Called at each heartbeat of Celery's, also while a check runs; writes every ``SEEN_S``."""

    def __init__(self, hostname: str) -> None:
        self._hostname = hostname
        self._written = time.monotonic()

    def __call__(self, **_: object) -> None:
        now = time.monotonic()
        if now - self._written < SEEN_S:
            return
        self._written = now
        try:
            CheckWorker.objects.filter(hostname=self._hostname).update(seen_at=Now())
        except Error as error:
            logger.warning("No sign of life could be written: %s", error)
        finally:
            connection.close()
