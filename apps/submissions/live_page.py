"""What the page of a submission shows while it waits and runs: plain data for the template."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.checks.check import announced_checks
from apps.checks.projects import PROJECTS
from apps.checks.results import Stage
from apps.submissions import queries
from apps.submissions.models import StageStatus, State, Submission
from apps.submissions.queries import StageRow
from apps.submissions.untrusted_text import visible
from apps.submissions.wording import STAGE_TITLES, STATE_WORDS, duration

LIVE_LINES = 14
# (age of the submission in seconds, milliseconds between two polls)
POLLS = ((5, 250), (20, 500), (120, 1000), (600, 2000))
SLOWEST_POLL = 5000
STEP_S = 5  # a running clock in such steps: a page without news is not swapped every second


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
    stages = stage_lines(runs)
    now = timezone.now()
    sentence, detail = _sentences(submission, now)
    return LivePage(
        state=str(submission.state),
        word=STATE_WORDS[submission.state],
        sentence=sentence,
        detail=detail,
        stages=stages,
        checks=_checks(submission.brief_id, runs),
        output=_output(submission, runs),
        announcement=_announcement(stages) or sentence,
        poll_ms=_poll_ms((now - submission.created).total_seconds()),
        cancelling=submission.cancel_requested,
    )


def stage_lines(runs: list[StageRow], *, ended_as: str = "") -> tuple[StageLine, ...]:
    """All six, in their fixed order. ``ended_as``: the page state of a finished submission."""
    by_stage = {run.stage: run for run in runs}
    return tuple(_stage_line(stage, by_stage.get(stage.value), ended_as) for stage in Stage)


def _stage_line(stage: Stage, run: StageRow | None, ended_as: str) -> StageLine:
    state = run.status if run else ("not_run" if ended_as else "waiting")
    unfinished = {StageStatus.RUNNING, StageStatus.NOT_RUN}
    if ended_as in {"ours", "cancelled"} and run and run.started and state in unfinished:
        state = ended_as
    elapsed = ""
    if run and run.started and run.finished and state != StageStatus.NOT_RUN:
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


def _sentences(submission: Submission, now: datetime) -> tuple[str, str]:
    usual = queries.usual_seconds(slug=submission.brief_id)
    usually = f"A check of this project usually takes {duration(usual)}." if usual else ""
    if submission.cancel_requested:
        return "The check is being stopped.", "It does not count as an attempt."
    if submission.state == State.RUNNING:
        running = (now - (submission.started or now)).total_seconds() // STEP_S * STEP_S
        so_far = f"It has run for {duration(running)}." if running else "It has just started."
        return "Your repository is being checked.", " ".join(filter(None, (so_far, usually)))
    if submission.delivery:
        return (
            "Something on our side interrupted this check. It starts again by itself.",
            "There is nothing for you to do, and it costs no attempt.",
        )
    before = queries.waiting_before(submission)
    if before:
        return f"Your repository waits for its check, {before} before you.", usually
    return "Your repository is next.", usually


def _announcement(stages: tuple[StageLine, ...]) -> str:
    """For the live region: what is done, what runs."""
    done = [f"{line.title}: {line.word.lower()}." for line in stages if line.state != "waiting"]
    return " ".join(done)


def _poll_ms(age_s: float) -> int:
    return next((wait for until, wait in POLLS if age_s < until), SLOWEST_POLL)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
