"""What changes a learner's record."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Least

from apps.accounts.models import User
from apps.curriculum.models import Lesson, ProjectBrief
from apps.progress import small_road
from apps.progress.models import (
    EvidenceSource,
    LearningPlan,
    PassedProject,
    Pause,
    ReadMark,
)


def mark_read(*, learner: User, lesson: Lesson) -> ReadMark:
    """Again after the lesson changed: the mark then says the version of today."""
    mark, _ = ReadMark.objects.update_or_create(
        learner=learner, lesson=lesson, defaults={"version": lesson.version}
    )
    return mark


def unmark_read(*, learner: User, lesson: Lesson) -> None:
    ReadMark.objects.filter(learner=learner, lesson=lesson).delete()


# One statement: it is part of every answer to a question.
_RECORD = """
INSERT INTO progress_evidence
    (learner_id, concept_id, source, key, score, title, attempt, url, at)
SELECT %(learner)s, id, %(source)s, %(key)s, %(score)s, %(title)s, %(attempt)s, %(url)s, %(at)s
FROM curriculum_concept
WHERE slug = ANY(%(concepts)s)
ORDER BY id
ON CONFLICT (learner_id, source, key, concept_id) DO NOTHING
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
    values: dict[str, Any] = {
        "learner": learner.pk,
        "source": str(source),
        "key": key[:120],
        "score": score,
        "title": title[:200],
        "attempt": attempt,
        "url": url,
        "at": at,
        "concepts": list(concepts),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
    small_road.forget(learner=learner)


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
