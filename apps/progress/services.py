"""What changes a learner's record."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Least

from apps.accounts.models import User
from apps.curriculum.models import Lesson, ProjectBrief
from apps.progress import small_road
from apps.progress.memory import Memory, after
from apps.progress.models import (
    EvidenceSource,
    LearningPlan,
    PassedProject,
    Pause,
    ReadMark,
    Recall,
)


def mark_read(*, learner: User, lesson: Lesson) -> ReadMark:
    """Again after the lesson changed: the mark then says the version of today."""
    mark, _ = ReadMark.objects.update_or_create(
        learner=learner, lesson=lesson, defaults={"version": lesson.version}
    )
    return mark


def unmark_read(*, learner: User, lesson: Lesson) -> None:
    ReadMark.objects.filter(learner=learner, lesson=lesson).delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing that a learner did, as a piece of evidence for each of its concepts."""

    source: EvidenceSource
    key: str
    concepts: Sequence[str]  # slugs
    score: float  # share of it that shows the concepts
    title: str
    attempt: int
    url: str
    at: datetime


# One statement: it is part of every answer to a question.
_RECORD = """
INSERT INTO progress_evidence
    (learner_id, concept_id, source, key, score, title, attempt, url, at)
SELECT %(learner)s, concept.id, piece.source, piece.key, piece.score, piece.title, piece.attempt,
    piece.url, piece.at
FROM jsonb_to_recordset(%(pieces)s) AS piece (
    place int, source text, key text, concepts jsonb, score float8, title text, attempt int,
    url text, at timestamptz
)
JOIN curriculum_concept AS concept ON jsonb_exists(piece.concepts, concept.slug)
ORDER BY piece.place, concept.id
ON CONFLICT (learner_id, source, key, concept_id) DO NOTHING
RETURNING concept_id, score, at
"""


def record_evidence(
    *,
    learner: User,
    source: EvidenceSource,
    key: str,
    concepts: Iterable[str],
    score: float,
    title: str,
    attempt: int,
    url: str,
    at: datetime,
) -> None:
    """Keep that ``learner`` did something that shows ``concepts`` (slugs) to the share ``score``.

    Told twice with the same ``source`` and ``key``, it is kept once, as it was told first. Slugs
    that no concept has are passed over: a checker or a question may be newer than the content.
    """
    piece = Piece(
        source=source,
        key=key,
        concepts=tuple(concepts),
        score=score,
        title=title,
        attempt=attempt,
        url=url,
        at=at,
    )
    record_pieces(learner=learner, pieces=[piece])


def record_pieces(*, learner: User, pieces: Sequence[Piece]) -> None:
    """As ``record_evidence``, for several things at once and with as few queries."""
    rows = [
        {
            **asdict(piece),
            "place": place,
            "source": str(piece.source),
            "key": piece.key[:120],
            "title": piece.title[:200],
        }
        for place, piece in enumerate(pieces)
    ]
    values: dict[str, Any] = {
        "learner": learner.pk,
        "pieces": json.dumps(rows, default=datetime.isoformat),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, values)
            new: list[tuple[int, float, datetime]] = cursor.fetchall()
        _remember(learner, new)
    small_road.forget(learner=learner)


def _remember(learner: User, pieces: Sequence[tuple[int, float, datetime]]) -> None:
    """Move the review of each concept to when it will be due after this.

    ``pieces``: key of a concept, score and time of each.
    """
    if not pieces:
        return
    concepts = {concept for concept, _, _ in pieces}
    rows = Recall.objects.select_for_update().filter(learner=learner, concept__in=concepts)
    memories = {
        row.concept_id: Memory(
            stability=row.stability, difficulty=row.difficulty, last=row.last, due=row.due
        )
        for row in rows
    }
    for concept, score, at in pieces:
        memories[concept] = after(memories.get(concept), score=score, at=at)
    Recall.objects.bulk_create(
        [
            Recall(learner=learner, concept_id=concept, **asdict(memory))
            for concept, memory in memories.items()
        ],
        update_conflicts=True,
        unique_fields=["learner", "concept"],
        update_fields=["stability", "difficulty", "last", "due"],
    )


def record_pass(*, learner: User, brief: ProjectBrief, at: datetime) -> None:
    """The first pass of a project counts."""
    PassedProject.objects.get_or_create(learner=learner, brief=brief, defaults={"passed": at})
    small_road.forget(learner=learner)


def record_approval(*, learner: User, brief: ProjectBrief, at: datetime) -> None:
    """A mentor approved a submission that had passed; the first time counts."""
    passes = PassedProject.objects.filter(learner=learner, brief=brief, approved__isnull=True)
    passes.update(approved=at)
    small_road.forget(learner=learner)


def choose_plan(*, learner: User, start: date, hours_a_week: int) -> None:
    """Begin, or move, the plan. Pauses that lie before a new start no longer count."""
    LearningPlan.objects.update_or_create(
        learner=learner, defaults={"start": start, "hours_a_week": hours_a_week}
    )
    small_road.forget(learner=learner)


def pause_plan(*, learner: User, today: date) -> None:
    """From today on nothing is due. Paused already, or without a plan: nothing changes."""
    plan = LearningPlan.objects.filter(learner=learner).first()
    if plan is None:
        return
    try:
        with transaction.atomic():
            Pause.objects.create(plan=plan, first=today)
    except IntegrityError:  # it is open already; another tab was first
        return
    small_road.forget(learner=learner)


def resume_plan(*, learner: User, today: date) -> None:
    pauses = Pause.objects.filter(plan__learner=learner, end__isnull=True)
    pauses.update(first=Least("first", today), end=today)
    small_road.forget(learner=learner)
