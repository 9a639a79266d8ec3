"""A history as of a big site, put straight into the database: learners, attempts, answers and the
evidence that follows from them."""

from typing import Any

from django.db import connection

from apps.accounts.models import User

QUESTIONS = 10  # of each attempt

# Every attempt is at questions that follow one another in the bank.
_HISTORY = """
WITH people AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n
    FROM accounts_user WHERE id = ANY(%(learners)s)
), bank AS (
    SELECT version.id AS version, version.question_id AS question, version.concepts,
        row_number() OVER (ORDER BY version.id) - 1 AS place, COUNT(*) OVER () AS size
    FROM quizzes_questionversion AS version WHERE version.current
), attempts AS (
    INSERT INTO quizzes_attempt (
        public_id, learner_id, subject, title, number, seed, started, finished, questions, marked,
        "right"
    )
    SELECT lpad(people.id || 'x' || number, 12, '0'), people.id, 'drill:metrics', 'Metrics',
        number, number, now() - interval '40 days', now() - interval '40 days', %(questions)s,
        %(questions)s, 0
    FROM people, generate_series(1, %(attempts)s) AS number
    RETURNING id, public_id, learner_id, number
), answers AS (
    INSERT INTO quizzes_answer (
        attempt_id, question_id, question_version_id, position, draw, response, saved_at,
        marked_at, correct, score, misconceptions
    )
    SELECT attempts.id, bank.question, bank.version, position, jsonb_build_object(
            'parameters', jsonb_build_object('total', people.n %% 500, 'rate', position / 8.0),
            'worked', '{}'::jsonb, 'answer', 93.54, 'order', '[2, 0, 1]'::jsonb,
            'distractors', jsonb_build_object('counts-the-rare', 6.46)
        ),
        '{"option": ["1"]}'::jsonb, at, at, score = 1, score,
        CASE WHEN score = 1 THEN ARRAY[]::varchar[] ELSE ARRAY['a-belief'] END
    FROM attempts
    JOIN people ON people.id = attempts.learner_id
    CROSS JOIN generate_series(1, %(questions)s) AS position
    JOIN bank ON bank.place = (
        people.n * 7 + attempts.number * %(questions)s + position
    ) %% bank.size
    CROSS JOIN LATERAL (
        SELECT now() - interval '40 days' + position * interval '45 seconds' AS at,
            ((people.n * 31 + attempts.number * 17 + position * 13) %% 10 < 6)::int AS score
    ) AS outcome
    RETURNING attempt_id, question_version_id, position, score, marked_at
), evidence AS (
    INSERT INTO progress_evidence
        (learner_id, concept_id, source, key, score, title, attempt, url, at)
    SELECT attempts.learner_id, concept.id, 'quiz', attempts.public_id || ':' || answers.position,
        answers.score, 'Metrics: question', attempts.number, '/', answers.marked_at
    FROM answers
    JOIN attempts ON attempts.id = answers.attempt_id
    JOIN bank ON bank.version = answers.question_version_id
    JOIN curriculum_concept AS concept ON concept.slug = ANY(bank.concepts)
    RETURNING learner_id, concept_id
)
INSERT INTO progress_recall (learner_id, concept_id, stability, difficulty, last, due)
SELECT DISTINCT learner_id, concept_id, 5, 5, now() - interval '40 days', now()
FROM evidence
"""
_BATCH = 1000  # learners
_TABLES = (
    "accounts_user", "quizzes_attempt", "quizzes_answer", "progress_evidence", "progress_recall"
)  # fmt: skip


def store_answers(count: int, *, attempts: int = 10, first: int = 0) -> None:
    """At least ``count`` answers, of learners with so many ``attempts`` each, who are numbered from
    ``first`` on.

    The curriculum has to be loaded. What is stored is analysed, as PostgreSQL itself does after
    some minutes, so that queries are planned for it.
    """
    learners = -(-count // (attempts * QUESTIONS))
    people = User.objects.bulk_create(
        User(email=f"many-{number}@example.org", password="!", name="Ada")  # noqa: S106
        for number in range(first, first + learners)
    )
    with connection.cursor() as cursor:
        for start in range(0, learners, _BATCH):
            batch = [person.pk for person in people[start : start + _BATCH]]
            values: dict[str, Any] = {
                "learners": batch,
                "attempts": attempts,
                "questions": QUESTIONS,
            }
            cursor.execute(_HISTORY, values)
        for table in _TABLES:
            cursor.execute(f"ANALYZE {table}")
