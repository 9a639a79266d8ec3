"""What changes a learner's record."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson
from apps.progress.models import Evidence, EvidenceSource, ReadMark


def mark_read(*, learner: User, lesson: Lesson) -> ReadMark:
    """Again after the lesson changed: the mark then says the version of today."""
    mark, _ = ReadMark.objects.update_or_create(
        learner=learner, lesson=lesson, defaults={"version": lesson.version}
    )
    return mark


def unmark_read(*, learner: User, lesson: Lesson) -> None:
    ReadMark.objects.filter(learner=learner, lesson=lesson).delete()


@transaction.atomic(savepoint=False)
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
    keys = Concept.objects.filter(slug__in=set(concepts)).values_list("pk", flat=True)
    Evidence.objects.bulk_create(
        (
            Evidence(
                learner=learner,
                concept_id=concept,
                source=source,
                key=key[:120],
                score=score,
                title=title[:200],
                attempt=attempt,
                url=url,
                at=at,
            )
            for concept in sorted(keys)
        ),
        ignore_conflicts=True,
    )
