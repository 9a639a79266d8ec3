"""Reads of the pages, named for what the page needs."""

import statistics
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, JSONField, Min, Q, QuerySet, Value, When, Window
from django.db.models.functions import Now, Right, RowNumber, TruncDay

from apps.accounts.models import User
from apps.checks.results import CheckResult, Outcome
from apps.curriculum import queries as curriculum
from apps.curriculum.models import Concept, ProjectBrief
from apps.submissions.models import (
    IN_PROGRESS,
    CheckWorker,
    Source,
    StageRun,
    StageStatus,
    State,
    Submission,
)

ATTEMPTS_PER_DAY = 5
LIVE_CHARACTERS = 4000
ROWS_AT_ONCE = 20  # of those whose result or log may be large
RECENT = 20  # checks, from which one tells what is usual
# A worker writes a sign of life every 15 s, one that refuses work every minute.
SILENT_AFTER = timedelta(seconds=150)
# What a list of tries shows; the raw result may be large.
LIST_FIELDS = (
    "public_id", "brief", "number", "state", "outcome", "verdict", "charged", "created",
    "finished", "source", "url", "archive_name",
)  # fmt: skip


def attempts_today(*, learner: User, brief: ProjectBrief) -> int:
    """Counted attempts at a project since midnight UTC by the database's clock.

    A day is the same for everyone and does not move with a setting that a learner could change.
    """
    return Submission.objects.filter(
        learner=learner, brief=brief, charged=True, created__gte=TruncDay(Now(), tzinfo=UTC)
    ).count()


def in_progress_of(*, learner: User) -> Submission | None:
    """The one submission of a learner that is queued or running."""
    return (
        Submission.objects.defer("result")
        .select_related("brief")
        .filter(learner=learner, state__in=IN_PROGRESS)
        .first()
    )


def submission_of(*, learner: User, public_id: str) -> Submission | None:
    return (
        Submission.objects.select_related("brief", "learner")
        .filter(learner=learner, public_id=public_id)
        .first()
    )


def last_try_before(submission: Submission) -> Submission | None:
    """The try before it that was looked at, with its result; a cancelled one tells nothing."""
    earlier = Submission.objects.filter(
        learner=submission.learner_id,
        brief__slug=submission.brief_id,
        number__lt=submission.number,
    )
    looked_at = earlier.filter(state=State.FINISHED).exclude(
        outcome__in=(Outcome.CANCELLED, Outcome.PLATFORM_ERROR)
    )
    return looked_at.order_by("-number").first()


def tries_of(*, learner: User, brief: ProjectBrief | None = None) -> QuerySet[Submission]:
    """Newest first, without their results."""
    tries = Submission.objects.filter(learner=learner)
    if brief is not None:
        tries = tries.filter(brief=brief)
    return tries.select_related("brief").only(*LIST_FIELDS, "brief__title", "brief__slug")


type Briefs = list[tuple[ProjectBrief, Submission | None]]


def published_briefs(*, learner: User) -> Briefs:
    """Every project that can be handed in, in order, with the learner's last try at it."""
    return briefs_and_latest(learner=learner, latest=1)[0]


def briefs_and_latest(*, learner: User, latest: int) -> tuple[Briefs, list[Submission]]:
    """As ``published_briefs``, and the learner's ``latest`` tries at whatever it was."""
    newest_first = (F("created").desc(), F("pk").desc())
    tries = (
        tries_of(learner=learner)
        .annotate(
            place=Window(RowNumber(), order_by=newest_first),
            place_in_brief=Window(RowNumber(), partition_by="brief_id", order_by=newest_first),
        )
        .filter(Q(place__lte=latest) | Q(place_in_brief=1))
        .order_by("place")
    )
    found = list(tries)
    by_slug: dict[str, Submission] = {one.brief_id: one for one in found if one.place_in_brief == 1}
    briefs = [(brief, by_slug.get(brief.slug)) for brief in curriculum.published_briefs()]
    return briefs, [*found[:latest]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A submission that runs, or waits before another one."""

    slug: str
    state: str
    started: datetime | None


def ahead_of(submission: Submission) -> list[Ahead]:
    """All that run or wait before a queued submission, in the order of the queue."""
    earlier = Q(created__lt=submission.created) | Q(
        created=submission.created, pk__lt=submission.pk
    )
    rows = Submission.objects.filter(Q(state=State.RUNNING) | Q(earlier, state=State.QUEUED))
    names = ("brief_id", "state", "started")
    return [Ahead(*values) for values in rows.order_by("created", "pk").values_list(*names)]


def usual_seconds(*, slugs: Collection[str]) -> dict[str, float]:
    """The median time of the last twenty judged checks of each project that has any."""
    if not slugs:
        return {}
    first, *rest = (
        _judged(slug=slug).values_list("brief_id", "started", "finished")[:RECENT] for slug in slugs
    )
    rows = first.union(*rest, all=True).order_by() if rest else first
    return _medians((str(slug), start, end) for slug, start, end in rows)


def usual_stage_seconds(*, slug: str) -> dict[str, float]:
    """The median time of each stage in the last twenty judged checks of a project."""
    rows = StageRun.objects.filter(
        submission__in=_judged(slug=slug).values("pk")[:RECENT],
        delivery=F("submission__delivery"),
        status__in=(StageStatus.PASSED, StageStatus.FAILED),
    )
    return _medians(rows.values_list("stage", "started", "finished"))


def _judged(*, slug: str) -> QuerySet[Submission]:
    judged = Submission.objects.filter(
        brief__slug=slug, state=State.FINISHED, charged=True, started__isnull=False
    )
    return judged.order_by("-finished")


def _medians(rows: Iterable[tuple[str, datetime | None, datetime | None]]) -> dict[str, float]:
    times: dict[str, list[float]] = {}
    for name, start, end in rows:
        if start and end:
            times.setdefault(name, []).append((end - start).total_seconds())
    return {name: statistics.median(seconds) for name, seconds in times.items()}


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage as its page shows it, without the log."""

    pk: int
    delivery: int
    stage: str
    status: str
    summary: str
    started: datetime | None
    finished: datetime | None
    tests: list[dict[str, Any]]
    has_log: bool


def stages_of(submission: Submission) -> list[StageRow]:
    """The stages of the delivery that runs, else of the latest one that began any."""
    names = tuple(field.name for field in fields(StageRow))
    runs = StageRun.objects.filter(submission=submission).annotate(has_log=~Q(log=""))
    rows = [StageRow(*values) for values in runs.values_list(*names)]
    if submission.state == State.RUNNING:
        return [row for row in rows if row.delivery == submission.delivery]
    latest = max((row.delivery for row in rows), default=0)
    return [row for row in rows if row.delivery == latest]


def concepts_to_relearn(result: CheckResult) -> dict[str, Concept]:
    """What the checks that failed are about, by slug, each with the lessons that teach it."""
    failed = [test for test in result.tests if test.ran and test.status == "failed"]
    slugs = {slug for test in failed for slug in test.concepts}
    found = curriculum.published_concepts().filter(slug__in=slugs) if slugs else ()
    return {concept.slug: concept for concept in found}


def log_tail(row: StageRow) -> str:
    """The last characters of a stage's log: enough for the lines that a live page shows."""
    tail = Right("log", LIVE_CHARACTERS)
    return StageRun.objects.filter(pk=row.pk).values_list(tail, flat=True).first() or ""


def stage_with_log(submission: Submission, *, stage: str) -> StageRun | None:
    """The stage's row of the latest delivery that printed anything in it."""
    runs = StageRun.objects.filter(submission=submission, stage=stage)
    return runs.exclude(log="").order_by("-delivery").first()


def check_workers() -> QuerySet[CheckWorker, Any]:
    """With ``silent``: nothing was heard of it for a while."""
    return CheckWorker.objects.annotate(silent=_silent())


def any_worker_ready() -> bool:
    return CheckWorker.objects.filter(~_silent(), passed=True, queues__contains=["checks"]).exists()


def _silent() -> Q:
    return Q(seen_at__lt=Now() - SILENT_AFTER)


@dataclass(frozen=True, slots=True)
class Queue:
    waiting: int
    running: int
    oldest: datetime | None  # since when the first of those waiting does


def queue() -> Queue:
    """All learners' submissions that are in progress."""
    queued = Q(state=State.QUEUED)
    counts = Submission.objects.filter(state__in=IN_PROGRESS).aggregate(
        waiting=Count("pk", filter=queued),
        running=Count("pk", filter=~queued),
        oldest=Min("created", filter=queued),
    )
    return Queue(**counts)


def last_url(*, learner: User, brief: ProjectBrief) -> str:
    """The address that the learner handed in last, so that the form offers it again."""
    urls = Submission.objects.filter(learner=learner, brief=brief, source=Source.URL)
    return urls.values_list("url", flat=True).first() or ""


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``.

    As on the pages, the result of a fault of ours is left out: it speaks to the operator. So is
    which submissions of others are like theirs, which is as much about the others.
    """
    tries = Submission.objects.filter(learner=learner).order_by("created", "pk")
    shown = Case(
        When(outcome=Outcome.PLATFORM_ERROR, then=Value(None, output_field=JSONField())),
        default=F("result"),
    )
    stages = StageRun.objects.filter(submission__learner=learner).order_by("submission", "pk")
    return {
        "submissions": tries.values(
            "public_id", "number", "source", "url", "archive_name", "created", "started",
            "finished", "state", "outcome", "code", "verdict", "charged", "charge_reason",
            "first_failure", "next_step", "checker_version",
            project=F("brief_id"), document=shown,
        ).iterator(chunk_size=ROWS_AT_ONCE),
        "submission_stages": stages.values(
            "delivery", "stage", "status", "summary", "started", "finished", "tests", "log",
            of=F("submission__public_id"),
        ).iterator(chunk_size=ROWS_AT_ONCE),
    }  # fmt: skip
