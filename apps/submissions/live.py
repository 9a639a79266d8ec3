"""What a running check tells, kept in memory and written to its stage rows in batches.

The check's own thread only changes memory: neither a flood of output nor a database that is away
slows it down. ``flush`` is called by another thread, a few times a second.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.checks.events import (
    Event,
    FilesFetched,
    Output,
    StageFinished,
    StageStarted,
    TestFinished,
)
from apps.checks.results import Stage
from apps.checks.untrusted_text import storable
from apps.submissions import delivery
from apps.submissions.delivery import Lease
from apps.submissions.models import Snapshot, StageRun, StageStatus
from apps.submissions.snapshots import pack

LOG_CHARACTERS = 64 * 1024  # of each stage; the rest is cut at its beginning
CUT = "… earlier output is left out …\n"
_UPDATED = ("status", "summary", "started", "finished", "tests", "log")


@dataclass(slots=True)
class _Stage:
    status: StageStatus = StageStatus.RUNNING
    summary: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    tests: list[dict[str, Any]] = field(default_factory=list)
    log: str = ""
    cut: bool = False

    def add_output(self, text: str) -> None:
        self.log += text
        if len(self.log) > LOG_CHARACTERS:
            self.log, self.cut = self.log[-LOG_CHARACTERS:], True


class LiveRecord:
    """The stages of one delivery."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stages: dict[Stage, _Stage] = {}
        self._changed: set[Stage] = set()
        self._fetched: FilesFetched | None = None  # not written yet

    def on_event(self, event: Event) -> None:
        if isinstance(event, FilesFetched):
            with self._lock:
                self._fetched = event
            return
        now = timezone.now()
        with self._lock:
            match event:
                case StageStarted(stage=stage):
                    self._stages[stage] = _Stage(started=now)
                case StageFinished(stage=stage):
                    state = self._stages.setdefault(stage, _Stage())
                    state.status, state.summary = StageStatus(event.status), event.summary
                    state.finished = now if state.started else None
                case TestFinished(test=test):
                    stage = test.stage
                    state = self._stages.setdefault(stage, _Stage(started=now))
                    state.tests.append(
                        {
                            "name": test.name,
                            "status": test.status,
                            "not_run": not test.ran,
                            "output": test.output or test.not_run_because,
                        }
                    )
                case Output(stage=stage, text=text):
                    self._stages.setdefault(stage, _Stage(started=now)).add_output(text)
            self._changed.add(stage)

    def flush(self) -> bool:
        """Write what changed; whether anything did.

        Raises DatabaseError; what was to be written then is written by the next call.
        """
        # One after the other: the heartbeat's, begun earlier, could end later and bring back what
        # was true before.
        with self._writing:
            return self._flush()

    def _flush(self) -> bool:
        with self._lock:
            changed, fetched = set(self._changed), self._fetched
            rows = [self._row(stage) for stage in Stage if stage in changed]
            self._changed.clear()
            self._fetched = None
        try:
            if fetched:
                self._keep_files(fetched)
            if rows:
                StageRun.objects.bulk_create(
                    rows,
                    update_conflicts=True,
                    unique_fields=("submission", "delivery", "stage"),
                    update_fields=_UPDATED,
                )
        except BaseException:
            with self._lock:
                self._changed |= changed
                self._fetched = self._fetched or fetched
            raise
        return bool(rows or fetched)

    def _keep_files(self, fetched: FilesFetched) -> None:
        """Of the delivery that holds the lease; a later one may have fetched another commit."""
        if delivery.is_held(self._lease):
            Snapshot.objects.update_or_create(
                submission_id=self._lease.submission_id,
                defaults={"commit": fetched.commit, "packed": pack(fetched.files)},
            )

    def _row(self, stage: Stage) -> StageRun:
        state = self._stages[stage]
        return StageRun(
            submission_id=self._lease.submission_id,
            delivery=self._lease.delivery,
            stage=stage.value,
            status=state.status,
            summary=storable(state.summary),
            started=state.started,
            finished=state.finished,
            tests=storable(list(state.tests)),
            log=storable((CUT if state.cut else "") + state.log),
        )
