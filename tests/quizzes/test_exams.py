"""An exam over a step: answers are kept, and marked together when it ends."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.progress.models import Evidence
from apps.quizzes.blueprints import EXAM_MINUTES
from apps.quizzes.exams import finish_exams
from apps.quizzes.models import Answer, Attempt
from tests.quizzes.samples import make_learner, right_response, wrong_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture
def own(client: Client) -> Client:
    client.force_login(make_learner())
    return client


@pytest.fixture
def exam(own: Client) -> Attempt:
    own.post("/steps/machine-learning/exam/attempts/")
    return Attempt.objects.get()


def text(client: Client, url: str) -> str:
    page = client.get(url)
    assert page.status_code == 200
    return page.content.decode()


def give(client: Client, exam: Attempt, position: int, *, right: bool) -> str:
    one = Answer.objects.get(attempt=exam, position=position)
    response = right_response(one) if right else wrong_response(one)
    page = client.post(f"/attempts/{exam.public_id}/questions/{position}/answer/", response)
    assert page.status_code == 302
    return page["Location"]


def test_answers_are_kept_and_can_be_changed(own: Client, exam: Attempt) -> None:
    url = f"/attempts/{exam.public_id}/"
    assert give(own, exam, 1, right=False) == f"{url}questions/2/"
    page = text(own, f"{url}questions/1/")
    assert "Keep it and go on" in page
    assert "Not right" not in page
    assert not Evidence.objects.exists()
    assert f"1 of {exam.questions} answered, {EXAM_MINUTES} minutes left" in text(own, url)

    give(own, exam, 1, right=True)
    own.post(f"{url}end/")
    first = Answer.objects.get(attempt=exam, position=1)
    assert (first.correct, first.score) == (True, 1.0)


def test_handing_in_marks_everything_at_once(own: Client, exam: Attempt) -> None:
    give(own, exam, 1, right=True)
    give(own, exam, 2, right=False)
    page = own.post(f"/attempts/{exam.public_id}/end/")

    assert page["Location"] == f"/attempts/{exam.public_id}/"
    exam.refresh_from_db()
    assert (exam.marked, exam.right) == (exam.questions, 1)
    assert exam.finished
    result = text(own, page["Location"])
    assert f"1 of {exam.questions} right" in result
    assert "Right" in text(own, f"/attempts/{exam.public_id}/questions/1/")
    # What was left out says nothing of what is known.
    asked = [len(one.question_version.concepts) for one in exam.answers.filter(position__in=(1, 2))]
    assert Evidence.objects.count() == sum(asked)
    own.post(f"/attempts/{exam.public_id}/end/")
    assert Evidence.objects.count() == sum(asked)


def test_time_ends_an_exam_and_nothing_is_kept_after_it(own: Client, exam: Attempt) -> None:
    give(own, exam, 1, right=True)
    Attempt.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    one = Answer.objects.get(attempt=exam, position=2)
    url = f"/attempts/{exam.public_id}/questions/2/"
    late = own.post(f"{url}draft/", right_response(one))
    assert late["Location"] == url

    assert own.get(url)["Location"] == f"/attempts/{exam.public_id}/"
    exam.refresh_from_db()
    assert (exam.marked, exam.right) == (exam.questions, 1)


def test_exam_that_nobody_comes_back_to_is_marked(own: Client, exam: Attempt) -> None:
    now = timezone.now()
    assert finish_exams(now=now) == 0
    assert finish_exams(now=now + timedelta(minutes=EXAM_MINUTES + 1)) == 1
    assert finish_exams(now=now + timedelta(minutes=EXAM_MINUTES + 1)) == 0
    exam.refresh_from_db()
    assert (exam.marked, exam.right) == (exam.questions, 0)


def test_extra_time_is_what_staff_granted(client: Client) -> None:
    learner = make_learner()
    User.objects.filter(pk=learner.pk).update(extra_time=50)
    client.force_login(learner)
    assert "Exam, 60 minutes" in text(client, "/quizzes/")
    before = timezone.now()
    client.post("/steps/machine-learning/exam/attempts/")
    ends_at = Attempt.objects.get().ends_at
    assert ends_at
    assert timedelta(minutes=60) <= ends_at - before < timedelta(minutes=61)


def test_only_an_exam_is_handed_in(own: Client) -> None:
    own.post("/drills/metrics/attempts/")
    drill = Attempt.objects.get()
    assert own.post(f"/attempts/{drill.public_id}/end/").status_code == 404


def test_handing_in_takes_few_queries(
    own: Client, exam: Attempt, django_assert_max_num_queries: object
) -> None:
    for position in range(1, exam.questions + 1):
        give(own, exam, position, right=bool(position % 2))
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        own.post(f"/attempts/{exam.public_id}/end/")
