"""Reads of the pages, named for what the page needs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, Teaching
from apps.progress.queries import due_concepts
from apps.quizzes.blueprints import Candidate, difficulty_of
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Facts, Response
from apps.quizzes.models import (
    Answer,
    Attempt,
    Question,
    QuestionStatistics,
    QuestionVersion,
    Quiz,
)
from apps.quizzes.subjects import QUIZ, subject


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of an attempt, with all that its page shows and its marking needs."""

    answer_id: int
    position: int
    draw: Mapping[str, Any]
    response: Response
    score: float | None  # share that is right; None until it is marked
    misconceptions: Sequence[str]
    attempt_id: int
    public_id: str  # of the attempt
    number: int  # of the attempt
    title: str  # of the attempt
    subject: str
    is_open: bool  # whether the page that the attempt belongs to is there
    ends_at: datetime | None  # of an exam
    finished: datetime | None
    slug: str  # of the question
    kind: str
    placeholders: Sequence[Sequence[str]]
    stem_html: str
    explanation_html: str
    facts: Facts
    concepts: Sequence[str]
    marks: Sequence[float | None]  # ``score`` of every question of the attempt
    saved: Sequence[bool]  # whether each of them has an answer, marked or not

    @property
    def in_exam(self) -> bool:
        """Whether answers are kept now, and marked at the end."""
        return self.ends_at is not None and self.finished is None


# By hand: asked for at every click, and the ORM takes three times as long to compose the query
# and its five objects as PostgreSQL to answer it.
_ASKED_QUESTION = """
SELECT
    answer.id, answer.position, answer.draw, answer.response, answer.score,
    answer.misconceptions, attempt.id, attempt.public_id, attempt.number, attempt.title,
    attempt.subject, COALESCE(quiz.published, true), attempt.ends_at, attempt.finished,
    question.slug, version.kind,
    version.placeholders, version.stem_html, version.explanation_html, version.facts,
    version.concepts,
    ARRAY(
        SELECT one.score FROM quizzes_answer AS one
        WHERE one.attempt_id = attempt.id ORDER BY one.position
    ),
    ARRAY(
        SELECT one.saved_at IS NOT NULL FROM quizzes_answer AS one
        WHERE one.attempt_id = attempt.id ORDER BY one.position
    )
FROM quizzes_attempt AS attempt
LEFT JOIN quizzes_quiz AS quiz ON quiz.id = attempt.quiz_id
JOIN quizzes_answer AS answer ON answer.attempt_id = attempt.id
JOIN quizzes_question AS question ON question.id = answer.question_id
JOIN quizzes_questionversion AS version ON version.id = answer.question_version_id
WHERE attempt.learner_id = %s AND attempt.public_id = %s AND answer.position = %s
"""
_JSON = {"draw", "response", "placeholders", "facts"}


def published_quizzes(*, learner: User) -> list[tuple[Quiz, Attempt | None]]:
    """Every quiz in order with its number of ``questions``, and the learner's last attempt."""
    counted = Count("questions", filter=Q(questions__published=True))
    quizzes = Quiz.objects.filter(published=True).select_related("lesson__step")
    quizzes = quizzes.only(
        "slug", "title", "summary", "minutes", "position", "lesson__step__slug",
        "lesson__step__title",
    ).annotate(asks=counted).order_by("position", "slug")  # fmt: skip
    own = Attempt.objects.filter(learner=learner, quiz__isnull=False)
    last = own.order_by("quiz_id", "-number")
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
    return attempts_at(learner=learner, subject=subject(QUIZ, quiz.slug))


def attempts_at(*, learner: User, subject: str) -> QuerySet[Attempt]:
    """Latest first."""
    return Attempt.objects.filter(learner=learner, subject=subject).order_by("-number")


def candidates(*, learner: User, among: Q) -> list[Candidate]:
    """The questions that could be asked, of those with ``among`` (of a QuestionVersion)."""
    last = dict(
        Answer.objects.filter(attempt__learner=learner)
        .values_list("question")
        .annotate(last=Max("attempt__started"))
    )
    rows = (
        QuestionVersion.objects.filter(
            among,
            current=True,
            question__published=True,
            question__quiz__published=True,
            question__quiz__lesson__published=True,
        )
        .order_by("question__quiz__position", "question__position")
        .values_list(
            "pk",
            "question",
            "question__quiz__lesson__slug",
            "concepts",
            "kind",
            "statistics__answers",
            "statistics__mean_score",
        )
    )
    return [
        Candidate(
            version=version,
            lesson=lesson,
            concepts=tuple(concepts),
            difficulty=difficulty_of(kind, answers=answers or 0, mean_score=mean_score or 0.0),
            last=last.get(question),
        )
        for version, question, lesson, concepts, kind, answers, mean_score in rows
        if kind in KINDS
    ]


def concepts_to_review(*, learner: User, by: datetime) -> QuerySet[Concept]:
    """What is due by then and some question asks about, what is due for longest first."""
    asked = Question.objects.filter(
        concepts=OuterRef("pk"),
        published=True,
        quiz__published=True,
        quiz__lesson__published=True,
    )
    return due_concepts(learner=learner, by=by).filter(Exists(asked))


def asked_concepts() -> set[str]:
    """Slugs of the concepts that some question asks about."""
    rows = QuestionVersion.objects.filter(
        current=True,
        question__published=True,
        question__quiz__published=True,
        question__quiz__lesson__published=True,
    )
    return {slug for concepts in rows.values_list("concepts", flat=True) for slug in concepts}


def asked_questions() -> QuerySet[Question]:
    """Those that are asked now."""
    return Question.objects.filter(
        published=True, quiz__published=True, versions__current=True
    ).select_related("quiz")


def current_statistics() -> QuerySet[QuestionStatistics]:
    """Of what is asked now, in the order of the road, without the texts."""
    rows = QuestionStatistics.objects.filter(
        question_version__current=True,
        question_version__question__published=True,
        question_version__question__quiz__published=True,
    ).select_related("question_version__question__quiz")
    return rows.only(
        "answers", "mean_score", "discrimination", "seconds", "flags", "counted",
        "question_version__question__slug", "question_version__question__quiz__slug",
        "question_version__question__quiz__title",
    ).order_by(
        "question_version__question__quiz__position", "question_version__question__position"
    )  # fmt: skip


def versions_with_statistics(question: Question) -> QuerySet[QuestionVersion]:
    """The present one first, then the latest."""
    versions = question.versions.select_related("statistics")
    return versions.order_by("-current", "-pk")


def exams_at_their_end(*, now: datetime) -> QuerySet[Attempt]:
    """Those that nobody handed in, and whose time is over."""
    return Attempt.objects.filter(finished=None, ends_at__lte=now).order_by("ends_at")


def versions_in_order(keys: Sequence[int]) -> list[QuestionVersion]:
    """Those with these keys, in the order of the keys."""
    found = QuestionVersion.objects.select_related("question").in_bulk(keys)
    return [found[key] for key in keys]


def attempt_of(*, learner: User, public_id: str) -> Attempt | None:
    attempts = Attempt.objects.select_related("quiz__lesson")
    return attempts.filter(learner=learner, public_id=public_id).first()


def first_open_position(attempt: Attempt) -> int | None:
    answers = Answer.objects.filter(attempt=attempt, marked_at=None).order_by("position")
    if attempt.in_exam:
        answers = answers.filter(saved_at=None)
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


def saved_answers(attempt: Attempt) -> list[bool]:
    """Whether each question has an answer, in order."""
    answers = Answer.objects.filter(attempt=attempt).order_by("position")
    return [at is not None for at in answers.values_list("saved_at", flat=True)]


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


def quizzes_of(lesson: Lesson, *, learner: User) -> list[tuple[Quiz, int | None]]:
    """The quizzes of a lesson, each with the right answers of the learner's best attempt."""
    finished = Q(attempts__learner=learner, attempts__finished__isnull=False)
    best = Max("attempts__right", filter=finished)
    quizzes = Quiz.objects.filter(lesson=lesson, published=True).defer("intro_html")
    return [(quiz, quiz.best) for quiz in quizzes.annotate(best=best)]


def mistakes_of(*, learner: User, most: int) -> QuerySet[Answer]:
    """The newest marked answers that were not right. None of an exam that lasts, and of no
    question that is open."""
    over = Q(attempt__ends_at=None) | Q(attempt__finished__isnull=False)
    answers = Answer.objects.filter(
        over, attempt__learner=learner, marked_at__isnull=False, correct=False
    )
    answers = answers.select_related("attempt", "question_version")
    return answers.order_by("-marked_at", "-pk")[:most]


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``.

    Of an open question only what the person gave: its answer must not be read from the download.
    """
    attempts = Attempt.objects.filter(learner=learner).order_by("started", "pk")
    answers = Answer.objects.filter(attempt__learner=learner).order_by("attempt", "position")
    return {
        "quiz_attempts": attempts.values(
            "public_id", "number", "started", "finished", "questions", "marked", "right",
            "subject", "title", "ends_at",
        ).iterator(),
        "quiz_answers": answers.values(
            "position", "response", "saved_at", "marked_at", "correct", "score", "misconceptions",
            of=F("attempt__public_id"), question_slug=F("question__slug"),
        ).iterator(),
    }  # fmt: skip
