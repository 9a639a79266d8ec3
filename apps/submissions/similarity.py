"""Submissions of other people that are like one that was just checked, for mentors to look at.

Whoever's fingerprints are kept second is compared with those kept before, so that two submissions
meet once, in whatever order they were handed in. Two workers that keep theirs in the same moment
may both find the other; each keeps what it found for its own.
"""

import functools
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from apps.checks.projects import PROJECTS
from apps.checks.similarity import (
    LEAST_MATCHING,
    Comparison,
    Fingerprint,
    compare,
    fingerprints,
    given_hashes,
    is_similar,
)
from apps.submissions.models import Fingerprints, Similarity, State, Submission
from apps.submissions.snapshots import files_of

# What more than a fifth of the people wrote lately, and at least five of them, is how one writes
# it: it says nothing about two of them.
IDIOM_SHARE = 0.2
IDIOM_PEOPLE = 5
LATELY = 1000  # submissions of others
MOST_KEPT = 30  # people
PLACES_KEPT = 5
A_WHILE = timedelta(minutes=10)  # longer than a comparison takes

_IDIOMS = """
WITH lately AS (
    SELECT kept.hashes, submission.learner_id
    FROM submissions_fingerprints kept
    JOIN submissions_submission submission ON submission.id = kept.submission_id
    WHERE submission.project_slug = %(project)s AND submission.learner_id <> %(learner)s
        AND submission.state = 'finished'
    ORDER BY submission.finished DESC LIMIT %(lately)s
)
SELECT hash FROM lately CROSS JOIN unnest(hashes) hash
WHERE hash = ANY(%(hashes)s::bigint[])
GROUP BY hash
HAVING count(DISTINCT learner_id) >= %(people)s AND count(DISTINCT learner_id)
    > %(share)s * (SELECT count(DISTINCT learner_id) FROM lately)
"""
# Of each other person the submission that shares most, the earliest of equals.
_ALIKE = """
WITH alike AS MATERIALIZED (
    SELECT submission_id, hashes FROM submissions_fingerprints
    WHERE hashes && %(hashes)s::bigint[]
), best AS (
    SELECT DISTINCT ON (submission.learner_id) submission.id, count(*) AS matching
    FROM alike
    JOIN submissions_submission submission ON submission.id = alike.submission_id
    CROSS JOIN unnest(alike.hashes) hash
    WHERE submission.project_slug = %(project)s AND submission.learner_id <> %(learner)s
        AND hash = ANY(%(hashes)s::bigint[])
    GROUP BY submission.learner_id, submission.id
    ORDER BY submission.learner_id, matching DESC, submission.id
)
SELECT id FROM best WHERE matching >= %(least)s ORDER BY matching DESC, id LIMIT %(most)s
"""


def look_for_similar(*, submission_id: int) -> None:
    """Keep the fingerprints of a submission, and what of other people is like it.

    Only of one that was judged; any number of calls keep the same.
    """
    judged = Submission.objects.filter(pk=submission_id, state=State.FINISHED, charged=True)
    submission = judged.first()
    files = files_of(submission) if submission else None
    if submission is None or not files:
        return
    given = _given_code(submission.brief_id, settings.CONTENT_FOLDER)
    found = fingerprints(files, left_out=given)
    hashes = {one.hash for one in found}
    kept = {"hashes": sorted(hashes)}
    Fingerprints.objects.update_or_create(submission=submission, defaults=kept)
    idioms = _idioms(submission, hashes)
    others = Submission.objects.filter(pk__in=_alike(submission, hashes - idioms)).only("pk")
    compared = ((other, _compared(found, other, given, idioms)) for other in others)
    Similarity.objects.bulk_create(
        [_row(submission, other, one) for other, one in compared if is_similar(one)],
        ignore_conflicts=True,
    )
    Fingerprints.objects.filter(pk=submission.pk).update(compared=True)


def not_compared() -> list[int]:
    """Ids of what was judged in the last day, a while ago, by a worker that then died."""
    finished = (Now() - timedelta(days=1), Now() - A_WHILE)
    rows = Submission.objects.filter(state=State.FINISHED, charged=True, finished__range=finished)
    rows = rows.filter(snapshot__isnull=False).exclude(fingerprints__compared=True)
    return list(rows.order_by("finished").values_list("pk", flat=True))


@functools.cache
def _given_code(slug: str, content: Path) -> frozenset[int]:
    """Hashes of what every learner is given: starter code, and code in the project's texts."""
    starter = PROJECTS[slug].starter_data(bytes(32))  # code is the same for every seed
    texts = sorted((content / "projects" / slug).glob("*.md"))
    return given_hashes(
        programs=[code.decode() for name, code in starter.items() if name.endswith(".py")],
        texts=[path.read_text(encoding="utf-8") for path in texts],
    )


def _idioms(submission: Submission, hashes: Collection[int]) -> frozenset[int]:
    """Those of the hashes that say nothing."""
    return frozenset(
        _column(
            _IDIOMS,
            hashes=sorted(hashes),
            project=submission.brief_id,
            learner=submission.learner_id,
            lately=LATELY,
            people=IDIOM_PEOPLE,
            share=IDIOM_SHARE,
        )
    )


def _alike(submission: Submission, hashes: Collection[int]) -> list[int]:
    """The submissions to compare with, as many as are kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes the && of two long arrays for as cheap as that of two numbers, and would
        # sooner compare with every row than ask the index.
        cursor.execute("SET LOCAL enable_seqscan = off")
        return _column(
            _ALIKE,
            hashes=sorted(hashes),
            project=submission.brief_id,
            learner=submission.learner_id,
            least=LEAST_MATCHING,
            most=MOST_KEPT,
        )


def _column(statement: str, **values: str | float | list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [value for (value,) in cursor.fetchall()]


def _compared(
    found: tuple[Fingerprint, ...],
    other: Submission,
    given: frozenset[int],
    idioms: frozenset[int],
) -> Comparison:
    """The places of the other are read again from its files: only the hashes were kept."""
    return compare(found, fingerprints(files_of(other) or (), left_out=given), left_out=idioms)


def _row(submission: Submission, other: Submission, found: Comparison) -> Similarity:
    places: list[list[Any]] = [
        [[one.path, one.first, one.last], [one.other_path, one.other_first, one.other_last]]
        for one in found.regions[:PLACES_KEPT]
    ]
    return Similarity(submission=submission, other=other, share=found.share, places=places)
