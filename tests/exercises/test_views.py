"""The pages of exercises and of lessons' code."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.untrusted_text import storable
from apps.curriculum.models import Lesson
from apps.exercises.models import Exercise, Outcome, Run, State
from tests.exercises.samples import make_exercise, make_learner, make_lesson
from tests.submissions.samples import EVIL

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CASE = {
    "name": "two numbers",
    "right": False,
    "problem": f"The answer is {EVIL}",
    "arguments": [EVIL],
    "expected": "2.5",
    "answer": EVIL,
    "printed": EVIL,
}


@pytest.fixture
def own(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def ended(learner: User, *, outcome: Outcome, result: object, **of: object) -> Run:
    return Run.objects.create(
        learner=learner,
        code="a = 1",
        state=State.FINISHED,
        outcome=outcome,
        finished=timezone.now(),
        result=result,
        **of,
    )


def tried(learner: User, exercise: Exercise, *cases: dict[str, object], **result: object) -> Run:
    right = all(case["right"] for case in cases) and bool(cases)
    document = {"cases": list(cases), "problem": "", "told": "", "seconds": 0.2, **result}
    outcome = Outcome.PASSED if right else Outcome.FAILED
    number = Run.objects.count() + 1
    document = storable(document)  # as the worker does
    return ended(learner, outcome=outcome, result=document, exercise=exercise, number=number)


def text(client: Client, url: str, **headers: str) -> str:
    page = client.get(url, headers=headers)
    assert page.status_code == 200
    return page.content.decode()


def test_exercise_begins_with_the_starter_and_then_with_ones_own(
    own: Client, learner: User, exercise: Exercise
) -> None:
    assert "def mean(numbers):\n    ...\n</textarea>" in text(own, "/exercises/a-mean/")
    tried(learner, exercise, CASE)

    assert "\na = 1</textarea>" in text(own, "/exercises/a-mean/")
    assert "    ...\n</textarea>" in text(own, "/exercises/a-mean/?fresh=1")


def test_solution_is_shown_after_a_pass_only(
    own: Client, learner: User, exercise: Exercise
) -> None:
    tried(learner, exercise, CASE)
    assert "One good way" not in text(own, "/exercises/a-mean/")
    assert "numbers only" not in text(own, "/exercises/a-mean/")

    tried(learner, exercise, {**CASE, "right": True, "problem": ""})
    page = text(own, "/exercises/a-mean/")
    assert "One good way" in page
    assert "All 1 cases are right." not in page
    assert "Every case is right." in page


def test_first_wrong_case_is_shown_without_tricks(
    own: Client, learner: User, exercise: Exercise
) -> None:
    good = {**CASE, "right": True, "problem": "", "name": "no number"}
    run = tried(learner, exercise, good, CASE, {**CASE, "problem": "the second one"})
    page = text(own, f"/runs/{run.public_id}/")

    assert "1 of 3 cases is right." in page
    assert "the second one" not in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_block_of_a_lesson_has_an_editor_of_its_own(own: Client, lesson: Lesson) -> None:
    page = text(own, "/lessons/means/code/3/")
    fragment = text(own, "/lessons/means/code/3/", **HTMX)

    for html in (page, fragment):
        assert "\nprint(rows.sum())</textarea>" in html
        assert 'action="/lessons/means/code/3/runs/"' in html
    assert "<html" in page
    assert "<html" not in fragment
    assert "autofocus" in fragment


@pytest.mark.parametrize("number", [0, 2, 4, 99])  # 2 needs a library
def test_block_that_cannot_be_run_is_not_there(own: Client, lesson: Lesson, number: int) -> None:
    for url in (f"/lessons/means/code/{number}/", f"/lessons/means/code/{number}/runs/"):
        assert own.get(url).status_code == 404
        assert own.post(url, {"code": "1"}).status_code in {404, 405}
    assert not Run.objects.exists()


def test_running_needs_no_javascript(own: Client, lesson: Lesson) -> None:
    page = own.post("/lessons/means/code/1/runs/", {"code": "a = 1\r\nprint(a)\r\n"})
    run = Run.objects.get()

    assert page["Location"] == f"/runs/{run.public_id}/"
    assert run.code == "a = 1\nprint(a)\n"
    assert '<meta http-equiv="refresh" content="2">' in text(own, page["Location"])
    Run.objects.update(
        state=State.FINISHED,
        outcome=Outcome.PASSED,
        finished=timezone.now(),
        result={"output": "1\n", "message": "", "seconds": 0.05, "figures": ["aGVsbG8="]},
    )
    done = text(own, page["Location"])
    assert "refresh" not in done
    assert ">1\n</pre>" in done
    assert 'src="data:image/png;base64,aGVsbG8="' in done


def test_fragment_asks_again_until_the_run_has_ended(
    own: Client, learner: User, lesson: Lesson
) -> None:
    page = own.post("/lessons/means/code/1/runs/", {"code": "1"}, headers=HTMX)
    run = Run.objects.get()
    first = page.content.decode()
    assert f'hx-get="/runs/{run.public_id}/" hx-trigger="every 150ms"' in first
    assert "<html" not in first

    Run.objects.update(state=State.RUNNING, started=timezone.now())
    assert "Your code is running." in text(own, f"/runs/{run.public_id}/", **HTMX)
    Run.objects.update(state=State.FINISHED, outcome=Outcome.OURS, finished=timezone.now())
    last = text(own, f"/runs/{run.public_id}/", **HTMX)
    assert "hx-trigger" not in last
    assert "Something of ours broke, not your code." in last
    assert 'id="announce"' in last


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "There is no code. Write some, then run it."),
        (" \n ", "There is no code. Write some, then run it."),
        ("x" * 20_001, "The code has more than 20,000 characters. Shorten it."),
        ("a\0b", "The code holds a NUL character. Take it out."),
        (None, "There is no code. Write some, then run it."),
    ],
)
@pytest.mark.parametrize("url", ["/exercises/a-mean/runs/", "/lessons/means/code/1/runs/"])
def test_unusable_code_is_told_and_kept(
    own: Client, exercise: Exercise, url: str, code: str | None, told: str
) -> None:
    data = {} if code is None else {"code": code}
    page = own.post(url, data)
    fragment = own.post(url, data, headers=HTMX)

    assert page.status_code == 422
    assert told in page.content.decode()
    assert fragment.status_code == 200  # which htmx puts in its place
    assert told in fragment.content.decode()
    if code and code.strip():
        assert code[:50].replace("\0", "�") in page.content.decode().replace("\0", "�")
    assert not Run.objects.exists()


def test_refused_run_keeps_the_code(own: Client, learner: User, exercise: Exercise) -> None:
    own.post("/exercises/a-mean/runs/", {"code": "first"})
    Run.objects.update(state=State.RUNNING, started=timezone.now())
    page = own.post("/exercises/a-mean/runs/", {"code": "second = 2"})

    assert page.status_code == 422
    assert "Your last run has not ended yet." in page.content.decode()
    assert "\nsecond = 2</textarea>" in page.content.decode()


def test_lesson_names_its_exercises(own: Client, learner: User, exercise: Exercise) -> None:
    assert 'href="/exercises/a-mean/">A mean</a>' in text(own, "/lessons/means/")
    make_exercise("hidden")
    Exercise.objects.filter(slug="hidden").update(published=False)

    assert "/exercises/hidden/" not in text(own, "/lessons/means/")
    assert own.get("/exercises/hidden/").status_code == 404


def test_exercises_stand_in_the_order_of_the_road(own: Client, learner: User) -> None:
    later, earlier = make_lesson("later"), make_lesson("earlier")
    Lesson.objects.filter(pk=later.pk).update(position=9)
    for slug, lesson in (("a", later), ("b", earlier), ("c", later)):
        make_exercise(slug, lesson=lesson)
    tried(learner, Exercise.objects.get(slug="c"), {**CASE, "right": True, "problem": ""})
    page = text(own, "/exercises/")

    assert re.findall(r'href="/exercises/(\w)/"', page) == ["b", "a", "c"]
    assert "1 of 3 passed" in page


def test_runs_of_others_are_not_there(own: Client, exercise: Exercise) -> None:
    other = tried(make_learner(), exercise, CASE)

    assert own.get(f"/runs/{other.public_id}/").status_code == 404
    assert own.get(f"/runs/{other.public_id}/", headers=HTMX).status_code == 404


def test_page_that_polls_goes_to_the_log_in(client: Client, exercise: Exercise) -> None:
    run = tried(make_learner(), exercise, CASE)

    assert "/login/" in client.get(f"/runs/{run.public_id}/", headers=HTMX)["HX-Redirect"]
    assert "/login/" in client.get(f"/runs/{run.public_id}/")["Location"]
