"""Every address of the site, for each kind of person. Those of mentoring: ``tests/mentoring``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts.models import Notification, NotificationKind, Role, User
from apps.accounts.services import notify
from apps.checks.results import Outcome
from apps.checks.wheel import build_wheel
from apps.curriculum.models import Lesson, ProjectBrief, Step
from apps.exercises.models import Exercise
from apps.exercises.services import try_exercise
from apps.mentoring.models import Cohort
from apps.quizzes.models import Quiz
from apps.quizzes.services import start_attempt, start_exam
from tests.mentoring.samples import make_cohort, make_mentor
from tests.submissions.samples import make_learner, make_submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded", "fresh_rate_limits")]

WHO = ("visitor", "learner", "other learner", "mentor", "other mentor", "staff")
LOG_IN = "log in"
# What everybody who is logged in may do for themselves.
OWN, OWN_POST = (LOG_IN, 200, 200, 200, 200, 200), (LOG_IN, 405, 405, 405, 405, 405)
MOVES = (LOG_IN, "=", "=", "=", "=", "=")
# What belongs to the learner alone: not even staff see it here.
HERS = (LOG_IN, 200, 404, 404, 404, 404)
HERS_MOVES = (LOG_IN, "=", 404, 404, 404, 404)
STAFF = (LOG_IN, 404, 404, 404, 404, 200)
HERS_405 = (LOG_IN, 405, 405, 405, 405, 405)

# GET and POST of each; "=" is a redirect within the site, 422 the form again.
ROWS: dict[str, tuple[tuple[int | str, ...], tuple[int | str, ...]]] = {
    "home": ((200,) * 6, (405,) * 6),
    "trial": (("=",) * 6, (422, "=", "=", "=", "=", "=")),
    "settings": (OWN, OWN_POST),
    "profile": (MOVES, (LOG_IN, 422, 422, 422, 422, 422)),
    "own_data": (OWN, OWN_POST),
    # Logged in a moment ago is not enough: allauth asks for the password once more.
    "deletion": (MOVES, MOVES),
    "road": (OWN, OWN_POST),
    "plan": (OWN, (LOG_IN, 422, 422, 422, 422, 422)),
    "pause": (OWN_POST, MOVES),
    "pause_end": (OWN_POST, MOVES),
    "steps": (OWN, OWN_POST),
    "step": (OWN, OWN_POST),
    "lesson": (OWN, (405,) * 6),
    "open lesson": ((200,) * 6, (405,) * 6),
    "read_mark": (OWN_POST, MOVES),
    "block": (OWN, OWN_POST),
    "block_runs": (MOVES, (LOG_IN, 422, 422, 422, 422, 422)),
    "exercises": (OWN, OWN_POST),
    "exercise": (OWN, OWN_POST),
    "exercise_runs": (MOVES, (LOG_IN, 422, 422, 422, 422, 422)),
    "run": (HERS, HERS_405),
    "search": (OWN, OWN_POST),
    # Without a folder there is none, not even for staff.
    "preview": ((LOG_IN, 404, 404, 404, 404, 404), OWN_POST),
    "preview_text": ((LOG_IN, 404, 404, 404, 404, 404), OWN_POST),
    "concepts": (OWN, OWN_POST),
    "concept_map": (OWN, OWN_POST),
    "concept": (OWN, OWN_POST),
    "notifications": (OWN, OWN_POST),
    "notifications_read_mark": (MOVES, MOVES),
    "notifications_mail": (MOVES, MOVES),
    "notification_visit": (MOVES, HERS_MOVES),
    "quizzes": (OWN, OWN_POST),
    "reviews": (OWN, OWN_POST),
    "concept_cards": (OWN, OWN_POST),
    "mistake_cards": (OWN, OWN_POST),
    "review_attempts": (MOVES, MOVES),
    "step_attempts": (MOVES, MOVES),
    "drill_attempts": (MOVES, MOVES),
    "concept_attempts": (MOVES, MOVES),
    "exam_attempts": (MOVES, MOVES),
    "exam_end": (HERS_MOVES, HERS_MOVES),
    "quiz": (OWN, OWN_POST),
    "quiz_attempts": (MOVES, MOVES),
    "attempt": (HERS_MOVES, HERS_405),
    "question": (HERS, HERS_405),
    "question_draft": (HERS_MOVES, (LOG_IN, 204, 404, 404, 404, 404)),
    "question_answer": (HERS_MOVES, (LOG_IN, 422, 404, 404, 404, 404)),
    "projects": (OWN, OWN_POST),
    "project": (OWN, OWN_POST),
    "starter": (OWN, OWN_POST),
    "hand_in": (MOVES, (LOG_IN, 422, 422, 422, 422, 422)),
    "submissions": (OWN, OWN_POST),
    "submission": (HERS, HERS_405),
    "submission_status": (HERS, HERS_405),
    "submission_cancel": (HERS_MOVES, HERS_MOVES),
    "submission_document": (HERS, HERS_405),
    "stage_log": ((LOG_IN, 404, 404, 404, 404, 404), HERS_405),
    "download": ((200,) * 6, (405,) * 6),  # an installer has no session
    "platform_status": (STAFF, OWN_POST),
    "statistics": (STAFF, OWN_POST),
    "question_statistics": (STAFF, OWN_POST),
}


@dataclass
class Scene:
    people: dict[str, User | None]
    urls: dict[str, str]


@pytest.fixture
def scene() -> Scene:
    learner, other = make_learner("Ada"), make_learner("Bob")
    mentor, other_mentor = make_mentor("Max"), make_mentor("Olga")
    staff = User.objects.create_user("staff@example.org", "correct horse", role=Role.STAFF)
    make_cohort(learner, mentor=mentor)
    make_cohort(other, mentor=other_mentor, name="Spring")
    brief = ProjectBrief.objects.get(slug="house-price-prediction")
    one = make_submission(learner, brief, outcome=Outcome.PASSED)
    attempt = start_attempt(learner=learner, quiz=Quiz.objects.get(slug="linear-algebra"))
    notify(person=learner, kind=NotificationKind.CHECK_FINISHED, title="Done", url="/")
    told = Notification.objects.get()
    question = f"/attempts/{attempt.public_id}/questions/1/"
    submission = f"/submissions/{one.public_id}/"
    opened = Lesson.objects.get(open=True)
    exam = start_exam(learner=learner, step=Step.objects.get(slug="machine-learning"))
    run = try_exercise(
        learner=learner, exercise=Exercise.objects.get(slug="fill-with-the-median"), code="1"
    )
    urls = {
        "home": "/",
        "trial": "/question/",
        "settings": "/settings/",
        "profile": "/settings/profile/",
        "own_data": "/settings/own-data.json",
        "deletion": "/settings/deletion/",
        "road": "/road/",
        "plan": "/road/plan/",
        "pause": "/road/pause/",
        "pause_end": "/road/pause/end/",
        "steps": "/steps/",
        "step": "/steps/foundations/",
        "lesson": "/lessons/self-attention/",
        "open lesson": f"/lessons/{opened.slug}/",
        "read_mark": "/lessons/self-attention/read-mark/",
        "block": "/lessons/numpy-arrays/code/2/",
        "block_runs": "/lessons/numpy-arrays/code/2/runs/",
        "exercises": "/exercises/",
        "exercise": "/exercises/fill-with-the-median/",
        "exercise_runs": "/exercises/fill-with-the-median/runs/",
        "run": f"/runs/{run.public_id}/",
        "search": "/search/?q=precision",
        "preview": "/preview/",
        "preview_text": "/preview/lesson/precision-recall-f1/",
        "concepts": "/concepts/",
        "concept_map": "/concept-map/",
        "concept": "/concepts/precision/",
        "notifications": "/notifications/",
        "notifications_read_mark": "/notifications/read-mark/",
        "notifications_mail": "/notifications/mail/",
        "notification_visit": f"/notifications/{told.pk}/visit/",
        "quizzes": "/quizzes/",
        "reviews": "/reviews/",
        "concept_cards": "/reviews/concepts.apkg",
        "mistake_cards": "/reviews/mistakes.apkg",
        "review_attempts": "/reviews/attempts/",
        "step_attempts": "/steps/machine-learning/attempts/",
        "drill_attempts": "/drills/metrics/attempts/",
        "concept_attempts": "/concepts/precision/attempts/",
        "exam_attempts": "/steps/foundations/exam/attempts/",
        "exam_end": f"/attempts/{exam.public_id}/end/",
        "quiz": "/quizzes/linear-algebra/",
        "quiz_attempts": "/quizzes/linear-algebra/attempts/",
        "attempt": f"/attempts/{attempt.public_id}/",
        "question": question,
        "question_draft": f"{question}draft/",
        "question_answer": f"{question}answer/",
        "projects": "/projects/",
        "project": f"/projects/{brief.slug}/",
        "starter": f"/projects/{brief.slug}/starter/train.csv",
        "hand_in": f"/projects/{brief.slug}/submissions/",
        "submissions": "/submissions/",
        "submission": submission,
        "submission_status": f"{submission}status/",
        "submission_cancel": f"{submission}cancel/",
        "submission_document": f"{submission}result.json",
        "stage_log": f"{submission}stages/tests/log/",
        "download": f"/downloads/{build_wheel().filename}",
        "platform_status": "/status/",
        "statistics": "/statistics/",
        "question_statistics": "/statistics/linear-algebra/two-kitchens/",
    }
    everybody = (None, learner, other, mentor, other_mentor, staff)
    return Scene(people=dict(zip(WHO, everybody, strict=True)), urls=urls)


def named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Of this site's own views: allauth's and the admin's have tests of their own makers."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns)
        elif re.match(r"roadmap_site\.|apps\.(?!mentoring)", pattern.callback.__module__):
            yield pattern.name or ""


def answer(client: Client, url: str, method: str) -> int | str:
    response = client.get(url) if method == "GET" else client.post(url)
    if response.status_code in {301, 302}:
        return LOG_IN if response["Location"].startswith("/account/login/") else "="
    return response.status_code


def test_every_address_is_in_the_table(scene: Scene) -> None:
    assert set(named(get_resolver().url_patterns)) | {"open lesson"} == ROWS.keys()
    assert scene.urls.keys() == ROWS.keys()
    assert Cohort.objects.count() == 2


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_address_answers_each_person_as_it_should(
    client: Client, scene: Scene, who: str, method: str
) -> None:
    person = scene.people[who]
    if person:
        client.force_login(person)
    place = WHO.index(who)
    found = {name: answer(client, url, method) for name, url in scene.urls.items()}
    expected = {name: row[method == "POST"][place] for name, row in ROWS.items()}
    assert {k: (v, expected[k]) for k, v in found.items() if v != expected[k]} == {}


# A section of the download is a query; an account hangs on many tables. See their own tests.
MORE = {"own_data", "deletion"}


@pytest.mark.parametrize(("method", "most"), [("GET", 12), ("POST", 25)])
def test_no_address_asks_the_database_much(
    client: Client, scene: Scene, method: str, most: int
) -> None:
    learner = scene.people["learner"]
    assert learner
    client.force_login(learner)
    counts = {}
    for name, url in scene.urls.items():
        cache.clear()  # the worst case: the road in the header is made anew
        with CaptureQueriesContext(connection) as captured:
            answer(client, url, method)
        counts[name] = len(captured)
    assert {name: n for name, n in counts.items() if n > most and name not in MORE} == {}
