"""Reads of the pages, named for what the page needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min, Q, QuerySet

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.exercises.models import ORDER, Exercise, Outcome, Run

_LONG = (
    "task_html", "hints", "starter", "solution", "solution_html", "task", "lesson__body_html",
    "lesson__headings", "lesson__sources", "lesson__code_blocks", "lesson__step__intro_html",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What a learner did with an exercise."""

    count: int
    passed_at: int | None  # number of the first try that passed
    last: Run | None


def published_exercises() -> QuerySet[Exercise]:
    """All of them in the order of the road, without the long texts."""
    published = Exercise.objects.filter(
        published=True, lesson__published=True, lesson__step__published=True
    )
    exercises = published.select_related("lesson__step").defer(*_LONG)
    # Said again: a query that counts leaves a model's own order out.
    return exercises.order_by(*ORDER)


def exercises_with_tries(
    *, learner: User, lesson: Lesson | None = None
) -> list[tuple[Exercise, int, bool]]:
    """Each exercise (of one lesson) with the number of the learner's tries, and whether one
    passed."""
    own = Q(runs__learner=learner)
    exercises = published_exercises().annotate(
        tries=Count("runs", filter=own),
        passes=Count("runs", filter=own & Q(runs__outcome=Outcome.PASSED)),
    )
    if lesson is not None:
        exercises = exercises.filter(lesson=lesson)
    return [(one, one.tries, bool(one.passes)) for one in exercises]


def get_exercise(slug: str) -> Exercise | None:
    """One published exercise, with all its texts, its lesson and its concepts."""
    found = Exercise.objects.filter(slug=slug, published=True, lesson__published=True)
    found = found.select_related("lesson").defer("lesson__body_html", "lesson__code_blocks")
    return found.prefetch_related("concepts").first()


def tries_of(*, learner: User, exercise: Exercise) -> QuerySet[Run]:
    """Latest first, without what came of them."""
    return (
        Run.objects.filter(learner=learner, exercise=exercise)
        .defer("result", "code")
        .order_by("-number")
    )


def summary_of_tries(*, learner: User, exercise: Exercise) -> Tries:
    own = Run.objects.filter(learner=learner, exercise=exercise)
    numbers = own.aggregate(
        last=Max("number"), passed=Min("number", filter=Q(outcome=Outcome.PASSED))
    )
    last = own.filter(number=numbers["last"]).first() if numbers["last"] else None
    return Tries(count=numbers["last"] or 0, passed_at=numbers["passed"], last=last)


def run_of(*, learner: User, public_id: str) -> Run | None:
    runs = Run.objects.filter(learner=learner, public_id=public_id)
    return runs.select_related("exercise__lesson", "lesson").first()


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``."""
    runs = Run.objects.filter(learner=learner).order_by("created", "pk")
    return {
        "code_runs": runs.values(
            "public_id", "number", "block", "code", "created", "started", "finished", "state",
            "outcome", "result",
            exercise_slug=F("exercise__slug"), lesson_slug=F("lesson__slug"),
        ).iterator(chunk_size=50),
    }  # fmt: skip
