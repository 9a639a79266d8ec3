"""Reads of the pages, named for what the page needs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet

from apps.accounts.models import User
from apps.curriculum.models import Lesson, Teaching
from apps.quizzes.kinds.kind import Facts, Response
from apps.quizzes.models import Answer, Attempt, QuestionVersion, Quiz


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of an attempt, with all that its page shows and its marking needs."""

    answer_id: int
    position: int
    draw: Mapping[str, Any]
    response: Response
    correct: bool | None  # None until it is marked
    misconceptions: Sequence[str]
    attempt_id: int
    public_id: str  # of the attempt
    number: int  # of the attempt
    quiz_title: str
    quiz_slug: str
    quiz_published: bool
    slug: str  # of the question
    kind: str
    placeholders: Sequence[Sequence[str]]
    stem_html: str
    explanation_html: str
    facts: Facts
    concepts: Sequence[str]
    marks: Sequence[bool | None]  # ``correct`` of every question of the attempt


# By hand: asked for at every click, and the ORM takes three times as long to compose the query
# and its five objects as PostgreSQL to answer it.
_ASKED_QUESTION = """
SELECT
    answer.id, answer.position, answer.draw, answer.response, answer.correct,
    answer.misconceptions, attempt.id, attempt.public_id, attempt.number, quiz.title, quiz.slug,
    quiz.published, question.slug, version.kind, version.placeholders, version.stem_html,
    version.explanation_html, version.facts, version.concepts,
    ARRAY(
        SELECT one.correct FROM quizzes_answer AS one
        WHERE one.attempt_id = attempt.id ORDER BY one.position
    )
FROM quizzes_attempt AS attempt
JOIN quizzes_quiz AS quiz ON quiz.id = attempt.quiz_id
JOIN quizzes_answer AS answer ON answer.attempt_id = attempt.id
JOIN quizzes_question AS question ON question.id = answer.question_id
JOIN quizzes_questionversion AS version ON version.id = answer.question_version_id
WHERE attempt.learner_id = %s AND attempt.public_id = %s AND answer.position = %s
"""
_JSON = {"draw", "response", "placeholders", "facts"}


def published_quizzes(*, learner: User) -> list[tuple[Quiz, Attempt | None]]:
    """Every quiz in order with its number of ``questions``, and the learner's last attempt."""
    counted = Count("questions", filter=Q(questions__published=True))
    quizzes = Quiz.objects.filter(published=True).defer("intro_html").annotate(asks=counted)
    last = Attempt.objects.filter(learner=learner).order_by("quiz_id", "-number")
    by_quiz = {attempt.quiz_id: attempt for attempt in last.distinct("quiz_id")}
    return [(quiz, by_quiz.get(quiz.pk)) for quiz in quizzes]


def published_quiz(*, slug: str) -> Quiz | None:
    return Quiz.objects.select_related("lesson").filter(slug=slug, published=True).first()


def questions_to_ask(*, quiz: Quiz) -> QuerySet[QuestionVersion]:
    """Those that a new attempt asks, in order."""
    return (
        QuestionVersion.objects.filter(current=True, question__quiz=quiz, question__published=True)
        .select_related("question")
        .order_by("question__position", "question__slug")
    )


def attempts_of(*, learner: User, quiz: Quiz) -> QuerySet[Attempt]:
    """Latest first."""
    return Attempt.objects.filter(learner=learner, quiz=quiz).order_by("-number")


def open_attempt_of(*, learner: User, quiz: Quiz) -> Attempt | None:
    return attempts_of(learner=learner, quiz=quiz).filter(finished=None).first()


def attempt_of(*, learner: User, public_id: str) -> Attempt | None:
    attempts = Attempt.objects.select_related("quiz__lesson")
    return attempts.filter(learner=learner, public_id=public_id).first()


def first_open_position(attempt: Attempt) -> int | None:
    answers = Answer.objects.filter(attempt=attempt, marked_at=None).order_by("position")
    return answers.values_list("position", flat=True).first()


def asked_question(*, learner: User, public_id: str, position: int) -> AskedQuestion | None:
    with connection.cursor() as cursor:
        cursor.execute(_ASKED_QUESTION, [learner.pk, public_id, position])
        row = cursor.fetchone()
    if row is None:
        return None
    names = (field.name for field in fields(AskedQuestion))
    return AskedQuestion(
        **{
            name: json.loads(value) if name in _JSON else value
            for name, value in zip(names, row, strict=True)
        }
    )


def answers_with_concepts(attempt: Attempt) -> QuerySet[Answer]:
    """In order, without the texts."""
    answers = Answer.objects.filter(attempt=attempt).select_related("question")
    return answers.defer("draw", "response").prefetch_related("question__concepts")


def lessons_by_concept(concepts: Iterable[int]) -> dict[int, list[Lesson]]:
    """The published lessons that teach each concept, in the order of the road."""
    found: dict[int, list[Lesson]] = {}
    rows = Teaching.objects.filter(concept__in=set(concepts), lesson__published=True)
    rows = rows.select_related("lesson").order_by("lesson__step__position", "lesson__position")
    for row in rows.defer("lesson__body_html"):
        found.setdefault(row.concept_id, []).append(row.lesson)
    return found


def next_quiz(*, learner: User, after: Quiz) -> Quiz | None:
    """The first one further on that the learner never finished."""
    done = Attempt.objects.filter(learner=learner, finished__isnull=False).values("quiz")
    later = Quiz.objects.filter(published=True, position__gt=after.position)
    return later.exclude(pk__in=done).first()


def quizzes_to_take(*, learner: User) -> list[Quiz]:
    """Those that the learner never finished, in order."""
    done = Attempt.objects.filter(learner=learner, finished__isnull=False).values("quiz")
    quizzes = Quiz.objects.filter(published=True).exclude(pk__in=done)
    return list(quizzes.defer("intro_html"))


def quizzes_of(lesson: Lesson, *, learner: User) -> list[tuple[Quiz, int | None]]:
    """The quizzes of a lesson, each with the right answers of the learner's best attempt."""
    finished = Q(attempts__learner=learner, attempts__finished__isnull=False)
    best = Max("attempts__right", filter=finished)
    quizzes = Quiz.objects.filter(lesson=lesson, published=True).defer("intro_html")
    return [(quiz, quiz.best) for quiz in quizzes.annotate(best=best)]


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``.

    Of an open question only what the person gave: its answer must not be read from the download.
    """
    attempts = Attempt.objects.filter(learner=learner).order_by("started", "pk")
    answers = Answer.objects.filter(attempt__learner=learner).order_by("attempt", "position")
    return {
        "quiz_attempts": attempts.values(
            "public_id", "number", "started", "finished", "questions", "marked", "right",
            quiz_slug=F("quiz__slug"),
        ).iterator(),
        "quiz_answers": answers.values(
            "position", "response", "saved_at", "marked_at", "correct", "misconceptions",
            of=F("attempt__public_id"), question_slug=F("question__slug"),
        ).iterator(),
    }  # fmt: skip
