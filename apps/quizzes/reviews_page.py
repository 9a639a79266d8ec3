"""What the page of the reviews shows: plain data for the template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.progress.queries import recalls_of
from apps.quizzes import queries
from apps.quizzes.blueprints import REVIEW_QUESTIONS
from apps.quizzes.interchange.cards import Mistake, mistake_of
from apps.quizzes.kinds import KINDS
from apps.quizzes.models import Attempt
from apps.quizzes.subjects import REVIEW, subject

DAYS_AHEAD = 14
MINUTES_A_QUESTION = 0.75
MOST_MISTAKES = 500
NO_CONCEPTS = (
    "There is no card to take along yet: a concept becomes one when you have read a lesson about "
    "it or answered a question on it."
)
NO_MISTAKES = "There is no mistake of yours to take along yet: only marked answers become cards."


@dataclass(frozen=True, slots=True, kw_only=True)
class DueConcept:
    title: str
    slug: str
    since: str  # "today", "3 days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    name: str  # "tomorrow", "Saturday 28 November"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsPage:
    due: tuple[DueConcept, ...]  # those that a question asks about, longest due first
    minutes: int  # of one review
    open: Attempt | None
    ahead: tuple[Day, ...]  # days on which something will be due
    known: int  # concepts that are remembered at all
    most_mistakes: int = MOST_MISTAKES  # that become cards


def end_of_day(now: datetime) -> datetime:
    """The last moment of the learner's day: what is due by then is due today."""
    return datetime.combine(
        timezone.localdate(now), time.max, tzinfo=timezone.get_current_timezone()
    )


def reviews_page(*, learner: User, now: datetime) -> ReviewsPage:
    today = timezone.localdate(now)
    asked = queries.asked_concepts()
    recalls = [one for one in recalls_of(learner=learner) if one.concept.slug in asked]
    due = [one for one in recalls if one.due <= end_of_day(now)]
    days = Counter(timezone.localdate(one.due) for one in recalls[len(due) :])
    attempts = queries.attempts_at(learner=learner, subject=subject(REVIEW))
    questions = min(len(due), REVIEW_QUESTIONS)
    return ReviewsPage(
        due=tuple(
            DueConcept(
                title=one.concept.title,
                slug=one.concept.slug,
                since=_since(today - timezone.localdate(one.due)),
            )
            for one in due
        ),
        minutes=max(1, round(questions * MINUTES_A_QUESTION)),
        open=attempts.filter(finished=None).first(),
        ahead=tuple(_ahead(sorted(days.items()), today=today)),
        known=len(recalls),
    )


def own_mistakes(*, learner: User) -> list[Mistake]:
    """The newest ones, newest first."""
    answers = queries.mistakes_of(learner=learner, most=MOST_MISTAKES)
    return [
        mistake_of(one, url=reverse("question", args=[one.attempt.public_id, one.position]))
        for one in answers
        if one.question_version.kind in KINDS
    ]


def _since(overdue: timedelta) -> str:
    if overdue.days <= 0:
        return "today"
    return "since yesterday" if overdue.days == 1 else f"for {overdue.days} days"


def _ahead(days: Sequence[tuple[date, int]], *, today: date) -> list[Day]:
    return [
        Day(
            name="Tomorrow" if day == today + timedelta(days=1) else f"{day:%A} {day.day} {day:%B}",
            count=count,
        )
        for day, count in days
        if day <= today + timedelta(days=DAYS_AHEAD)
    ]
