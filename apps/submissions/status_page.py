"""What staff see of the workers that check repositories: plain data for the template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.checks.untrusted_text import visible
from apps.submissions import queries
from apps.submissions.wording import duration

_BACKENDS = {
    "bubblewrap": "bubblewrap: namespaces and a system-call filter",
    "gvisor": "gVisor: namespaces and a kernel of its own in user space",
}
_TIERS = {
    "cgroup2": "exact for all processes of a check together (cgroup2)",
    "cgroup1": "exact for all processes of a check together (cgroup1)",
    "fallback": "best effort: counted about thirty times a second (fallback)",
}
_QUEUES = {"checks": "checks of repositories", "code": "code of lessons and exercises"}
_TROUBLE_FIRST = ("failed", "unusable", "passed")
# State of a finding: order, state and word of its badge.
_FINDINGS = {
    "bad": (0, "failed", "Does not hold"),
    "unproven": (1, "not_run", "Unproven"),
    "ok": (2, "passed", "Holds"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    order: int
    state: str
    word: str
    layer: str
    detail: str
    mend: str

    @property
    def is_bad(self) -> bool:
        return self.state == "failed"


@dataclass(frozen=True, slots=True)
class Group:
    """Bad findings that one command mends."""

    mend: str
    findings: list[FindingLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLine:
    name: str
    state: str
    word: str
    sentence: str
    seen_at: datetime
    backend: str
    limits: str
    tested_at: datetime
    took: str
    python: str
    takes: str
    findings: tuple[FindingLine, ...]  # bad ones first

    @property
    def bad(self) -> list[Group]:
        groups: dict[str, list[FindingLine]] = {}
        for finding in self.findings:
            if finding.is_bad:
                groups.setdefault(finding.mend, []).append(finding)
        return [Group(mend, findings) for mend, findings in groups.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    queue: str
    workers: tuple[WorkerLine, ...]


def status_page() -> StatusPage:
    lines = [_worker_line(worker) for worker in queries.check_workers()]
    return StatusPage(
        queue=_queue_sentence(queries.queue(), now=timezone.now()),
        workers=tuple(sorted(lines, key=lambda line: _TROUBLE_FIRST.index(line.state))),
    )


def _queue_sentence(queue: queries.Queue, *, now: datetime) -> str:
    waits = "Nothing waits."
    if queue.oldest:
        longest = duration((now - queue.oldest).total_seconds())
        one = queue.waiting == 1
        waits = f"{queue.waiting} submission{' waits' if one else 's wait'}, "
        waits += f"{'' if one else 'the first one '}for {longest}."
    if not queue.running:
        return waits
    return f"{waits} {queue.running} {'is' if queue.running == 1 else 'are'} being checked."


def _worker_line(worker: Any) -> WorkerLine:
    """``worker``: with ``silent``."""
    findings = tuple(sorted(map(_finding_line, worker.findings), key=lambda line: line.order))
    state, word, sentence = "passed", "Ready", "Its sandbox held at the last self-test."
    if worker.silent:
        state, word = "unusable", "Not seen"
        sentence = "It has stopped, or it cannot reach the database."
    elif not worker.passed:
        state, word = "failed", "Refuses work"
        count = sum(finding.is_bad for finding in findings)
        layers = "One layer" if count == 1 else f"{count} layers"
        sentence = f"{layers} of its sandbox did not hold. It tries again every minute."
    return WorkerLine(
        name=visible(worker.hostname),
        state=state,
        word=word,
        sentence=sentence,
        seen_at=worker.seen_at,
        backend=_BACKENDS.get(worker.backend, worker.backend) or "none that starts",
        limits=_TIERS.get(worker.tier, worker.tier) or "unknown",
        tested_at=worker.tested_at,
        took=f"{worker.took_s:.1f} s",
        python=worker.python,
        takes=" and ".join(_QUEUES.get(queue, queue) for queue in worker.queues),
        findings=findings,
    )


def _finding_line(finding: dict[str, str]) -> FindingLine:
    order, state, word = _FINDINGS[finding["state"]]
    return FindingLine(
        order=order,
        state=state,
        word=word,
        layer=finding["layer"],
        detail=visible(finding["detail"]),
        mend=visible(finding["mend"]),
    )
