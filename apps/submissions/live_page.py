"""What the page of a submission shows while it waits and runs: plain data for the template."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.checks.check import announced_checks
from apps.checks.projects import PROJECTS
from apps.checks.results import Stage
from apps.checks.untrusted_text import visible
from apps.submissions import queries
from apps.submissions.estimate import NO_WORKER, WHEN_ONE_CAN, clock, time_left, until_start
from apps.submissions.models import StageStatus, State, Submission
from apps.submissions.queries import StageRow
from apps.submissions.wording import STAGE_TITLES, STATE_WORDS, duration

LIVE_LINES = 14
# (age of the submission in seconds, milliseconds between two polls)
POLLS = ((5, 250), (20, 500), (120, 1000), (600, 2000))
SLOWEST_POLL = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    key: str
    title: str
    state: str
    word: str
    summary: str = ""
    elapsed: str = ""
    has_log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    title: str
    state: str
    word: str
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    state: str  # "queued" or "running"
    word: str
    sentence: str
    estimate: str  # how long still; empty where nobody waits for it
    detail: str
    stages: tuple[StageLine, ...]
    checks: tuple[CheckLine, ...]
    output: str
    announcement: str
    poll_ms: int
    cancelling: bool

    @property
    def version(self) -> str:
        """Changes whenever the page does."""
        return _digest(repr(self))

    @property
    def announced(self) -> str:
        return _digest(self.announcement)


def live_page(submission: Submission) -> LivePage:
    runs = queries.stages_of(submission) if submission.state == State.RUNNING else []
    usual = queries.usual_stage_seconds(slug=submission.brief_id)
    stages = stage_lines(runs, usual=usual)
    now = timezone.now()
    sentence, estimate, detail = _sentences(submission, runs, usual, now)
    return LivePage(
        state=str(submission.state),
        word=STATE_WORDS[submission.state],
        sentence=sentence,
        estimate=estimate,
        detail=detail,
        stages=stages,
        checks=_checks(submission.brief_id, runs),
        output=_output(submission, runs),
        announcement=_announcement(stages) or sentence,
        poll_ms=_poll_ms((now - submission.created).total_seconds()),
        cancelling=submission.cancel_requested,
    )


def stage_lines(
    runs: list[StageRow], *, ended_as: str = "", usual: Mapping[str, float] | None = None
) -> tuple[StageLine, ...]:
    """All six, in their fixed order.

    ``ended_as``: the page state of a finished submission. ``usual``: seconds by stage, shown of
    those that are still to be done.
    """
    by_stage = {run.stage: run for run in runs}
    return tuple(
        _stage_line(stage, by_stage.get(stage), ended_as, (usual or {}).get(stage))
        for stage in Stage
    )


def _stage_line(
    stage: Stage, run: StageRow | None, ended_as: str, usual: float | None
) -> StageLine:
    state = run.status if run else ("not_run" if ended_as else "waiting")
    unfinished = {StageStatus.RUNNING, StageStatus.NOT_RUN}
    if ended_as in {"ours", "cancelled"} and run and run.started and state in unfinished:
        state = ended_as
    elapsed = ""
    if usual is not None and state in {"waiting", StageStatus.RUNNING}:
        elapsed = f"usually {duration(usual)}"
    elif run and run.started and run.finished and state != StageStatus.NOT_RUN:
        elapsed = duration((run.finished - run.started).total_seconds())
    return StageLine(
        key=stage.value,
        title=STAGE_TITLES[stage],
        state=state,
        word=STATE_WORDS[state],
        summary=visible(_summary(run)) if run else "",
        elapsed=elapsed,
        has_log=bool(run and run.has_log),
    )


def _summary(run: StageRow) -> str:
    """The stage's own words, else those of its first failed test, else of its only test."""
    if run.summary or not run.tests:
        return run.summary
    failed = [test for test in run.tests if test["status"] == "failed"]
    if failed and run.status == StageStatus.PASSED:
        return f"{len(run.tests) - len(failed)} of {len(run.tests)} checks passed; a bonus is left."
    if failed:
        return str(failed[0]["output"])
    if len(run.tests) == 1:
        return str(run.tests[0]["output"])
    return f"{len(run.tests)} checks passed."


def _checks(slug: str, runs: list[StageRow]) -> tuple[CheckLine, ...]:
    project = PROJECTS.get(slug)
    finished = {test["name"]: test for run in runs for test in run.tests}
    lines = []
    for spec in announced_checks(project) if project else ():
        test = finished.get(spec.name)
        state = str(test["status"]) if test else "waiting"
        if test and test["not_run"]:
            state = "not_run"
        lines.append(
            CheckLine(
                title=spec.title,
                state=state,
                word=STATE_WORDS[state],
                output=visible(str(test["output"])) if test else "",
            )
        )
    return tuple(lines)


def _output(submission: Submission, runs: list[StageRow]) -> str:
    """The last lines of the stage that printed last."""
    printed = [run for run in runs if run.has_log]
    if not printed:
        return ""
    last = max(printed, key=lambda run: list(Stage).index(Stage(run.stage)))
    tail = queries.log_tail(last)
    return "\n".join(visible(tail).splitlines()[-LIVE_LINES:])


def _sentences(
    submission: Submission, runs: list[StageRow], usual: Mapping[str, float], now: datetime
) -> tuple[str, str, str]:
    """What happens, how long still, and what to know of it."""
    if submission.cancel_requested:
        return "The check is being stopped.", "", "It does not count as an attempt."
    if submission.state == State.RUNNING:
        running = clock(submission.started, now=now)
        so_far = f"It has run for {duration(running)}." if running else "It has just started."
        return "Your repository is being checked.", time_left(runs, usual, now=now), so_far
    if submission.delivery:
        return (
            "Something on our side interrupted this check. It starts again by itself.",
            "",
            "There is nothing for you to do, and it costs no attempt.",
        )
    return _waiting(submission, now)


def _waiting(submission: Submission, now: datetime) -> tuple[str, str, str]:
    ahead = queries.ahead_of(submission)
    place = "Your repository is next."
    if ahead:
        place = f"Your repository waits for its check, {len(ahead)} before you."
    if all(one.state == State.QUEUED for one in ahead) and not queries.any_worker_ready():
        return place, NO_WORKER, WHEN_ONE_CAN
    usual = queries.usual_seconds(slugs={submission.brief_id, *(one.slug for one in ahead)})
    takes = usual.get(submission.brief_id)
    return (
        place,
        until_start(ahead, usual, created=submission.created, now=now),
        f"It then usually takes {duration(takes)}." if takes is not None else "",
    )


def _announcement(stages: tuple[StageLine, ...]) -> str:
    """For the live region: what is done, what runs."""
    done = [f"{line.title}: {line.word.lower()}." for line in stages if line.state != "waiting"]
    return " ".join(done)


def _poll_ms(age_s: float) -> int:
    return next((wait for until, wait in POLLS if age_s < until), SLOWEST_POLL)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
