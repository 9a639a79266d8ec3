"""What a learner does with a quiz."""

import json
import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import Concept, Step
from apps.progress.models import EvidenceSource
from apps.progress.services import record_evidence
from apps.quizzes import queries
from apps.quizzes.blueprints import (
    CONCEPT_QUESTIONS,
    DRILLS,
    EXAM_MINUTES,
    EXAM_QUESTIONS,
    Candidate,
    for_drill,
    for_review,
    for_step,
)
from apps.quizzes.drawing import draw_question, from_json, question_seed, to_json
from apps.quizzes.generators import GENERATORS, Generator
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.marking import mark
from apps.quizzes.models import Answer, Attempt, QuestionVersion, Quiz
from apps.quizzes.queries import AskedQuestion
from apps.quizzes.subjects import CONCEPT, DRILL, EXAM, QUIZ, REVIEW, STEP, subject

logger = logging.getLogger(__name__)


class Refused(Exception):
    """It cannot be done now; the message says what to do."""


NOTHING_TO_ASK = "There are no questions to ask at the moment. Come back a little later."


def start_attempt(
    *,
    learner: User,
    quiz: Quiz,
    generators: Mapping[str, Generator] = GENERATORS,
    seed: int | None = None,
) -> Attempt:
    """The open attempt of the learner, or a new one with all its questions drawn.

    ``seed``: of 63 bits, for a demo that is the same every time; else one that nobody can guess.
    Raises Refused when there is nothing to ask.
    """
    attempt = Attempt(
        learner=learner, quiz=quiz, subject=subject(QUIZ, quiz.slug), title=quiz.title
    )
    if seed is not None:
        attempt.seed = seed
    return _start(attempt, lambda: queries.questions_to_ask(quiz=quiz), generators=generators)


def start_step(*, learner: User, step: Step) -> Attempt:
    """Questions over a whole step. As ``start_attempt``."""
    attempt = Attempt(
        learner=learner, subject=subject(STEP, step.slug), title=f"{step.title}: the whole step"
    )
    among = Q(question__quiz__lesson__step=step)
    return _start(attempt, lambda: _chosen(attempt, among, for_step))


def start_exam(*, learner: User, step: Step) -> Attempt:
    """Questions over a whole step that are marked together, when they are handed in or the time is
    over. As ``start_attempt``."""
    minutes = EXAM_MINUTES * (100 + learner.extra_time) / 100
    attempt = Attempt(
        learner=learner,
        subject=subject(EXAM, step.slug),
        title=f"{step.title}: exam",
        ends_at=timezone.now() + timedelta(minutes=minutes),
    )
    among = Q(question__quiz__lesson__step=step)
    choose = partial(for_step, count=EXAM_QUESTIONS)
    return _start(attempt, lambda: _chosen(attempt, among, choose))


def start_drill(*, learner: User, slug: str) -> Attempt:
    """``slug``: one of ``DRILLS``. As ``start_attempt``."""
    drill = DRILLS[slug]
    attempt = Attempt(learner=learner, subject=subject(DRILL, slug), title=drill.title)
    among = Q(question__quiz__lesson__slug__in=drill.lessons) & ~Q(generator="")
    return _start(attempt, lambda: _chosen(attempt, among, for_drill))


def start_concept(*, learner: User, concept: Concept) -> Attempt:
    """Questions on one concept, wherever they stand. As ``start_attempt``."""
    attempt = Attempt(
        learner=learner,
        subject=subject(CONCEPT, concept.slug),
        title=f"{concept.title}: practice",
    )
    choose = partial(for_drill, count=CONCEPT_QUESTIONS)
    return _start(attempt, lambda: _chosen(attempt, Q(concepts__contains=[concept.slug]), choose))


def start_review(*, learner: User, by: datetime) -> Attempt:
    """Questions on what is due by then. As ``start_attempt``."""
    concepts = queries.concepts_to_review(learner=learner, by=by)
    due = list(concepts.values_list("slug", flat=True))
    attempt = Attempt(learner=learner, subject=subject(REVIEW), title="Review")
    choose = partial(for_review, due=due)
    return _start(attempt, lambda: _chosen(attempt, Q(concepts__overlap=due), choose))


def _chosen(
    attempt: Attempt, among: Q, choose: Callable[[Sequence[Candidate], random.Random], list[int]]
) -> list[QuestionVersion]:
    source = random.Random(attempt.seed)  # noqa: S311 - the seed is a secret, and drawn as one
    candidates = queries.candidates(learner=attempt.learner, among=among)
    return queries.versions_in_order(choose(candidates, source))


@transaction.atomic
def _start(
    attempt: Attempt,
    questions: Callable[[], Iterable[QuestionVersion]],
    *,
    generators: Mapping[str, Generator] = GENERATORS,
) -> Attempt:
    """The open attempt at the same subject, or this one with all its questions drawn."""
    learner = attempt.learner
    # One start of a learner at a time, so that looking and inserting are one step.
    User.objects.select_for_update(no_key=True).get(pk=learner.pk)
    earlier = queries.attempts_at(learner=learner, subject=attempt.subject)
    if (going := earlier.filter(finished=None).first()) is not None:
        return going
    attempt.number = (earlier.aggregate(last=Max("number"))["last"] or 0) + 1
    drawn = [
        (version, draw)
        for version in questions()
        if (draw := _draw(version, attempt_seed=attempt.seed, generators=generators))
    ]
    if not drawn:
        raise Refused(NOTHING_TO_ASK)
    attempt.questions = len(drawn)
    attempt.save(force_insert=True)
    Answer.objects.bulk_create(
        Answer(
            attempt=attempt,
            question_id=version.question_id,
            question_version=version,
            position=position,
            draw=to_json(draw),
        )
        for position, (version, draw) in enumerate(drawn, start=1)
    )
    return attempt


def _draw(
    version: QuestionVersion, *, attempt_seed: int, generators: Mapping[str, Generator]
) -> Drawn | None:
    """None for a question that cannot be drawn: a fault of ours, of which no learner is told."""
    seed = question_seed(attempt_seed=attempt_seed, slug=version.question.slug)
    try:
        generator = generators[version.generator] if version.generator else None
        return draw_question(kind=version.kind, facts=version.facts, generator=generator, seed=seed)
    except Exception:  # a generator may fail in any way, or be older than the text
        logger.exception("Question %s cannot be drawn with seed %s", version.question, seed)
        return None


def save_draft(*, asked: AskedQuestion, response: Response) -> bool:
    """Keep what is chosen so far. False: it is marked already, or the time of its exam is over."""
    in_time = Q(attempt__ends_at=None) | Q(attempt__ends_at__gt=Now())
    unmarked = Answer.objects.filter(in_time, pk=asked.answer_id, marked_at=None)
    return unmarked.update(response=response, saved_at=Now()) == 1


def answer_question(*, learner: User, asked: AskedQuestion, response: Response) -> bool:
    """Mark an answer, once. False: it was marked before, and nothing changes.

    Raises NotMarked when it cannot be read; it is then kept as a draft.
    """
    if asked.score is not None:
        return False
    if asked.in_exam:
        return save_draft(asked=asked, response=response)
    try:
        marked = mark(
            kind=asked.kind,
            drawn=from_json(asked.draw),
            facts=asked.facts,
            response=response,
        )
    except NotMarked:
        save_draft(asked=asked, response=response)
        raise
    return _keep(learner=learner, asked=asked, response=response, marked=marked)


# The verdict and the attempt that counts it, in one statement: the row of the answer lets only one
# verdict through, and that of the attempt makes answers at the same time count one after another.
_KEEP = """
WITH kept AS (
    UPDATE quizzes_answer
    SET response = %(response)s, saved_at = %(now)s, marked_at = %(now)s,
        correct = %(correct)s, score = %(score)s, misconceptions = %(misconceptions)s
    WHERE id = %(answer)s AND marked_at IS NULL
    RETURNING attempt_id
)
UPDATE quizzes_attempt AS attempt
SET marked = attempt.marked + 1,
    "right" = attempt."right" + %(right)s,
    finished = CASE WHEN attempt.marked + 1 = attempt.questions THEN %(now)s END
FROM kept WHERE attempt.id = kept.attempt_id
"""


@transaction.atomic
def _keep(*, learner: User, asked: AskedQuestion, response: Response, marked: Marked) -> bool:
    now = timezone.now()
    values: dict[str, Any] = {
        "response": json.dumps(response),
        "now": now,
        "correct": marked.correct,
        "score": marked.score,
        "right": int(marked.correct),
        "misconceptions": list(marked.misconceptions),
        "answer": asked.answer_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        if cursor.rowcount != 1:
            return False
    record_evidence(
        learner=learner,
        source=EvidenceSource.QUIZ,
        key=f"{asked.public_id}:{asked.slug}",
        concepts=asked.concepts,
        score=marked.score,
        title=f"{asked.title}: question {asked.position}",
        attempt=asked.number,
        url=reverse("question", args=[asked.public_id, asked.position]),
        at=now,
    )
    return True
