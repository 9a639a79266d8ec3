"""Reads of the pages, named for what the page needs."""

import statistics
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now, Right, TruncDay

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from apps.submissions.models import IN_PROGRESS, Source, StageRun, State, Submission

ATTEMPTS_PER_DAY = 5
LIVE_CHARACTERS = 4000
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


def tries_of(*, learner: User, brief: ProjectBrief | None = None) -> QuerySet[Submission]:
    """Newest first, without their results."""
    tries = Submission.objects.filter(learner=learner)
    if brief is not None:
        tries = tries.filter(brief=brief)
    return tries.select_related("brief").only(*LIST_FIELDS, "brief__title", "brief__slug")


def published_briefs(*, learner: User) -> list[tuple[ProjectBrief, Submission | None]]:
    """Every published brief in order, with the learner's last try at it."""
    briefs = ProjectBrief.objects.filter(published=True).defer("brief_html", "data_dictionary_html")
    last = tries_of(learner=learner).order_by("brief_id", "-created", "-pk").distinct("brief_id")
    by_slug = {submission.brief_id: submission for submission in last}
    return [(brief, by_slug.get(brief.slug)) for brief in briefs]


def waiting_before(submission: Submission) -> int:
    """How many run or wait before a queued submission."""
    earlier = Q(created__lt=submission.created) | Q(
        created=submission.created, pk__lt=submission.pk
    )
    return Submission.objects.filter(
        Q(state=State.RUNNING) | Q(earlier, state=State.QUEUED)
    ).count()


def usual_seconds(*, slug: str) -> float | None:
    """The median time of the last twenty judged checks of a project; None without any."""
    times = (
        Submission.objects.filter(
            brief__slug=slug, state=State.FINISHED, charged=True, started__isnull=False
        )
        .order_by("-finished")
        .values_list("started", "finished")[:20]
    )
    seconds = [(end - start).total_seconds() for start, end in times if start and end]
    return statistics.median(seconds) if seconds else None


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


def log_tail(row: StageRow) -> str:
    """The last characters of a stage's log: enough for the lines that a live page shows."""
    tail = Right("log", LIVE_CHARACTERS)
    return StageRun.objects.filter(pk=row.pk).values_list(tail, flat=True).first() or ""


def stage_with_log(submission: Submission, *, stage: str) -> StageRun | None:
    """The stage's row of the latest delivery that printed anything in it."""
    runs = StageRun.objects.filter(submission=submission, stage=stage)
    return runs.exclude(log="").order_by("-delivery").first()


def last_url(*, learner: User, brief: ProjectBrief) -> str:
    """The address that the learner handed in last, so that the form offers it again."""
    urls = Submission.objects.filter(learner=learner, brief=brief, source=Source.URL)
    return urls.values_list("url", flat=True).first() or ""
