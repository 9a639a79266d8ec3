"""The end of an exam: all its answers are marked together."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.progress.models import EvidenceSource
from apps.progress.services import Piece, record_pieces
from apps.quizzes import queries
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds.kind import Marked, NotMarked
from apps.quizzes.marking import mark
from apps.quizzes.models import Answer, Attempt


@transaction.atomic
def finish_exam(*, attempt_id: int) -> None:
    """Mark all answers of an exam. It is finished already: nothing happens."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    if not attempt.in_exam:
        return
    now = timezone.now()
    answers = list(
        Answer.objects.filter(attempt=attempt).select_related("question_version", "question")
    )
    for one in answers:
        marked = _marked_in_exam(one)
        one.marked_at, one.correct, one.score = now, marked.correct, marked.score
        one.misconceptions = list(marked.misconceptions)
    Answer.objects.bulk_update(answers, ["marked_at", "correct", "score", "misconceptions"])
    attempt.marked = attempt.questions
    attempt.right = sum(bool(one.correct) for one in answers)
    attempt.finished = now
    attempt.save(update_fields=["marked", "right", "finished"])
    record_pieces(
        learner=attempt.learner,
        # What was left out says that time was short, not what is known.
        pieces=[_piece(attempt, one, at=now) for one in answers if one.response],
    )


def finish_exams(*, now: datetime) -> int:
    """Mark those whose time is over, whether or not their learners come back."""
    over = list(queries.exams_at_their_end(now=now).values_list("pk", flat=True))
    for attempt_id in over:
        finish_exam(attempt_id=attempt_id)
    return len(over)


def _marked_in_exam(one: Answer) -> Marked:
    version = one.question_version
    try:
        return mark(
            kind=version.kind,
            drawn=from_json(one.draw),
            facts=version.facts,
            response=one.response,
        )
    except NotMarked:  # left out, or not readable
        return Marked(correct=False)


def _piece(attempt: Attempt, one: Answer, *, at: datetime) -> Piece:
    return Piece(
        source=EvidenceSource.QUIZ,
        key=f"{attempt.public_id}:{one.question.slug}",
        concepts=one.question_version.concepts,
        score=one.score or 0.0,
        title=f"{attempt.title}: question {one.position}",
        attempt=attempt.number,
        url=reverse("question", args=[attempt.public_id, one.position]),
        at=at,
    )
