"""Facts are kept once, and only facts."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson
from apps.progress import queries
from apps.progress.mastery import WEIGHTS, Level, average, mastery
from apps.progress.models import Evidence, EvidenceSource, ReadMark
from apps.progress.services import mark_read, record_evidence, unmark_read

pytestmark = pytest.mark.django_db


def record(learner: User, **changed: Any) -> None:
    values: dict[str, Any] = {
        "source": EvidenceSource.QUIZ,
        "key": "answer:1",
        "concepts": ["precision", "recall"],
        "score": 1.0,
        "title": "Evaluation metrics, question 1",
        "attempt": 1,
        "url": "/quizzes/evaluation-metrics/",
        "at": timezone.now(),
    }
    record_evidence(learner=learner, **values | changed)


def test_evidence_is_kept_once_as_it_was_told_first(learner: User, concepts: list[Concept]) -> None:
    record(learner)
    record(learner, score=0.0)
    assert list(Evidence.objects.values_list("score", flat=True)) == [1.0, 1.0]
    record(learner, key="answer:2", concepts=["recall", "recall"])
    assert Evidence.objects.count() == 3


def test_unknown_concept_is_passed_over(learner: User, concepts: list[Concept]) -> None:
    record(learner, concepts=["precision", "no-such-concept"])
    assert [one.concept.slug for one in Evidence.objects.all()] == ["precision"]


def test_score_beyond_one_is_refused(learner: User, concepts: list[Concept]) -> None:
    with pytest.raises(IntegrityError, match="evidence_score_is_a_share"):
        record(learner, score=1.5)


def test_mastery_is_by_concept_and_person(
    learner: User, concepts: list[Concept], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = User.objects.create_user("bob@example.org", "correct horse")
    record(other, concepts=["recall"])
    for number in range(3):
        record(learner, key=f"answer:{number}", concepts=["precision"])
    with django_assert_num_queries(1):
        found = queries.mastery_by_concept(learner=learner)
    assert found["precision"].level is Level.SOLID
    assert found["recall"].level is Level.UNSEEN


def test_read_mark_follows_the_lesson_and_goes(learner: User, lesson: Lesson) -> None:
    mark_read(learner=learner, lesson=lesson)
    mark_read(learner=learner, lesson=lesson)
    assert queries.read_versions(learner=learner) == {lesson.pk: "1" * 64}
    lesson.version = "2" * 64
    mark_read(learner=learner, lesson=lesson)
    assert ReadMark.objects.get().version == "2" * 64
    unmark_read(learner=learner, lesson=lesson)
    assert not ReadMark.objects.exists()


def test_mastery_of_many_pieces_is_that_of_the_method(learner: User) -> None:
    """The sums are made in PostgreSQL; the method itself is a function of ``mastery.py``."""
    draw = random.Random(5)
    concepts = [
        Concept.objects.create(slug=f"c-{n}", title=f"C {n}", definition_html="", content_hash="x")
        for n in range(6)
    ]
    pieces: dict[str, list[tuple[str, float]]] = {}
    now = timezone.now()
    rows = []
    for concept, count in zip(concepts, [1, 2, 3, 10, 60, 4000], strict=True):
        own = [(draw.choice(["quiz", "project"]), draw.random()) for _ in range(count)]
        pieces[concept.slug] = own
        rows += [
            Evidence(
                learner=learner, concept=concept, source=source, key=f"{concept.slug}-{age}",
                score=score, title="", attempt=1, url="/", at=now - timedelta(seconds=age),
            )
            for age, (source, score) in enumerate(own)
        ]  # fmt: skip
    Evidence.objects.bulk_create(rows)
    found = queries.mastery_by_concept(learner=learner)
    everything = [one for own in pieces.values() for one in own]
    mine = average(
        weight=sum(WEIGHTS[source] for source, _ in everything),
        total=sum(WEIGHTS[source] * score for source, score in everything),
    )
    for slug, own in pieces.items():
        expected = mastery(own, average=mine)
        assert (found[slug].level, found[slug].count) == (expected.level, expected.count)
        assert found[slug].estimate == pytest.approx(expected.estimate, abs=1e-12)
    some = queries.mastery_by_concept(learner=learner, concepts=concepts[:2])
    assert sorted(some) == ["c-0", "c-1"]
    # The average is that over all concepts, whichever are asked for.
    assert some["c-0"].estimate == pytest.approx(found["c-0"].estimate, abs=1e-12)
