"""Keeps a lease alive while the check is busy: a thread with its own database connection."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection

from apps.submissions import delivery
from apps.submissions.delivery import Lease
from apps.submissions.live import LiveRecord

TICK_S = 0.05
WRITE_S = 0.25  # stages and output are written at most this often, the first ones at once
RETRY_S = 0.5  # between two tries to reach a database that is away
LOOK_S = 1.0  # how often it looks whether the learner cancelled
RENEWALS = 4  # per lease time: three may fail before the lease is lost

logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews the lease, writes the live record, and learns of a cancellation or a lost lease.

    A database that is away is tried again at every beat: the check goes on meanwhile, and the
    lease is ours as long as nobody else took the submission.
    """

    def __init__(self, lease: Lease, record: LiveRecord) -> None:
        self._lease = lease
        self._record = record
        self._ending = threading.Event()
        self._stop = threading.Event()
        self._renewed = self._looked = time.monotonic()
        self._written = 0.0
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()

    def stopped(self) -> bool:
        """Whether the check should end: the learner cancelled it, or the lease is lost."""
        return self._stop.is_set()

    def _run(self) -> None:
        try:
            while not self._ending.wait(TICK_S):
                self._try_beat()
        finally:
            connection.close()

    def _try_beat(self) -> None:
        try:
            self._beat()
        except Exception:  # whatever it is: a heart that stops would give the check away
            if not self._failing:
                logger.exception("submission %s: heartbeat", self._lease.submission_id)
            self._failing = True
            connection.close()
            self._ending.wait(RETRY_S)
        else:
            self._failing = False

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._renewed >= settings.CHECKS_LEASE_S / RENEWALS:
            if not delivery.renew(self._lease):
                self._stop.set()
            self._renewed = now
        if now - self._looked >= LOOK_S:
            if delivery.cancel_requested(self._lease) is not False:
                self._stop.set()
            self._looked = now
        if now - self._written >= WRITE_S and self._record.flush():
            self._written = now
