"""The plan's forms, and the road that follows from them."""

import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, ProjectBrief, Teaching
from apps.progress import queries
from apps.progress.models import EvidenceSource, LearningPlan, Pause
from apps.progress.plan import Status
from apps.progress.services import (
    choose_plan,
    pause_plan,
    record_approval,
    record_evidence,
    record_pass,
    resume_plan,
)
from tests.submissions.samples import make_brief

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def page(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def test_start_is_chosen_and_changed(page: Client, learner: User) -> None:
    assert "Choose your start" in page.get("/road/plan/").content.decode()
    today = timezone.localdate()
    response = page.post("/road/plan/", {"start": today.isoformat(), "hours_a_week": "8"})
    assert response["Location"] == "/road/"
    page.post("/road/plan/", {"start": "2026-10-01", "hours_a_week": "12"})
    plan = LearningPlan.objects.get()
    assert (plan.learner, plan.hours_a_week) == (learner, 12)
    assert plan.start == datetime.date(2026, 10, 1)
    assert 'value="2026-10-01"' in page.get("/road/plan/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("start", "", "This field is required."),
        ("start", "next week", "Write the day as year-month-day"),
        ("start", "1926-01-01", "Choose a day within the last two years"),
        ("start", "9999-12-31", "Choose a day within the last two years"),
        ("hours_a_week", "2", "A plan needs at least 3 hours a week"),
        ("hours_a_week", "99", "At most 40 hours a week"),
        ("hours_a_week", "1e9", "Write a whole number of hours."),
        ("hours_a_week", "\x00", "Write a whole number of hours."),
    ],
)
def test_wrong_answer_is_told(page: Client, field: str, value: str, message: str) -> None:
    answers = {"start": timezone.localdate().isoformat(), "hours_a_week": "10"} | {field: value}
    response = page.post("/road/plan/", answers)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not LearningPlan.objects.exists()


def test_plan_is_paused_and_goes_on(page: Client, learner: User) -> None:
    page.post("/road/pause/")
    assert not Pause.objects.exists()
    choose_plan(learner=learner, start=timezone.localdate(), hours_a_week=10)
    page.post("/road/pause/")
    page.post("/road/pause/")
    assert Pause.objects.filter(end__isnull=True).count() == 1
    text = page.get("/road/").content.decode()
    assert "Month 1 of 12 · paused" in text
    assert "Go on" in text
    page.post("/road/pause/end/")
    page.post("/road/pause/end/")
    assert Pause.objects.get().end == timezone.localdate()
    assert "Month 1 of 12 · on track" in page.get("/road/").content.decode()


@pytest.mark.parametrize("url", ["/road/pause/", "/road/pause/end/"])
def test_getting_changes_nothing(page: Client, url: str) -> None:
    assert page.get(url).status_code == 405


@pytest.mark.parametrize("url", ["/road/", "/road/plan/"])
def test_visitor_is_asked_to_log_in(client: Client, url: str) -> None:
    assert client.get(url)["Location"] == f"/account/login/?next={url}"


def test_day_after_a_pause_that_ends_in_the_past_counts(learner: User) -> None:
    choose_plan(learner=learner, start=TODAY, hours_a_week=10)
    pause_plan(learner=learner, today=TODAY)
    resume_plan(learner=learner, today=TODAY - datetime.timedelta(days=1))  # another time zone
    pause = Pause.objects.get()
    assert pause.first == pause.end == TODAY - datetime.timedelta(days=1)


def show(learner: User, slug: str, times: int) -> None:
    for number in range(times):
        record_evidence(
            learner=learner,
            source=EvidenceSource.QUIZ,
            key=f"{slug}:{number}",
            concepts=[slug],
            score=1.0,
            title="A question",
            attempt=1,
            url="/",
            at=timezone.now(),
        )


def test_work_counts_concepts_and_projects(learner: User, lesson: Lesson) -> None:
    type(lesson.step).objects.filter(pk=lesson.step_id).update(slug="machine-learning")
    for position, slug in enumerate(("precision", "recall")):
        concept = Concept.objects.create(slug=slug, title=slug)
        Teaching.objects.create(lesson=lesson, concept=concept, position=position)
    brief = make_brief()
    make_brief("not-of-the-plan")

    def phase(*, mentored: bool = False) -> tuple[float, float, list[str]]:
        made = queries.plan_of(learner=learner, mentored=mentored, today=TODAY)
        work = made.phases[1].work
        return work.done, work.total, [f"{one.have:g}/{one.need} {one.text}" for one in work.items]

    assert phase() == (0.0, 10.0, ["0/2 concepts solid", "0/1 beginner projects"])
    show(learner, "precision", 1)
    assert phase() == (0.5, 10.0, ["0/2 concepts solid", "0/1 beginner projects"])
    show(learner, "precision", 3)
    assert phase() == (1.0, 10.0, ["1/2 concepts solid", "0/1 beginner projects"])
    record_pass(learner=learner, brief=brief, at=timezone.now())
    record_pass(learner=learner, brief=brief, at=timezone.now())
    assert phase() == (9.0, 10.0, ["1/2 concepts solid", "1/1 beginner projects"])
    assert phase(mentored=True)[2][1] == "0.75/1 beginner projects"
    record_approval(learner=learner, brief=brief, at=timezone.now())
    assert phase(mentored=True)[2][1] == "1/1 beginner projects"
    # A project that is closed stays with those who passed it.
    ProjectBrief.objects.update(published=False)
    assert phase()[2][1] == "1/1 beginner projects"


def test_others_change_nothing(learner: User) -> None:
    other = User.objects.create_user("bob@example.org", "correct horse")
    brief = make_brief()
    record_pass(learner=other, brief=brief, at=timezone.now())
    choose_plan(learner=other, start=TODAY, hours_a_week=10)
    made = queries.plan_of(learner=learner, mentored=False, today=TODAY)
    assert made.status is None
    assert made.phases[1].work.done == 0


def test_road_asks_few_queries_however_long_the_record(
    page: Client, learner: User, lesson: Lesson
) -> None:
    def count(method: str, url: str) -> int:
        cache.clear()
        data = {"start": timezone.localdate().isoformat(), "hours_a_week": "10"}
        with CaptureQueriesContext(connection) as captured:
            page.get(url) if method == "get" else page.post(url, data)
        return len(captured)

    choose_plan(learner=learner, start=timezone.localdate(), hours_a_week=10)
    requests = [("get", "/road/"), ("get", "/road/plan/"), ("post", "/road/plan/")]
    requests += [("post", "/road/pause/"), ("post", "/road/pause/end/")]
    before = [count(*one) for one in requests]
    plan = LearningPlan.objects.get()
    for number in range(100):
        concept = Concept.objects.create(slug=f"c-{number}", title="C")
        Teaching.objects.create(lesson=lesson, concept=concept, position=number)
        show(learner, concept.slug, 3)
        day = plan.start - datetime.timedelta(days=number)
        Pause.objects.create(plan=plan, first=day, end=day)
    assert [count(*one) for one in requests] == before
    assert max(before) <= 12


def test_plan_without_anything_open_is_on_track(learner: User) -> None:
    choose_plan(learner=learner, start=TODAY, hours_a_week=10)
    later = TODAY + datetime.timedelta(days=200)
    made = queries.plan_of(learner=learner, mentored=False, today=later)
    assert made.status is Status.ON_TRACK


def test_plans_of_many_are_those_of_each_at_the_price_of_one(
    learner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    brief = make_brief()
    Concept.objects.create(slug="precision", title="precision")
    people = [learner]
    for number in range(20):
        person = User.objects.create_user(f"many-{number}@example.org", "correct horse")
        people.append(person)
        start = TODAY - datetime.timedelta(days=9 * number)
        choose_plan(learner=person, start=start, hours_a_week=10)
        show(person, "precision", number % 3)
        if number % 2:
            record_pass(learner=person, brief=brief, at=timezone.now())
        if number % 5 == 0:
            pause_plan(learner=person, today=TODAY - datetime.timedelta(days=5))
            resume_plan(learner=person, today=TODAY - datetime.timedelta(days=2))
            pause_plan(learner=person, today=TODAY)
    mentored = User.objects.filter(pk__in=[one.pk for one in people[:11]])
    with django_assert_num_queries(4):
        plans = queries.plans_of(learners=people, mentored=mentored, today=TODAY)
    alone = {
        one.pk: queries.plan_of(learner=one, mentored=place < 11, today=TODAY)
        for place, one in enumerate(people)
    }
    assert plans == alone
    assert len({plan.text for plan in plans.values()}) > 3
