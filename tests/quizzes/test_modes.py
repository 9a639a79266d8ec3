"""Reviews, questions over a step, and drills: what is asked, and what comes back when."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.progress.models import EvidenceSource, Recall
from apps.progress.services import record_evidence
from apps.quizzes.models import Answer, Attempt, Question
from tests.quizzes.samples import make_learner, right_response, wrong_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture
def learner() -> User:
    return make_learner()


@pytest.fixture
def own(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def text(client: Client, url: str) -> str:
    page = client.get(url)
    assert page.status_code == 200
    return page.content.decode()


def seen(learner: User, *concepts: str, days_ago: int, score: float = 1.0) -> None:
    record_evidence(
        learner=learner,
        source=EvidenceSource.PROJECT,
        key=f"{days_ago}",
        concepts=concepts,
        score=score,
        title="A project",
        attempt=1,
        url="/",
        at=timezone.now() - timedelta(days=days_ago),
    )


def answer_all(client: Client, attempt: Attempt, *, right: bool) -> None:
    for one in Answer.objects.filter(attempt=attempt).select_related("question_version"):
        response = right_response(one) if right else wrong_response(one)
        url = f"/attempts/{attempt.public_id}/questions/{one.position}/answer/"
        assert client.post(url, response).status_code == 302


def test_nothing_to_review_says_how_to_begin(own: Client) -> None:
    assert "Nothing to review yet" in text(own, "/reviews/")
    page = own.post("/reviews/attempts/", follow=True)
    assert page.redirect_chain == [("/reviews/", 302)]
    assert "There are no questions to ask at the moment." in page.content.decode()


def test_review_asks_what_is_due_and_moves_it_on(own: Client, learner: User) -> None:
    seen(learner, "precision", "recall", "vectors", days_ago=20)
    seen(learner, "agent-loop", days_ago=19)  # which perhaps no question asks about
    page = text(own, "/reviews/")
    assert 'href="/concepts/precision/">Precision</a>' in page
    assert "for 18 days" in page

    first = own.post("/reviews/attempts/")
    attempt = Attempt.objects.get()
    assert first["Location"] == f"/attempts/{attempt.public_id}/questions/1/"
    assert (attempt.subject, attempt.title, attempt.quiz) == ("review", "Review", None)
    asked = {c for one in attempt.answers.all() for c in one.question_version.concepts}
    assert {"precision", "recall", "vectors"} <= asked
    assert own.post("/reviews/attempts/")["Location"] == first["Location"]  # goes on
    assert "0 of" in text(own, "/reviews/")
    answer_all(own, attempt, right=True)

    due = Recall.objects.filter(learner=learner, concept__slug="precision").get().due
    assert due > timezone.now() + timedelta(days=5)
    result = text(own, f"/attempts/{attempt.public_id}/")
    assert "That was it for today." in result
    assert 'href="/reviews/">Review</a>' in result
    assert "precision" not in text(own, "/reviews/").split("The next two weeks")[0].split("Due")[-1]


def test_what_was_missed_comes_back_tomorrow(own: Client, learner: User) -> None:
    seen(learner, "vectors", days_ago=20)
    own.post("/reviews/attempts/")
    answer_all(own, Attempt.objects.get(), right=False)

    recall = Recall.objects.get(learner=learner, concept__slug="vectors")
    assert recall.due - recall.last == timedelta(days=1)
    page = text(own, "/reviews/")
    assert "Nothing is due today" in page
    assert "Tomorrow" in page


def test_failed_project_brings_its_concepts_into_the_review(own: Client, learner: User) -> None:
    seen(learner, "precision", days_ago=40)
    seen(learner, "precision", days_ago=3, score=0.0)
    assert 'href="/concepts/precision/"' in text(own, "/reviews/")


def test_step_asks_over_all_its_lessons(own: Client) -> None:
    page = own.post("/steps/machine-learning/attempts/")
    attempt = Attempt.objects.get()
    assert page["Location"] == f"/attempts/{attempt.public_id}/questions/1/"
    assert attempt.subject == "step:machine-learning"
    steps = Question.objects.filter(answers__attempt=attempt).values_list(
        "quiz__lesson__step__slug", flat=True
    )
    assert set(steps) == {"machine-learning"}
    assert 'href="/quizzes/">Classical machine learning: the whole step</a>' in text(
        own, f"/attempts/{attempt.public_id}/questions/1/"
    )
    answer_all(own, attempt, right=True)
    assert "other questions and other numbers" in text(own, f"/attempts/{attempt.public_id}/")
    assert own.post("/steps/no-such-step/attempts/").status_code == 404


def test_drill_asks_about_metrics_with_numbers_of_its_own(own: Client) -> None:
    own.post("/drills/metrics/attempts/")
    first = Attempt.objects.get()
    versions = [one.question_version for one in first.answers.select_related("question_version")]
    assert all(version.generator for version in versions)
    answer_all(own, first, right=True)
    own.post("/drills/metrics/attempts/")
    second = Attempt.objects.get(number=2)
    draws = [list(one.answers.values_list("draw", flat=True)) for one in (first, second)]
    assert not [draw for draw in draws[0] if draw in draws[1]]
    assert own.post("/drills/no-such-drill/attempts/").status_code == 404


def test_practice_of_a_concept_asks_about_it_what_was_not_asked_yet(own: Client) -> None:
    own.post("/concepts/precision/attempts/")
    first = Attempt.objects.get()
    assert (first.title, first.questions) == ("Precision: practice", 5)
    versions = [one.question_version for one in first.answers.select_related("question_version")]
    assert all("precision" in version.concepts for version in versions)
    assert "/concepts/precision/" in text(own, f"/attempts/{first.public_id}/questions/1/")
    answer_all(own, first, right=True)
    own.post("/concepts/precision/attempts/")
    second = Attempt.objects.get(number=2)
    fresh = set(second.answers.values_list("question", flat=True))
    every = Question.objects.filter(concepts__slug="precision").count()
    assert len(fresh - {version.question_id for version in versions}) >= min(5, every - 5)
    assert own.post("/concepts/no-such-concept/attempts/").status_code == 404


def test_concept_that_no_question_asks_about_says_so(own: Client) -> None:
    Question.objects.filter(concepts__slug="precision").update(published=False)
    page = own.post("/concepts/precision/attempts/", follow=True).content.decode()
    assert "There are no questions to ask at the moment" in page
    assert not Attempt.objects.exists()


def test_attempts_of_every_mode_are_taken_away(own: Client) -> None:
    own.post("/drills/metrics/attempts/")
    assert b'"drill:metrics"' in b"".join(own.get("/settings/own-data.json"))


def test_quizzes_stand_step_by_step_in_the_order_of_the_road(own: Client) -> None:
    page = text(own, "/quizzes/")
    steps = re.findall(r'<h2 id="step-([\w-]+)"', page)
    assert steps == list(dict.fromkeys(steps))
    assert steps[:3] == ["orientation", "foundations", "machine-learning"]
