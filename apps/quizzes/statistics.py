"""What answers say of their questions: classical item analysis (Lord and Novick, 1968, "Statistical
theories of mental test scores"), for authors.

Only the first answer of each learner to a question counts: after it, they know the explanation.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from statistics import NormalDist, fmean, median, variance
from typing import Any

from django.db import connection, transaction

from apps.quizzes.models import Flag, QuestionStatistics

FEWEST = 30  # answers, before anything is said of a question
EVERYONE, NOBODY = 0.97, 0.1  # mean scores
# A question's numbers matter if they move the mean score by this much, and not by chance.
VARIANT_GAP, VARIANT_CHANCE = 0.15, 0.001
NEGATIVE_CHANCE = 0.05
_LATEST = 500  # answers whose numbers are looked at

# An answer's rest is the mean score of the other questions of its attempt. Its seconds run from the
# answer before it; in an exam, where all are marked at the end, from and to when they were saved.
# Who was away for a quarter of an hour was not answering. Left out in an exam is no answer, and yet
# the explanation was shown: what the learner answers later is not the first.
_COUNT = """
WITH given AS (
    SELECT answer.question_version_id AS version, answer.question_id AS question,
        attempt.learner_id AS learner, answer.id, answer.score, answer.misconceptions,
        answer.response = '{}'::jsonb AS left_out, answer.marked_at, attempt.started,
        SUM(answer.score) OVER of_attempt - answer.score AS others,
        COUNT(*) OVER of_attempt - 1 AS other_count,
        CASE WHEN attempt.ends_at IS NULL THEN answer.marked_at ELSE answer.saved_at END AS at,
        answer.attempt_id AS attempt
    FROM quizzes_answer AS answer
    JOIN quizzes_attempt AS attempt ON attempt.id = answer.attempt_id
    WHERE answer.marked_at IS NOT NULL
    WINDOW of_attempt AS (PARTITION BY answer.attempt_id)
), timed AS (
    SELECT id, EXTRACT(EPOCH FROM at - COALESCE(
        LAG(at) OVER (PARTITION BY attempt ORDER BY at, id), started
    )) AS seconds
    FROM given
    WHERE NOT left_out
), first AS (
    SELECT earliest.*, timed.seconds
    FROM (
        SELECT DISTINCT ON (learner, question) *
        FROM given ORDER BY learner, question, marked_at, id
    ) AS earliest
    JOIN timed ON timed.id = earliest.id
), believed AS (
    SELECT version, jsonb_object_agg(name, count) AS counts
    FROM (
        SELECT version, name, COUNT(*) AS count
        FROM first, UNNEST(misconceptions) AS name GROUP BY version, name
    ) AS each
    GROUP BY version
), counted AS (
    SELECT version, COUNT(*) AS answers, AVG(score) AS mean_score,
        CORR(score, others / NULLIF(other_count, 0)) FILTER (WHERE other_count >= 3),
        COUNT(*) FILTER (WHERE other_count >= 3) AS compared,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE seconds < 900)
    FROM first
    GROUP BY version
)
SELECT counted.*, COALESCE(believed.counts, '{}')
FROM counted LEFT JOIN believed USING (version)
"""
_DRAWS = """
SELECT version, parameters, score
FROM (
    SELECT answer.question_version_id AS version, answer.draw -> 'parameters' AS parameters,
        answer.score, ROW_NUMBER() OVER (
            PARTITION BY answer.question_version_id ORDER BY answer.id DESC
        ) AS age
    FROM quizzes_answer AS answer
    JOIN quizzes_questionversion AS version ON version.id = answer.question_version_id
    WHERE answer.marked_at IS NOT NULL AND answer.response <> '{}'::jsonb
        AND version.generator <> ''
) AS drawn
WHERE age <= %s
ORDER BY version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A condition on the numbers of a question under which it is easier or harder."""

    name: str
    condition: str  # "at most 120", "is linear"
    answers: int  # under it
    mean_score: float
    other_answers: int
    other_mean_score: float


@transaction.atomic
def count_answers() -> int:
    """Write the statistics of every question version that was answered; returns how many."""
    variants = _variants()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        rows = cursor.fetchall()
    QuestionStatistics.objects.all().delete()
    made = QuestionStatistics.objects.bulk_create(
        _statistics(row, variants.get(row[0], [])) for row in rows
    )
    return len(made)


def _statistics(row: Sequence[Any], variants: Sequence[Variant]) -> QuestionStatistics:
    version, answers, mean_score, discrimination, compared, seconds, misconceptions = row
    return QuestionStatistics(
        question_version_id=version,
        answers=answers,
        mean_score=mean_score,
        discrimination=discrimination if compared >= FEWEST else None,
        seconds=seconds,
        misconceptions={
            name: count / answers for name, count in json.loads(misconceptions).items()
        },
        variants=[asdict(variant) for variant in variants],
        flags=flags_of(
            answers=answers,
            mean_score=mean_score,
            discrimination=discrimination,
            compared=compared,
            variants=variants,
        ),
    )


def flags_of(
    *,
    answers: int,
    mean_score: float,
    discrimination: float | None,
    compared: int,
    variants: Sequence[Variant],
) -> list[Flag]:
    """``compared``: answers that ``discrimination`` rests on."""
    flags = []
    if compared >= FEWEST and discrimination is not None and discrimination < 0:
        # Fisher's transformation: how far below zero chance alone would bring it.
        z = math.atanh(max(discrimination, -0.999)) * math.sqrt(compared - 3)
        if z < NormalDist().inv_cdf(NEGATIVE_CHANCE):
            flags.append(Flag.NEGATIVE)
    if answers >= FEWEST and mean_score >= EVERYONE:
        flags.append(Flag.EVERYONE)
    if answers >= FEWEST and mean_score <= NOBODY:
        flags.append(Flag.NOBODY)
    if variants:
        flags.append(Flag.VARIANTS)
    return flags


def _variants() -> dict[int, list[Variant]]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_DRAWS, [_LATEST])
        for version, rows in groupby(cursor, key=lambda row: row[0]):
            drawn = [(json.loads(parameters), score) for _, parameters, score in rows]
            if variants := variants_that_differ(drawn):
                found[version] = variants
    return found


def variants_that_differ(
    drawn: Sequence[tuple[Mapping[str, Any], float]],
) -> list[Variant]:
    """``drawn``: the parameters and the score of each answer to one question.

    Splits the answers by each parameter: numbers at their median, words into each and the rest.
    """
    if len(drawn) < 2 * FEWEST:
        return []
    columns: defaultdict[str, list[tuple[Any, float]]] = defaultdict(list)
    for parameters, score in drawn:
        for name, value in parameters.items():
            columns[name].append((value, score))
    splits = [
        (name, condition, inside, outside)
        for name, column in columns.items()
        for condition, inside, outside in _splits(column)
        if min(len(inside), len(outside)) >= FEWEST
    ]
    # Of many splits, one differs by chance (Bonferroni).
    far = NormalDist().inv_cdf(1 - VARIANT_CHANCE / (2 * max(1, len(splits))))
    return [
        Variant(
            name=name,
            condition=condition,
            answers=len(inside),
            mean_score=fmean(inside),
            other_answers=len(outside),
            other_mean_score=fmean(outside),
        )
        for name, condition, inside, outside in splits
        if abs(fmean(inside) - fmean(outside)) >= VARIANT_GAP and _distance(inside, outside) > far
    ]


def _splits(
    column: Sequence[tuple[Any, float]],
) -> Iterator[tuple[str, list[float], list[float]]]:
    values = [value for value, _ in column]
    if all(isinstance(value, int | float) for value in values):
        middle = median(values)
        if middle == max(values):  # so that there is something above
            middle = max((value for value in values if value < middle), default=middle)
        yield f"at most {middle:.4g}", *_halves(column, lambda value: value <= middle)
    else:
        for word in sorted({str(value) for value in values}):
            yield f"“{word[:60]}”", *_halves(column, partial(_reads, word))


def _reads(word: str, value: Any) -> bool:
    return str(value) == word


def _halves(
    column: Iterable[tuple[Any, float]], inside: Callable[[Any], bool]
) -> tuple[list[float], list[float]]:
    """The scores of the values inside, and those of the others."""
    halves: tuple[list[float], list[float]] = [], []
    for value, score in column:
        halves[0 if inside(value) else 1].append(score)
    return halves


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Between two means, in standard errors (Welch)."""
    error = math.sqrt(variance(one) / len(one) + variance(other) / len(other))
    gap = abs(fmean(one) - fmean(other))
    if not error:
        return math.inf if gap else 0.0
    return gap / error
