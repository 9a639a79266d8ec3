"""The question of the landing page: answered by visitors, kept nowhere, telling nothing before."""

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.quizzes.models import Answer, Attempt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def question_of(text: str) -> str:
    start = text.index('id="question"')
    return text[start : text.index("</section>", start)]


def test_visitor_answers_and_learns_why(client: Client) -> None:
    before = question_of(client.get("/").content.decode())
    values = re.findall(r'name="option" value="(\d)"', before)
    assert len(values) >= 3
    verdicts = {}
    for value in values:
        response = client.post("/question/", {"option": value})
        assert response.status_code == 200
        after = question_of(response.content.decode())
        (verdicts[value],) = set(re.findall(r"(Right|Not right)</h3>", after))
        assert "Sign up for the others" in after
    assert list(verdicts.values()).count("Right") == 1
    assert not Attempt.objects.exists()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("data", [{}, {"option": ""}, {"option": "99"}, {"option": "\x00<script>"}])
def test_unreadable_answer_is_asked_for_again(client: Client, data: dict[str, str]) -> None:
    response = client.post("/question/", data)
    assert response.status_code == 422
    assert 'id="answer-error"' in question_of(response.content.decode())


def test_page_before_the_answer_holds_no_explanation(client: Client) -> None:
    before = question_of(client.get("/").content.decode())
    assert "Right" not in before
    assert "Sign up for the others" not in before


def test_without_an_open_lesson_there_is_no_question(client: Client) -> None:
    Lesson.objects.update(open=False)
    assert 'id="question"' not in client.get("/").content.decode()
    assert client.post("/question/", {"option": "0"}).status_code == 200


def test_others_are_led_home(client: Client) -> None:
    assert client.get("/question/")["Location"] == "/"
    client.force_login(User.objects.create_user("ada@example.org", "correct horse"))
    assert client.post("/question/", {"option": "0"})["Location"] == "/"
