"""The six common mistakes, as a record shows them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.projects import PROJECTS
from apps.checks.results import Outcome
from apps.curriculum.models import Lesson, ProjectBrief
from apps.progress.models import EvidenceSource, PassedProject, ReadMark
from apps.progress.services import record_evidence
from apps.submissions.models import StageRun
from roadmap_site.context import plan_of
from roadmap_site.habits import Link, Pass, Record, notices, record_of
from tests.content import load_all
from tests.submissions.samples import SLUG, make_learner, make_submission

NOW = timezone.now()
PROJECT = Link(title="Spam email classifier", url="/projects/spam-email-classifier/")
HARDER = Link(title="Recommendation system", url="/projects/recommendation-system/")
LESSON = Link(title="Models as APIs", url="/lessons/models-as-apis/")


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


def passed(slug: str, *, level: str = "beginner", ago: float = 40, **fields: object) -> Pass:
    return Pass(slug=slug, title=slug, level=level, at=days(ago), **fields)  # type: ignore[arg-type]


RECORD = Record(
    now=NOW,
    phase="foundations",
    next_project=PROJECT,
    next_harder_project=HARDER,
    first_lessons={"mlops": LESSON, "language-models": LESSON},
)


def titles(record: Record) -> list[str]:
    return [notice.title for notice in notices(record)]


def test_empty_record_shows_nothing() -> None:
    assert titles(RECORD) == []


def test_reading_without_handing_in() -> None:
    reading = replace(RECORD, lessons_read={"foundations": [days(n) for n in range(7)]})
    (notice,) = notices(reading)
    assert notice.text.startswith("You read 7 lessons in the last 30 days and handed nothing in.")
    assert (notice.url, notice.label) == (PROJECT.url, "Open Spam email classifier")
    assert titles(replace(reading, handed_in={"x": days(29)})) == []
    assert titles(replace(reading, handed_in={"x": days(31)})) == ["More reading than building"]
    assert titles(replace(RECORD, lessons_read={"x": [days(31)] * 9})) == []


def test_passed_project_whose_concepts_are_forgotten() -> None:
    links = (Link(title="Overfitting", url="/o/"), Link(title="Encodings", url="/e/"))
    (notice,) = notices(replace(RECORD, passes=[passed("x", ago=1, forgotten=links)]))
    assert notice.text.startswith("x passes, and your latest answers on overfitting and encodings")
    assert notice.url == "/o/"
    assert titles(replace(RECORD, passes=[passed("x", ago=1, forgotten=links[:1])])) == []


def test_projects_of_which_none_runs_as_a_service() -> None:
    passes = [passed(slug, level="intermediate", ago=1) for slug in "abc"]
    assert titles(replace(RECORD, passes=passes)) == ["Nothing runs as a service yet"]
    assert titles(replace(RECORD, passes=passes[:2])) == []
    served = replace(RECORD, passes=passes, handed_in={"llm-chat-application": days(1)})
    assert titles(served) == []


def test_months_of_language_models_without_one() -> None:
    late = replace(RECORD, phase="language-models")
    assert titles(late) == ["Language models are still ahead"]
    assert titles(replace(late, lessons_read={"language-models": [days(90)]})) == []


def test_beginner_projects_for_ever() -> None:
    resting = replace(
        RECORD,
        passes=[passed("a"), passed("b", ago=22)],
        handed_in_levels=frozenset({"beginner"}),
    )
    assert titles(resting) == ["Ready for something harder"]
    assert titles(replace(resting, handed_in_levels=frozenset({"beginner", "advanced"}))) == []
    assert titles(replace(resting, passes=[passed("a"), passed("b", ago=20)])) == []
    assert titles(replace(resting, next_harder_project=None)) == []


@pytest.mark.parametrize(
    ("tries", "noticed"),
    [
        ([True, True, False], True),
        ([True, False, True, False], True),
        ([True, False, False, True, True], False),
        ([True, True], True),
        ([True], False),
        ([], False),
    ],
)
def test_tries_that_nobody_can_run_again(tries: list[bool], noticed: bool) -> None:
    assert (titles(replace(RECORD, careless_tries=tries)) == ["Hard to run again"]) is noticed


@pytest.fixture
def learner(db: None) -> User:
    load_all()
    return make_learner()


def test_record_is_gathered_from_what_one_did(learner: User) -> None:
    brief = ProjectBrief.objects.get(slug=SLUG)
    for lesson in Lesson.objects.all():
        ReadMark.objects.create(learner=learner, lesson=lesson, version="x")
    first = make_submission(learner, brief, outcome=Outcome.FAILED)
    second = make_submission(learner, brief, outcome=Outcome.PASSED)
    make_submission(learner, brief, outcome=Outcome.PLATFORM_ERROR)
    StageRun.objects.create(submission=first, delivery=1, stage="documentation", status="failed")
    PassedProject.objects.create(learner=learner, brief=brief, passed=timezone.now())
    for slug, scores in {"overfitting": [1.0, 0.0], "encodings": [0.0, 1.0]}.items():
        for number, score in enumerate(scores):
            record_evidence(
                learner=learner,
                source=EvidenceSource.QUIZ,
                key=f"{slug}-{number}",
                concepts=[slug],
                score=score,
                title="Question",
                attempt=1,
                url="/",
                at=timezone.now() + timedelta(seconds=number),
            )
    record = record_of(learner, plan_of(learner))
    assert sum(map(len, record.lessons_read.values())) == Lesson.objects.count()
    assert record.handed_in == {SLUG: second.created}
    assert record.handed_in_levels == {"beginner"}
    (one,) = record.passes
    assert (one.slug, [link.title for link in one.forgotten]) == (SLUG, ["Overfitting"])
    assert record.careless_tries == [False, True]
    waiting = ProjectBrief.objects.filter(slug__in=PROJECTS).exclude(slug=SLUG)
    assert record.next_project is not None
    assert record.next_project.title == waiting.order_by("position")[0].title
    assert record.first_lessons["foundations"].url == "/lessons/vectors-and-matrices/"


def test_road_tells_it_in_few_queries(client: Client, learner: User) -> None:
    client.force_login(learner)
    lessons = list(Lesson.objects.all())
    brief = ProjectBrief.objects.get(slug=SLUG)
    make_submission(learner, brief, outcome=Outcome.PASSED)
    PassedProject.objects.create(learner=learner, brief=brief, passed=timezone.now())
    for lesson in lessons:
        ReadMark.objects.create(learner=learner, lesson=lesson, version="x")
    with CaptureQueriesContext(connection) as captured:
        html = client.get("/road/").content.decode()
    assert len(captured) <= 12
    assert "What your record shows" not in html  # something was handed in
