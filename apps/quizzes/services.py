"""What a learner does with a quiz."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.progress.models import EvidenceSource
from apps.progress.services import record_evidence
from apps.quizzes import queries
from apps.quizzes.drawing import draw_question, from_json, question_seed, to_json
from apps.quizzes.generators import GENERATORS, Generator
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.marking import mark
from apps.quizzes.models import Answer, Attempt, QuestionVersion, Quiz
from apps.quizzes.queries import AskedQuestion

logger = logging.getLogger(__name__)


class Refused(Exception):
    """It cannot be done now; the message says what to do."""


NOTHING_TO_ASK = "This quiz has no questions at the moment. Come back a little later."


@transaction.atomic
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
    # One start of a learner at a time, so that looking and inserting are one step.
    User.objects.select_for_update(no_key=True).get(pk=learner.pk)
    if (attempt := queries.open_attempt_of(learner=learner, quiz=quiz)) is not None:
        return attempt
    last = queries.attempts_of(learner=learner, quiz=quiz).aggregate(last=Max("number"))["last"]
    attempt = Attempt(learner=learner, quiz=quiz, number=(last or 0) + 1)
    if seed is not None:
        attempt.seed = seed
    drawn = [
        (version, draw)
        for version in queries.questions_to_ask(quiz=quiz)
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
    """Keep what is chosen so far. False: it is marked already, and stays as it is."""
    unmarked = Answer.objects.filter(pk=asked.answer_id, marked_at=None)
    return unmarked.update(response=response, saved_at=Now()) == 1


def answer_question(*, learner: User, asked: AskedQuestion, response: Response) -> bool:
    """Mark an answer, once. False: it was marked before, and nothing changes.

    Raises NotMarked when it cannot be read; it is then kept as a draft.
    """
    if asked.correct is not None:
        return False
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
        correct = %(correct)s, misconceptions = %(misconceptions)s
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
        score=1.0 if marked.correct else 0.0,
        title=f"{asked.quiz_title}: question {asked.position}",
        attempt=asked.number,
        url=reverse("question", args=[asked.public_id, asked.position]),
        at=now,
    )
    return True
