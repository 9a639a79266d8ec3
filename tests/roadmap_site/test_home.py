"""Home: one next step, always; light; few queries."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import Outcome
from apps.curriculum.loader import load_content
from apps.curriculum.models import Lesson, ProjectBrief
from apps.curriculum.queries import published_lessons
from apps.exercises.models import Exercise, Run
from apps.mentoring.models import Cohort, Decision, Review
from apps.progress.services import choose_plan, mark_read
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.services import start_attempt
from apps.submissions.models import State
from tests.content import load_all, whole_content
from tests.mentoring.samples import make_cohort, make_mentor, make_review
from tests.submissions.samples import make_brief, make_learner, make_submission

pytestmark = pytest.mark.django_db

MAX_KB = 150  # everything that the page loads, compressed
MAX_QUERIES = 12


@pytest.fixture
def learner() -> User:
    return make_learner()


@pytest.fixture
def home(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


@pytest.fixture
def started(learner: User) -> None:
    choose_plan(learner=learner, start=timezone.localdate(), hours_a_week=10)


@pytest.fixture
def brief() -> ProjectBrief:
    return make_brief()


def text_of(client: Client) -> str:
    return client.get("/").content.decode()


def test_home_without_a_project_says_so(home: Client) -> None:
    assert "Nothing to do yet" in text_of(home)


def test_home_of_a_newcomer_chooses_a_start(home: Client, brief: ProjectBrief) -> None:
    page = text_of(home)
    assert 'href="/road/plan/">Choose your start' in page


@pytest.mark.usefixtures("started")
def test_home_with_a_start_opens_the_first_brief(home: Client, brief: ProjectBrief) -> None:
    page = text_of(home)
    assert "Open the brief" in page
    assert f"/projects/{brief.slug}/" in page


@pytest.mark.usefixtures("started")
def test_home_leads_from_lesson_to_lesson_in_the_present_phase(
    home: Client, learner: User, brief: ProjectBrief
) -> None:
    load_content(whole_content())
    first, second, *_ = published_lessons()
    assert f"Read: {first.title}" in text_of(home)
    mark_read(learner=learner, lesson=first)
    assert f"Read: {second.title}" in text_of(home)
    of_phase = {"orientation", "foundations"}
    for lesson in published_lessons().filter(step__slug__in=of_phase):
        mark_read(learner=learner, lesson=lesson)
    # Nothing else is open in the phase, so what is left of the road comes next.
    following = published_lessons().exclude(step__slug__in=of_phase).first()
    assert following
    assert f"Read: {following.title}" in text_of(home)
    for lesson in published_lessons():
        mark_read(learner=learner, lesson=lesson)
    assert "Open the brief" in text_of(home)


@pytest.mark.usefixtures("started")
def test_home_leads_from_a_lesson_to_its_quiz_and_its_exercise(home: Client, learner: User) -> None:
    load_all()
    Quiz.objects.exclude(slug="linear-algebra").update(published=False)
    for lesson in published_lessons().filter(step__slug="orientation"):
        mark_read(learner=learner, lesson=lesson)
    mark_read(learner=learner, lesson=Lesson.objects.get(slug="vectors-and-matrices"))
    assert 'href="/quizzes/linear-algebra/">Take the quiz' in text_of(home)
    page = home.get("/lessons/vectors-and-matrices/").content.decode()
    assert 'href="/quizzes/linear-algebra/">Linear algebra' in page
    attempt = start_attempt(learner=learner, quiz=Quiz.objects.get(slug="linear-algebra"))
    Answer.objects.filter(attempt=attempt).update(marked_at=timezone.now(), correct=True, score=1)
    Attempt.objects.update(marked=attempt.questions, right=9, finished=timezone.now())
    assert 'href="/exercises/nearest-rows/">Write it' in text_of(home)
    finished = {"state": State.FINISHED, "outcome": "passed", "finished": timezone.now()}
    exercise = Exercise.objects.get(slug="nearest-rows")
    Run.objects.create(learner=learner, exercise=exercise, code="1", **finished)
    assert "Read: Probability and distributions" in text_of(home)
    page = home.get("/lessons/vectors-and-matrices/").content.decode()
    assert "Your best result so far: 9 right." in page


def test_home_while_a_check_runs_watches_it(
    home: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief, state=State.QUEUED)
    page = text_of(home)
    assert "Watch the check" in page
    assert f"/submissions/{submission.public_id}/" in page


def test_home_after_a_failure_mends_it(home: Client, learner: User, brief: ProjectBrief) -> None:
    make_submission(learner, brief, outcome=Outcome.FAILED)
    assert "See what to mend" in text_of(home)


def test_home_after_a_fault_of_ours_blames_nobody(
    home: Client, learner: User, brief: ProjectBrief
) -> None:
    make_submission(learner, brief, outcome=Outcome.PLATFORM_ERROR)
    page = text_of(home)
    assert "Open your last try" in page
    assert "See what to mend" not in page


@pytest.mark.usefixtures("started")
def test_home_after_every_pass_is_content(home: Client, learner: User, brief: ProjectBrief) -> None:
    make_submission(learner, brief, outcome=Outcome.PASSED)
    assert "You have done everything that is open" in text_of(home)


def test_home_asks_for_a_review_then_opens_it(
    home: Client, learner: User, brief: ProjectBrief
) -> None:
    mentor = make_mentor("Max")
    passed = make_submission(learner, brief, outcome=Outcome.PASSED)
    assert "Ask for a review" not in text_of(home)
    cohort = make_cohort(learner, mentor=mentor)
    assert "Ask for a review" in text_of(home)
    Cohort.objects.update(automatic_review=True)
    assert "Ask for a review" not in text_of(home)
    review = make_review(passed, mentor, Decision.CHANGES)
    page = text_of(home)
    assert "Changes are asked for: House price prediction" in page
    assert f"/submissions/{passed.public_id}/#reviews" in page
    cohort.memberships.update(left=timezone.now())
    assert "Open the review" in text_of(home)  # what was said stays
    Review.objects.filter(pk=review.pk).update(decision=Decision.APPROVED)
    assert "Open the review" not in text_of(home)


def test_home_shows_nothing_of_other_learners(home: Client, brief: ProjectBrief) -> None:
    other = make_submission(make_learner("Eve"), brief, outcome=Outcome.FAILED)
    assert other.public_id not in text_of(home)


@pytest.mark.parametrize("tries", [1, 300])
def test_home_asks_the_database_little_however_many_tries(
    home: Client,
    learner: User,
    brief: ProjectBrief,
    tries: int,
    django_assert_max_num_queries: object,
) -> None:
    for _ in range(tries):
        make_submission(learner, brief, outcome=Outcome.FAILED)
    cache.clear()
    with django_assert_max_num_queries(MAX_QUERIES):  # type: ignore[operator]
        text_of(home)


def loaded_by(page: str) -> set[str]:
    """The static files that a page loads, with the fonts that its style sheets name."""
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page))
    for sheet in [name for name in files if name.endswith(".css")]:
        folder = Path(sheet).parent
        for font in re.findall(r"url\(\"?([^)\"]+)", _read(sheet).decode()):
            files.add(str((folder / font).as_posix()).replace("css/../", ""))
    return files


def _read(name: str) -> bytes:
    path = finders.find(name)
    assert path, name
    return Path(path).read_bytes()


@pytest.mark.parametrize("signed_in", [False, True])
def test_home_weighs_little(
    client: Client, learner: User, brief: ProjectBrief, signed_in: bool
) -> None:
    if signed_in:
        client.force_login(learner)
        make_submission(learner, brief, outcome=Outcome.FAILED)
    page = text_of(client)
    files = loaded_by(page)
    assert any(name.endswith(".woff2") for name in files)
    weight = len(gzip.compress(page.encode())) + sum(len(gzip.compress(_read(f))) for f in files)
    assert weight <= MAX_KB * 1024
