"""What the learner's home shows: one next step, what runs, the latest tries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from apps.exercises.models import Exercise, Outcome, Run
from apps.mentoring import queries as mentoring
from apps.mentoring.models import Decision
from apps.progress import queries as progress
from apps.progress import small_road
from apps.progress.plan import PhaseState, Plan
from apps.progress.small_road import SmallRoad
from apps.quizzes.models import Attempt, Quiz
from apps.quizzes.queries import concepts_to_review
from apps.quizzes.reviews_page import end_of_day
from apps.submissions import queries
from apps.submissions.models import Submission
from apps.submissions.wording import page_state, state_and_word
from roadmap_site.context import plan_of

LATEST = 5

# What is left to learn, each with the slug of the step that it belongs to.
type Study = list[tuple[str, NextStep]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    title: str
    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    title: str
    number: int
    text: str
    state: str
    word: str
    when: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    next_step: NextStep | None
    running: Try | None
    latest: tuple[Try, ...]
    road: SmallRoad
    present: PhaseState
    has_start: bool
    due: int  # concepts to review today


def home_of(learner: User) -> Home:
    briefs, tries = queries.briefs_and_latest(learner=learner, latest=LATEST)
    running = next((one for one in tries if one.in_progress), None)
    plan = plan_of(learner)
    study = _study(learner)
    return Home(
        next_step=_next_step(briefs, running, plan, study, _review_step(learner)),
        running=_try(running) if running else None,
        latest=tuple(_try(one) for one in tries),
        road=small_road.of_plan(plan),
        present=plan.present,
        has_start=plan.status is not None,
        due=concepts_to_review(learner=learner, by=end_of_day(timezone.now())).count(),
    )


def _next_step(
    briefs: queries.Briefs,
    running: Submission | None,
    plan: Plan,
    study: Study,
    review: NextStep | None,
) -> NextStep | None:
    """What runs is watched; what failed is mended; then what a mentor said or could say; then the
    present phase; then what is left."""
    if running:
        return NextStep(
            title=f"{running.brief.title} is being checked",
            text="Watch its stages, or come back later: the verdict stays.",
            url=reverse("submission", args=[running.public_id]),
            label="Watch the check",
        )
    for brief, latest in briefs:
        if latest and page_state(latest) != "passed":
            return _mend(brief, latest)
    if review:
        return review
    if not briefs and not study:
        return None
    if plan.status is None:
        return NextStep(
            title="Choose your start",
            text="A first day and your hours a week give every milepost of the road its date.",
            url=reverse("plan"),
            label="Choose your start",
        )
    return _step_of_phase(briefs, plan.present, study) or _anything_left(briefs, study)


def _review_step(learner: User) -> NextStep | None:
    """Changes that a mentor asks for, else a pass that no mentor was asked about."""
    passes = mentoring.latest_passes(learner=learner)
    for one in passes:
        if one.decision == Decision.CHANGES:
            return NextStep(
                title=f"Changes are asked for: {one.title}",
                text="A mentor read your code. Open the review, mend it, and hand it in again.",
                url=f"{reverse('submission', args=[one.public_id])}#reviews",
                label="Open the review",
            )
    for one in passes:
        waits = one.automatic or one.asked or one.taken
        if one.mentored and not (waits or one.approved):
            return NextStep(
                title=f"{one.title} passed",
                text="A mentor of your cohort can read it now; approved, it counts as whole.",
                url=f"{reverse('submission', args=[one.public_id])}#reviews",
                label="Ask for a review",
            )
    return None


def _step_of_phase(briefs: queries.Briefs, present: PhaseState, study: Study) -> NextStep | None:
    """Theory before practice: the first lesson of the phase, its quiz, then its first project."""
    phase = present.phase
    for step_slug, next_step in study:
        if step_slug in phase.steps:
            return next_step
    wanted = {slug for needed in phase.projects for slug in needed.slugs}
    for brief, latest in briefs:
        if not latest and brief.slug in wanted:
            return _open(brief)
    return None


def _anything_left(briefs: queries.Briefs, study: Study) -> NextStep:
    for _, next_step in study:
        return next_step
    for brief, latest in briefs:
        if not latest:
            return _open(brief)
    return NextStep(
        title="You have done everything that is open",
        text="Hand a project in again whenever you have made it better.",
        url=reverse("projects"),
        label="See the projects",
    )


def _study(learner: User) -> Study:
    """In the order of the road: each lesson that is to be read, else its first quiz to be taken,
    else its first exercise to be passed."""
    first = "slug", "title", "summary", "minutes"
    done = Attempt.objects.filter(learner=learner, finished__isnull=False, quiz=OuterRef("pk"))
    quiz = Quiz.objects.filter(~Exists(done), lesson=OuterRef("pk"), published=True)
    passed = Run.objects.filter(learner=learner, outcome=Outcome.PASSED, exercise=OuterRef("pk"))
    exercise = Exercise.objects.filter(~Exists(passed), lesson=OuterRef("pk"), published=True)
    # In one query: the home is asked for at every visit.
    lessons = progress.lessons_with_marks(learner=learner).annotate(
        quiz=Subquery(quiz.order_by("position").values(json=JSONObject(**_same(first)))[:1]),
        exercise=Subquery(
            exercise.order_by("position").values(json=JSONObject(**_same(first)))[:1]
        ),
    )
    steps = [(lesson.step.slug, _of_lesson(lesson)) for lesson in lessons]
    return [(step, one) for step, one in steps if one]


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def _of_lesson(lesson: Any) -> NextStep | None:
    """``lesson``: as ``_study`` reads it."""
    if lesson.read is None:
        return NextStep(
            title=f"Read: {lesson.title}",
            text=lesson.summary,
            url=reverse("lesson", args=[lesson.slug]),
            label=f"Read for {lesson.minutes} minutes",
        )
    if lesson.quiz:
        return NextStep(
            title=f"Check yourself: {lesson.quiz['title']}",
            text=lesson.quiz["summary"],
            url=reverse("quiz", args=[lesson.quiz["slug"]]),
            label=f"Take the quiz, {lesson.quiz['minutes']} minutes",
        )
    if lesson.exercise:
        return NextStep(
            title=f"Try it in code: {lesson.exercise['title']}",
            text=lesson.exercise["summary"],
            url=reverse("exercise", args=[lesson.exercise["slug"]]),
            label=f"Write it in {lesson.exercise['minutes']} minutes",
        )
    return None


def _open(brief: ProjectBrief) -> NextStep:
    return NextStep(
        title=brief.title,
        text=brief.summary,
        url=reverse("project", args=[brief.slug]),
        label="Open the brief",
    )


def _mend(brief: ProjectBrief, latest: Submission) -> NextStep:
    state = page_state(latest)
    verb = "Mend" if state in {"failed", "unusable"} else "Hand in"
    return NextStep(
        title=f"{verb} {brief.title}",
        text=latest.verdict,
        url=reverse("submission", args=[latest.public_id]),
        label="See what to mend" if verb == "Mend" else "Open your last try",
    )


def _try(one: Submission) -> Try:
    state, word = state_and_word(one)
    return Try(
        title=one.brief.title,
        number=one.number,
        text=one.verdict or "The verdict shows up here.",
        state=state,
        word=word,
        when=one.finished or one.created,
        url=reverse("submission", args=[one.public_id]),
    )
