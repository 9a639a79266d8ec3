import datetime
import json
import re
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, Step, Teaching
from apps.progress.models import Evidence
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.numbers import shown_number
from apps.quizzes.result_page import result_page
from tests.quizzes.samples import (
    answer_at,
    begin,
    load,
    make_learner,
    right_response,
    write_quiz,
    wrong_response,
)

QUIZ = "/quizzes/judging/"
EVIL = "<img src=x onerror=alert(1)> \"' \x00\u202e" + "9" * 5000


@pytest.fixture
def page(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def html(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def text_of(client: Client, url: str) -> str:
    """What one reads of the main part of a page."""
    main = html(client, url).partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def question_url(attempt: Attempt, position: int) -> str:
    return f"/attempts/{attempt.public_id}/questions/{position}/"


def give(client: Client, attempt: Attempt, position: int, *, right: bool = True) -> str:
    one = answer_at(attempt, position)
    data = right_response(one) if right else wrong_response(one)
    response = client.post(f"{question_url(attempt, position)}answer/", data)
    assert response.status_code == 302
    return response.headers["Location"]


def finish(client: Client, attempt: Attempt, *, wrong: tuple[int, ...] = ()) -> None:
    for position in range(1, attempt.questions + 1):
        give(client, attempt, position, right=position not in wrong)


def queries_of(call: Callable[[], object]) -> int:
    cache.clear()  # the worst case: the road in the header is made anew
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


# Who may see what -------------------------------------------------------------------------------


def test_attempt_of_another_is_not_there(client: Client, attempt: Attempt) -> None:
    client.force_login(make_learner())
    urls = [f"/attempts/{attempt.public_id}/", question_url(attempt, 1)]
    posts = [f"{question_url(attempt, 1)}{what}/" for what in ("draft", "answer")]
    assert [client.get(url).status_code for url in [*urls, *posts]] == [404] * 4
    data = right_response(answer_at(attempt, 1))
    assert [client.post(url, data).status_code for url in posts] == [404] * 2
    assert not Answer.objects.exclude(saved_at=None).exists()
    assert attempt.public_id not in html(client, QUIZ) + html(client, "/quizzes/")


def test_pages_ask_visitors_to_log_in(client: Client, attempt: Attempt) -> None:
    for url in ("/quizzes/", QUIZ, f"/attempts/{attempt.public_id}/", question_url(attempt, 1)):
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"][:15]) == (302, "/account/login/")


def test_get_changes_nothing(page: Client, attempt: Attempt) -> None:
    base = question_url(attempt, 1)
    for url, leads in (
        (f"{base}answer/", base),
        (f"{base}draft/", base),
        (f"{QUIZ}attempts/", QUIZ),
        (f"/attempts/{attempt.public_id}/", base),
    ):
        assert page.get(url).headers["Location"] == leads
    assert Attempt.objects.count() == 1
    assert not Answer.objects.exclude(saved_at=None).exists()


@pytest.mark.parametrize("number", ["0", "5", "99999", "9" * 30, "9" * 5000])
def test_question_that_is_none_is_not_there(page: Client, attempt: Attempt, number: str) -> None:
    url = f"/attempts/{attempt.public_id}/questions/{number}/"
    assert page.get(url).status_code == 404
    assert page.post(f"{url}answer/", {"option": "0"}).status_code == 404


def test_unknown_or_withdrawn_quiz_is_not_there(page: Client, attempt: Attempt) -> None:
    assert page.get("/quizzes/nothing/").status_code == 404
    Quiz.objects.update(published=False)
    assert page.get(QUIZ).status_code == 404
    assert page.post(f"{QUIZ}attempts/").status_code == 404
    assert "Judging a classifier" not in html(page, "/quizzes/")
    # What was begun can be ended.
    finish(page, attempt)
    assert "4 of 4 right" in html(page, f"/attempts/{attempt.public_id}/")


# From the list to the result --------------------------------------------------------------------


def test_quizzes_lists_those_published_with_the_last_attempt(
    page: Client, attempt: Attempt
) -> None:
    assert "Begun: 0 of 4 answered" in html(page, "/quizzes/")
    finish(page, attempt, wrong=(3,))
    assert "Judging a classifier" in html(page, "/quizzes/")
    assert "3 of 4 right" in text_of(page, "/quizzes/")


def test_quizzes_without_content_says_so(page: Client) -> None:
    assert "No quizzes yet" in html(page, "/quizzes/")


def test_quiz_starts_and_goes_on(page: Client, quiz: Quiz, folder: Path, learner: User) -> None:
    # By the real registry: those of its questions that need no generator of the tests.
    assert re.search(r"Start\s*<svg", html(page, QUIZ))
    response = page.post(f"{QUIZ}attempts/")
    attempt = Attempt.objects.get()
    assert response.headers["Location"] == question_url(attempt, 1)
    assert "0 of 2 answered" in html(page, QUIZ)
    give(page, attempt, 1)
    assert page.post(f"{QUIZ}attempts/").headers["Location"] == question_url(attempt, 2)
    assert Attempt.objects.count() == 1


def test_quiz_without_questions_says_so(page: Client, quiz: Quiz) -> None:
    quiz.questions.update(published=False)
    response = page.post(f"{QUIZ}attempts/", follow=True)
    assert "There are no questions to ask at the moment." in response.content.decode()


def test_question_shows_its_numbers(page: Client, attempt: Attempt) -> None:
    drawn = answer_at(attempt, 3).draw["parameters"]
    source = html(page, question_url(attempt, 3))
    assert f"Of {drawn['total']} mails, {drawn['positives']} are spam" in source
    assert f"<code>x = {shown_number(drawn['change'])}</code>" in source
    # Where it is no code, with a real minus sign.
    assert f"so x is \N{MINUS SIGN}{shown_number(-drawn['change'])}." in source
    assert f"<mn>{drawn['total']}</mn>" not in source
    formula = html(page, question_url(attempt, 1))
    first = answer_at(attempt, 1).draw["parameters"]
    assert f"<mn>{first['total']}</mn>" in formula
    assert ("formulas.css" in source, "formulas.css" in formula) == (False, True)
    assert not re.search("[\ue000-\uf8ff]", source + formula)


def test_answer_leads_to_its_verdict(page: Client, attempt: Attempt) -> None:
    assert give(page, attempt, 1, right=False) == f"{question_url(attempt, 1)}#verdict"
    source = html(page, question_url(attempt, 1))
    assert '<h2 id="verdict" tabindex="-1">' in source
    read = text_of(page, question_url(attempt, 1))
    assert "Not right What you seem to believe" in read
    drawn = answer_at(attempt, 1).draw
    share = drawn["worked"]["share"]
    assert f"{drawn['parameters']['total']}, which is {share:.3f}." in read
    assert "Next: question 2" in read
    assert "<form" not in source.partition("<main")[2]


def test_verdict_of_each_kind_shows_the_answer_given(page: Client, attempt: Attempt) -> None:
    finish(page, attempt, wrong=(2, 3, 4))
    read = [text_of(page, question_url(attempt, position)) for position in (1, 2, 3, 4)]
    assert "Your answer, right" in read[0]
    assert "Your answer, not right" in read[1]
    assert re.search(r"Your answer [\d.]+ % Right [\d.]+ % give or take 0.1", read[2])
    assert "You divide" in read[2]
    assert "3 not right: it is 2" in read[3]
    assert "You exchange what was missed" in read[3]
    assert "See the result" in read[3]


def test_next_is_the_next_open_question(page: Client, attempt: Attempt) -> None:
    give(page, attempt, 2)
    give(page, attempt, 4)
    assert "Next: question 1" in text_of(page, question_url(attempt, 4))
    assert "Next: question 3" in text_of(page, question_url(attempt, 2))


def test_result_tells_what_is_weak_and_one_next_step(page: Client, attempt: Attempt) -> None:
    finish(page, attempt, wrong=(3, 4))
    read = text_of(page, f"/attempts/{attempt.public_id}/")
    assert read.count("2 of 4 right") == 1
    assert "Accuracy Not right in question 3, out of 3 about it." in read
    assert "Confusion-matrix Not right in question 4, out of 2 about it." in read
    assert "Start again, with other numbers" in read
    assert "Question 3 Accuracy Not right" in read


def test_result_knows_the_lesson_to_read_again(page: Client, attempt: Attempt) -> None:
    step = Step.objects.create(slug="metrics", title="Metrics", position=1)
    for position, (slug, published) in enumerate((("old", False), ("new", True)), start=1):
        lesson = Lesson.objects.create(
            slug=slug,
            title=slug,
            step=step,
            position=position,
            minutes=20,
            last_reviewed=datetime.date(2026, 11, 25),
            published=published,
        )
        concept = Concept.objects.get(slug="confusion-matrix")
        Teaching.objects.create(lesson=lesson, concept=concept, position=1)
    finish(page, attempt, wrong=(4,))
    attempt.refresh_from_db()
    result = result_page(attempt, learner=attempt.learner)
    assert result.read_again is not None
    assert result.read_again.slug == "new"
    assert [(one.title, one.questions, one.asked) for one in result.weak] == [
        ("Confusion-matrix", (4,), 2)
    ]


def test_staff_look_at_attempts(client: Client, attempt: Attempt) -> None:
    staff = User.objects.create_superuser("staff@example.org", "correct horse")
    client.force_login(staff)
    assert attempt.public_id in html(client, "/staff/quizzes/attempt/")
    assert client.get("/staff/quizzes/attempt/add/").status_code == 403


def test_result_without_mistakes_leads_to_the_next_quiz(
    page: Client, attempt: Attempt, folder: Path
) -> None:
    write_quiz(folder, "next", position=2)
    load(folder)
    finish(page, attempt)
    source = html(page, f"/attempts/{attempt.public_id}/")
    assert "Every answer is right." in source
    assert source.count('class="button primary"') == 1
    assert 'class="button primary" href="/quizzes/next/"' in source


# Before marking ---------------------------------------------------------------------------------


def test_page_gives_nothing_away_before_marking(page: Client, quiz: Quiz, learner: User) -> None:
    for _ in range(20):
        Attempt.objects.all().delete()
        attempt = begin(learner, quiz)
        for position in range(1, 5):
            answer = answer_at(attempt, position)
            source = html(page, question_url(attempt, position))
            facts = answer.question_version.facts
            secrets = {"correct", "misconception", "distractor", "worked", "Explanation"}
            secrets |= facts["misconceptions"].keys()
            secrets |= {one[:20] for one in facts["misconceptions"].values()}
            secrets |= {f"{value:.3f}" for value in answer.draw["worked"].values()}
            assert not [secret for secret in secrets if secret in source]
            main = source.partition("<main")[2]
            assert json.dumps(answer.draw["answer"]) not in main


def test_place_of_an_option_does_not_tell_which_one_is_right(quiz: Quiz, learner: User) -> None:
    seen = set()
    for _ in range(40):
        Attempt.objects.all().delete()
        seen.add(right_response(answer_at(begin(learner, quiz), 1))["option"][0])
    assert seen == {"0", "1", "2"}


# Drafts and bad input ---------------------------------------------------------------------------


def test_draft_is_where_it_was_left(page: Client, attempt: Attempt) -> None:
    url = question_url(attempt, 1)
    assert page.post(f"{url}draft/", {"option": "2"}).status_code == 204
    assert 'value="2" checked' in html(page, url)
    page.post(f"{url}draft/", {"option": "1"})
    assert 'value="1" checked' in html(page, url)
    assert Attempt.objects.get().marked == 0


def test_late_draft_changes_nothing_and_leads_to_the_verdict(
    page: Client, attempt: Attempt
) -> None:
    give(page, attempt, 3)
    before = Answer.objects.values().get(attempt=attempt, position=3)
    url = question_url(attempt, 3)
    response = page.post(f"{url}draft/", {"number": "1"}, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, url)
    assert Answer.objects.values().get(attempt=attempt, position=3) == before


def test_unreadable_answer_stays_in_its_field(page: Client, attempt: Attempt) -> None:
    url = question_url(attempt, 3)
    response = page.post(f"{url}answer/", {"number": "1,234"})
    source = response.content.decode()
    assert response.status_code == 422
    assert "1,234 can be read in two ways. Write 1234 or 1.234." in source
    assert re.search(
        r'value="1,234"[^>]*aria-invalid="true" aria-describedby="answer-error"', source
    )
    assert 'value="1,234"' in html(page, url)
    assert not Evidence.objects.exists()


def test_wrong_cell_is_the_one_marked(page: Client, attempt: Attempt) -> None:
    data = {"tn": "1", "fp": "x", "fn": "2", "tp": "3"}
    source = page.post(f"{question_url(attempt, 4)}answer/", data).content.decode()
    assert re.findall(r'name="(\w+)"[^>]*aria-invalid', source) == ["fp"]


@pytest.mark.parametrize("position", [1, 2, 3, 4])
def test_hostile_input_gets_a_sentence(page: Client, attempt: Attempt, position: int) -> None:
    url = question_url(attempt, position)
    names = ("option", "number", "tn", "fp", "fn", "tp", "correct", "draw", "seed")
    for values in ([], [EVIL], [str(number) for number in range(50)], ["\ud800"], ["-1 "]):
        body = urlencode(dict.fromkeys(names, values), doseq=True, errors="surrogatepass")

        def send(what: str, body: str = body) -> int:
            form = "application/x-www-form-urlencoded"
            return page.post(f"{url}{what}/", body, content_type=form).status_code

        assert send("draft") == 204
        assert "<img src=x" not in html(page, url)
        if values == ["-1 "] and position == 3:
            continue  # which is a number
        # All options of several are an answer, and so is the first of many numbers.
        assert send("answer") == (302 if len(values) == 50 and position != 1 else 422)
        Answer.objects.update(marked_at=None, correct=None, score=None)
        assert "<img src=x" not in html(page, url)
        kept = json.dumps(answer_at(attempt, position).response)
        assert len(kept) < 2000


def test_answer_given_twice_shows_the_first_verdict(page: Client, attempt: Attempt) -> None:
    url = question_url(attempt, 1)
    give(page, attempt, 1)
    assert give(page, attempt, 1, right=False) == f"{url}#verdict"
    assert "</svg>Right</h2>" in re.sub(r"\s*(</svg>)\s*", r"\1", html(page, url))
    assert page.post(f"{url}answer/", {}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_answer_clicked_twice_at_once_counts_once(learner: User, attempt: Attempt) -> None:
    answer = answer_at(attempt, 3)
    responses = [right_response(answer), wrong_response(answer)]
    statuses: list[int] = []
    gate = threading.Barrier(6)

    def click(number: int) -> None:
        client = Client()
        client.force_login(learner)
        gate.wait()
        url = f"{question_url(attempt, 3)}answer/"
        statuses.append(client.post(url, responses[number % 2]).status_code)
        connection.close()

    threads = [threading.Thread(target=click, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 6
    attempt.refresh_from_db()
    assert attempt.marked == 1
    assert Evidence.objects.get().score == attempt.right


def test_changed_question_is_shown_as_it_was_drawn(
    page: Client, attempt: Attempt, folder: Path
) -> None:
    give(page, attempt, 1)
    pages = [text_of(page, question_url(attempt, position)) for position in (1, 3)]
    for name in ("majority", "share"):
        path = folder / "quizzes" / "judging" / f"{name}.md"
        path.write_text(path.read_text().replace("mails", "letters"))
    (folder / "quizzes" / "judging" / "counts.md").unlink()
    load(folder)
    assert [text_of(page, question_url(attempt, position)) for position in (1, 3)] == pages
    finish(page, attempt)
    assert "4 of 4 right" in html(page, f"/attempts/{attempt.public_id}/")


# Queries ----------------------------------------------------------------------------------------

# What each page needs, its session and user included.
BOUNDS = {"/quizzes/": 8, QUIZ: 11, "question": 7, "attempt": 12, "draft": 4, "answer": 12}


def test_pages_read_the_same_number_of_queries_for_any_number_of_attempts(
    page: Client, learner: User, attempt: Attempt
) -> None:
    def counts(one: Attempt) -> dict[str, int]:
        url = question_url(one, 3)
        draft = queries_of(lambda: page.post(f"{url}draft/", {"number": "1"}))
        answer = queries_of(lambda: give(page, one, 3, right=False)) - 1  # the test's own
        finish(page, one, wrong=(3, 4))
        return {
            "/quizzes/": queries_of(lambda: page.get("/quizzes/")),
            QUIZ: queries_of(lambda: page.get(QUIZ)),
            "question": queries_of(lambda: page.get(url)),
            "attempt": queries_of(lambda: page.get(f"/attempts/{one.public_id}/")),
            "draft": draft,
            "answer": answer,
        }

    few = counts(attempt)
    for number in range(2, 100):
        Attempt.objects.create(
            learner=learner,
            quiz=attempt.quiz,
            subject=attempt.subject,
            number=number,
            questions=4,
            marked=4,
            finished=timezone.now(),
        )
    for number in range(30):
        Concept.objects.create(slug=f"other-{number}", title="Other")
    assert counts(begin(learner, attempt.quiz)) == few
    assert "Page 1 of 4" in text_of(page, QUIZ)
    assert [name for name, count in few.items() if count > BOUNDS[name]] == []


def test_start_reads_the_same_number_of_queries_for_any_number_of_questions(
    quiz: Quiz, learner: User
) -> None:
    many = queries_of(lambda: begin(learner, quiz))
    quiz.questions.exclude(slug="counts").update(published=False)
    few = queries_of(lambda: begin(make_learner(), quiz)) - 1  # inserting the learner
    assert many == few
    assert many <= 10
