"""The six common mistakes, as a learner's own record shows them: noticed, never a hurdle.

Each rule reads a ``Record`` and gives one plain sentence and one next step, or nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import FilteredRelation, Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import Outcome, Stage
from apps.curriculum.models import Level, ProjectBrief
from apps.curriculum.queries import published_briefs, published_lessons
from apps.progress.models import Evidence, EvidenceSource, PassedProject
from apps.progress.plan import Plan
from apps.submissions.models import StageRun, StageStatus, State, Submission

RECENT = timedelta(days=30)
MANY_LESSONS = 6
FORGOTTEN_CONCEPTS = 2
PROJECTS_WITHOUT_SERVICE = 3
BEGINNER_REST = timedelta(days=21)
LAST_TRIES, CARELESS_TRIES = 3, 2
# Projects that end as a running service.
SERVED = frozenset(
    {"llm-chat-application", "ai-saas-product", "end-to-end-ml-pipeline", "real-time-system"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    title: str
    text: str
    url: str
    label: str  # of the next step


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    slug: str
    title: str
    level: str
    at: datetime
    forgotten: tuple[Link, ...] = ()  # its concepts whose latest quiz answer was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a learner did, as far as the rules ask."""

    now: datetime
    phase: str  # key of the present one
    lessons_read: Mapping[str, Sequence[datetime]] = field(default_factory=dict)  # by step
    handed_in: Mapping[str, datetime] = field(default_factory=dict)  # latest, by project
    handed_in_levels: frozenset[str] = frozenset()
    passes: Sequence[Pass] = ()
    # Latest first: whether README or training twice failed.
    careless_tries: Sequence[bool] = ()
    # The first of each kind on this installation, if there is one.
    next_project: Link | None = None  # not passed yet
    next_harder_project: Link | None = None  # above beginner level
    first_lessons: Mapping[str, Link] = field(default_factory=dict)  # by step


def notices_of(learner: User, plan: Plan) -> list[Notice]:
    return notices(record_of(learner, plan))


def notices(record: Record) -> list[Notice]:
    return [notice for rule in _RULES if (notice := rule(record))]


def _only_theory(record: Record) -> Notice | None:
    since = record.now - RECENT
    read = sum(at >= since for times in record.lessons_read.values() for at in times)
    handed_in = any(at >= since for at in record.handed_in.values())
    if read < MANY_LESSONS or handed_in or not record.next_project:
        return None
    return Notice(
        title="More reading than building",
        text=f"You read {read} lessons in the last 30 days and handed nothing in. A first check "
        "that fails tells you which of them you need.",
        url=record.next_project.url,
        label=f"Open {record.next_project.title}",
    )


def _copied(record: Record) -> Notice | None:
    for one in record.passes:
        if len(one.forgotten) >= FORGOTTEN_CONCEPTS:
            names = " and ".join(link.title.lower() for link in one.forgotten[:2])
            return Notice(
                title="Passed, but not yet explained",
                text=f"{one.title} passes, and your latest answers on {names} were wrong. Whoever "
                "cannot explain a line cannot mend it.",
                url=one.forgotten[0].url,
                label=f"Go back to {one.forgotten[0].title.lower()}",
            )
    return None


def _never_deployed(record: Record) -> Notice | None:
    lesson = record.first_lessons.get("mlops")
    if len(record.passes) < PROJECTS_WITHOUT_SERVICE or SERVED & record.handed_in.keys():
        return None
    if not lesson:
        return None
    return Notice(
        title="Nothing runs as a service yet",
        text=f"You passed {len(record.passes)} projects, and none of them answers requests. A "
        "model that was never deployed was never tried on what it is for.",
        url=lesson.url,
        label=f"Read {lesson.title}",
    )


def _old_tools(record: Record) -> Notice | None:
    lesson = record.first_lessons.get("language-models")
    started = record.lessons_read.get("language-models")
    if record.phase != "language-models" or started or not lesson:
        return None
    return Notice(
        title="Language models are still ahead",
        text="Your plan has reached the months of language models, and you have read none of "
        "their lessons. They are what most new systems are built with.",
        url=lesson.url,
        label=f"Read {lesson.title}",
    )


def _only_beginner(record: Record) -> Notice | None:
    project = record.next_harder_project
    rested = record.passes and max(one.at for one in record.passes) < record.now - BEGINNER_REST
    if len(record.passes) < 2 or not rested or not project:
        return None
    if record.handed_in_levels != {Level.BEGINNER}:
        return None
    return Notice(
        title="Ready for something harder",
        text="All that you handed in so far is of the beginner level, and it passes. The next "
        "project teaches what these cannot.",
        url=project.url,
        label=f"Open {project.title}",
    )


def _careless(record: Record) -> Notice | None:
    tries = record.careless_tries[:LAST_TRIES]
    if sum(tries) < CARELESS_TRIES:
        return None
    return Notice(
        title="Hard to run again",
        text=f"{sum(tries)} of your last {len(tries)} tries failed on the README or on training "
        "twice. Write down how to run it, and fix what draws at random, before anything else.",
        url=reverse("concept", args=["reproducibility"]),
        label="Read about reproducibility",
    )


_RULES: tuple[Callable[[Record], Notice | None], ...] = (
    _only_theory,
    _copied,
    _never_deployed,
    _old_tools,
    _only_beginner,
    _careless,
)


# Gathering ------------------------------------------------------------------------------------


def record_of(learner: User, plan: Plan) -> Record:
    passes = list(PassedProject.objects.filter(learner=learner).select_related("brief"))
    passed = {one.brief.slug for one in passes}
    tries = list(
        Submission.objects.filter(learner=learner)
        .exclude(outcome__in=(Outcome.CANCELLED, Outcome.PLATFORM_ERROR))
        .order_by("-created")
        .values_list("pk", "brief__slug", "brief__level", "created", "state")
    )
    left = [brief for brief in published_briefs() if brief.slug not in passed]
    forgotten = _forgotten(learner, passes)
    lessons_read, first_lessons = _lessons(learner)
    return Record(
        now=timezone.now(),
        phase=plan.present.phase.key if plan.status else "",
        lessons_read=lessons_read,
        handed_in={slug: at for _, slug, _, at, _ in reversed(tries)},
        handed_in_levels=frozenset(level for _, _, level, _, _ in tries),
        passes=[
            Pass(
                slug=one.brief.slug,
                title=one.brief.title,
                level=one.brief.level,
                at=one.passed,
                forgotten=tuple(forgotten.get(one.brief_id, ())),
            )
            for one in passes
        ],
        careless_tries=_careless_tries(
            [pk for pk, _, _, _, state in tries if state == State.FINISHED][:LAST_TRIES]
        ),
        next_project=_link(left),
        next_harder_project=_link([one for one in left if one.level != Level.BEGINNER]),
        first_lessons=first_lessons,
    )


def _link(briefs: Sequence[ProjectBrief]) -> Link | None:
    if not briefs:
        return None
    return Link(title=briefs[0].title, url=reverse("project", args=[briefs[0].slug]))


def _lessons(learner: User) -> tuple[dict[str, list[datetime]], dict[str, Link]]:
    """By step: when its lessons were read, and its first lesson."""
    read: dict[str, list[datetime]] = {}
    first: dict[str, Link] = {}
    mine = FilteredRelation("read_marks", condition=Q(read_marks__learner=learner))
    lessons = published_lessons().annotate(mine=mine)
    for step, slug, title, at in lessons.values_list("step__slug", "slug", "title", "mine__read"):
        first.setdefault(step, Link(title=title, url=reverse("lesson", args=[slug])))
        if at:
            read.setdefault(step, []).append(at)
    return read, first


def _forgotten(learner: User, passes: Sequence[PassedProject]) -> dict[int, list[Link]]:
    """By brief: its concepts whose latest quiz answer was wrong."""
    if not passes:
        return {}
    briefs = [one.brief_id for one in passes]
    latest = (
        Evidence.objects.filter(
            learner=learner, source=EvidenceSource.QUIZ, concept__briefs__in=briefs
        )
        .order_by("concept_id", "concept__briefs", "-at", "-pk")
        .distinct("concept_id", "concept__briefs")
        .values_list("concept__briefs", "concept__title", "concept__slug", "score")
    )
    found: dict[int, list[Link]] = {}
    for brief, title, slug, score in latest:
        if score == 0:
            link = Link(title=title, url=reverse("concept", args=[slug]))
            found.setdefault(brief, []).append(link)
    return found


def _careless_tries(submissions: Sequence[int]) -> list[bool]:
    if not submissions:
        return []
    failed = set(
        StageRun.objects.filter(
            submission__in=submissions,
            stage__in=(Stage.DOCUMENTATION, Stage.REPRODUCIBILITY),
            status=StageStatus.FAILED,
        ).values_list("submission_id", flat=True)
    )
    return [pk in failed for pk in submissions]
