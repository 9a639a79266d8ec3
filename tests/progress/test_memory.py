"""Reviews come back later the better a concept is known, and soon after a mistake."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.curriculum.models import Concept
from apps.progress import queries
from apps.progress.memory import LONGEST, Memory, after
from apps.progress.models import EvidenceSource, Recall
from apps.progress.services import record_evidence

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def days(memory: Memory) -> int:
    return (memory.due - memory.last).days


def reviewed_when_due(*scores: float) -> Memory:
    memory = after(None, score=scores[0], at=START)
    for score in scores[1:]:
        memory = after(memory, score=score, at=memory.due)
    return memory


def test_intervals_grow_with_each_success_up_to_a_cap() -> None:
    intervals = [days(reviewed_when_due(*[1.0] * count)) for count in range(1, 8)]
    assert intervals == sorted(intervals)
    assert intervals[0] == 2
    assert intervals[-1] == LONGEST.days


def test_mistake_brings_a_concept_back_soon() -> None:
    known = reviewed_when_due(1.0, 1.0, 1.0)
    missed = reviewed_when_due(1.0, 1.0, 0.0)
    partly = reviewed_when_due(1.0, 1.0, 0.5)
    assert days(missed) < days(partly) < days(known)
    assert days(reviewed_when_due(0.0)) == 1


def test_what_is_told_late_does_not_turn_time_back() -> None:
    memory = reviewed_when_due(1.0, 1.0)
    late = after(memory, score=1.0, at=START - timedelta(days=3))
    assert late.last == memory.last
    assert late.due > late.last


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(-400, 4_000)),
        min_size=1,
        max_size=30,
    )
)
def test_any_history_has_a_next_review(history: list[tuple[float, float]]) -> None:
    memory = None
    for score, day in history:
        memory = after(memory, score=score, at=START + timedelta(days=day))
        assert timedelta(days=1) <= memory.due - memory.last <= LONGEST
        assert memory.stability > 0
        assert 1 <= memory.difficulty <= 10


@pytest.mark.django_db
def test_evidence_of_any_source_moves_the_review(learner: User, concepts: list[Concept]) -> None:
    now = timezone.now()

    def record(key: str, *, score: float, source: EvidenceSource, at: datetime) -> None:
        record_evidence(
            learner=learner,
            source=source,
            key=key,
            concepts=["precision"],
            score=score,
            title="x",
            attempt=1,
            url="/",
            at=at,
        )

    record("1", score=1.0, source=EvidenceSource.QUIZ, at=now - timedelta(days=30))
    record("1", score=0.0, source=EvidenceSource.QUIZ, at=now)  # told twice, kept once
    kept = Recall.objects.get()
    assert kept.last == now - timedelta(days=30)
    record("2", score=1.0, source=EvidenceSource.EXERCISE, at=now - timedelta(days=28))
    known = Recall.objects.get()
    assert known.due > kept.due
    record("3", score=0.0, source=EvidenceSource.PROJECT, at=now - timedelta(days=20))
    missed = Recall.objects.get()
    assert missed.stability < known.stability
    expected = None
    for score, days_ago in ((1.0, 30), (1.0, 28), (0.0, 20)):
        expected = after(expected, score=score, at=now - timedelta(days=days_ago))
    assert expected
    assert (missed.due, missed.last) == (expected.due, expected.last)
    assert [one.slug for one in queries.due_concepts(learner=learner, by=now)] == ["precision"]
    assert not queries.due_concepts(learner=learner, by=missed.due - timedelta(minutes=1))
