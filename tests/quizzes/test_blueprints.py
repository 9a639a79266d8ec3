"""Which questions are asked where nobody put them together: fair, varied, and by the seed alone."""

import random
from datetime import UTC, datetime, timedelta

from apps.quizzes.blueprints import (
    DRILL_QUESTIONS,
    REVIEW_QUESTIONS,
    STEP_QUESTIONS,
    Candidate,
    for_drill,
    for_review,
    for_step,
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def candidates(lessons: int = 4, each: int = 9) -> list[Candidate]:
    return [
        Candidate(
            version=100 * lesson + number,
            lesson=f"lesson-{lesson}",
            concepts=(f"concept-{lesson}-{number // 2}",),
            difficulty=1 + number % 3,
            last=None,
        )
        for lesson in range(1, lessons + 1)
        for number in range(each)
    ]


def source(seed: int = 1) -> random.Random:
    return random.Random(seed)


def asked(one: Candidate, *, days_ago: int) -> Candidate:
    return Candidate(
        version=one.version,
        lesson=one.lesson,
        concepts=one.concepts,
        difficulty=one.difficulty,
        last=NOW - timedelta(days=days_ago),
    )


def test_step_asks_of_every_lesson_about_different_concepts() -> None:
    all_of_them = {one.version: one for one in candidates()}
    for seed in range(30):
        chosen = [all_of_them[key] for key in for_step(list(all_of_them.values()), source(seed))]
        assert len(chosen) == STEP_QUESTIONS
        lessons = [one.lesson for one in chosen]
        assert {lessons.count(lesson) for lesson in set(lessons)} == {3}
        assert len({one.concepts for one in chosen}) == STEP_QUESTIONS
        difficulties = [one.difficulty for one in chosen]
        assert difficulties == sorted(difficulties)
        assert [difficulties.count(one) for one in (1, 2, 3)] == [4, 4, 4]


def test_step_with_few_questions_asks_them_all() -> None:
    few = candidates(lessons=2, each=2)
    assert sorted(for_step(few, source())) == [one.version for one in few]
    assert for_step([], source()) == []


def test_seed_alone_decides() -> None:
    assert for_step(candidates(), source(3)) == for_step(candidates(), source(3))
    assert for_step(candidates(), source(3)) != for_step(candidates(), source(4))
    assert for_drill(candidates(), source(3)) != for_drill(candidates(), source(4))


def test_drill_takes_what_was_asked_longest_ago() -> None:
    rows = candidates(lessons=2)
    seen = [asked(one, days_ago=number) for number, one in enumerate(rows)]
    oldest = {one.version for one in seen[-DRILL_QUESTIONS:]}
    assert set(for_drill(seen, source())) == oldest
    fresh = [*seen[:-1], rows[-1]]
    assert rows[-1].version in for_drill(fresh, source())


def test_review_asks_once_about_each_concept_that_is_due() -> None:
    rows = [
        Candidate(version=1, lesson="a", concepts=("x", "y"), difficulty=1, last=NOW),
        Candidate(version=2, lesson="a", concepts=("y",), difficulty=1, last=NOW),
        Candidate(version=3, lesson="a", concepts=("z",), difficulty=1, last=NOW),
        asked(
            Candidate(version=4, lesson="a", concepts=("z",), difficulty=1, last=None), days_ago=9
        ),
    ]
    assert for_review(rows, source(), due=["z", "x", "y"]) == [4, 1]
    assert for_review(rows, source(), due=["unknown"]) == []
    many = candidates(lessons=9)
    due = [one.concepts[0] for one in many]
    assert len(for_review(many, source(), due=due)) == REVIEW_QUESTIONS
