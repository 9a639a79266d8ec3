"""From the page to the answer: a real worker of the queue ``code``."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.exercises.models import Exercise, Outcome, Run, State
from apps.progress.models import Evidence
from apps.submissions.models import CheckWorker
from tests.exercises.samples import SOLUTION, make_exercise, make_learner, make_lesson
from tests.submissions.worker import Worker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(tmp_path: Path, db: None) -> Iterator[Worker]:
    environment = {}
    if "MILEPOST_TEST_CACHE" in os.environ:
        environment["MILEPOST_CHECKS_HOME"] = os.environ["MILEPOST_TEST_CACHE"]
    worker = Worker(tmp_path / "code.log", "-Q", "code", **environment)
    yield worker
    worker.stop()


def answered(client: Client, url: str, code: str, worker: Worker) -> Run:
    page = client.post(url, {"code": code})
    assert page.status_code == 302
    run = Run.objects.get(public_id=page["Location"].split("/")[-2])
    wait_until(lambda: Run.objects.get(pk=run.pk).state == State.FINISHED, worker)
    run.refresh_from_db()
    return run


def result(run: Run) -> dict[str, Any]:
    return run.result or {}


def test_code_is_run_and_a_pass_is_evidence(client: Client, worker: Worker) -> None:
    learner: User = make_learner()
    lesson: Lesson = make_lesson()
    make_exercise(lesson=lesson)
    client.force_login(learner)

    block = answered(client, "/lessons/means/code/3/runs/", "print(rows.sum(), 'x')", worker)
    wrong = answered(client, "/exercises/a-mean/runs/", "def mean(n): return 1", worker)
    assert not Evidence.objects.exists()
    right = answered(client, "/exercises/a-mean/runs/", SOLUTION, worker)
    again = answered(client, "/exercises/a-mean/runs/", SOLUTION, worker)

    assert block.outcome == Outcome.PASSED
    assert result(block)["output"] == "3.0 x\n"  # without what the earlier blocks print
    assert (wrong.outcome, right.outcome, again.outcome) == ("failed", "passed", "passed")
    assert [case["right"] for case in result(wrong)["cases"]] == [False, False, False, False]
    (piece,) = Evidence.objects.all()
    assert (piece.learner, piece.concept.slug, piece.score, piece.attempt, piece.url) == (
        learner,
        "averages",
        1.0,
        2,
        "/exercises/a-mean/",
    )
    told = CheckWorker.objects.get()
    assert (told.queues, told.passed) == (["code"], True)


def test_message_without_a_run_does_no_harm(client: Client, worker: Worker) -> None:
    from apps.exercises.tasks import run_code  # noqa: PLC0415

    client.force_login(make_learner())
    make_lesson()
    run_code.delay(10**9)
    run = answered(client, "/lessons/means/code/1/runs/", "print(1)", worker)
    run_code.delay(run.pk)
    later = answered(client, "/lessons/means/code/1/runs/", "print(2)", worker)

    run.refresh_from_db()
    assert (run.delivery, result(run)["output"], result(later)["output"]) == (1, "1\n", "2\n")


def test_exercise_that_is_broken_is_our_fault(client: Client, worker: Worker) -> None:
    client.force_login(make_learner())
    exercise = make_exercise(lesson=make_lesson())
    Exercise.objects.update(solution="def other(): pass")
    page = client.post(f"/exercises/{exercise.slug}/runs/", {"code": SOLUTION})
    run = Run.objects.get()

    def ended() -> bool:
        from apps.exercises.tasks import run_code  # noqa: PLC0415

        run_code.delay(run.pk)  # as the sweep does
        return Run.objects.get().state == State.FINISHED

    wait_until(ended, worker)
    page = client.get(page["Location"])
    assert Run.objects.get().outcome == Outcome.OURS
    assert "Something of ours broke, not your code." in page.content.decode()
