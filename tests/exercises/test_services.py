"""How often code may be run, and who may work on a run."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.exercises import delivery, services
from apps.exercises.models import Exercise, Outcome, Run, State
from apps.exercises.services import Refused, run_block, try_exercise
from tests.exercises.samples import make_learner

pytestmark = pytest.mark.django_db


def finished(learner: User, exercise: Exercise | None = None, **fields: object) -> Run:
    facts = {
        "learner": learner,
        "exercise": exercise,
        "code": "1",
        "state": State.FINISHED,
        "outcome": Outcome.FAILED,
        "finished": timezone.now(),
        "number": Run.objects.filter(learner=learner, exercise=exercise).count() + 1,
        **fields,
    }
    return Run.objects.create(**facts)


def test_tries_are_numbered_for_each_learner(learner: User, exercise: Exercise) -> None:
    numbers = []
    for person in (learner, learner, make_learner()):
        one = try_exercise(learner=person, exercise=exercise, code="1")
        numbers.append(one.number)
        delivery.withdraw_queued(learner_id=person.pk)

    assert numbers == [1, 2, 1]


def test_newer_run_takes_the_place_of_one_that_waits(
    learner: User, exercise: Exercise, lesson: Lesson
) -> None:
    waiting = try_exercise(learner=learner, exercise=exercise, code="1")
    newer = run_block(learner=learner, lesson=lesson, block=1, code="2")

    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome) == (State.FINISHED, Outcome.WITHDRAWN)
    assert newer.state == State.QUEUED
    assert delivery.claim(run_id=waiting.pk) is None


def test_one_run_at_a_time(learner: User, lesson: Lesson) -> None:
    first = run_block(learner=learner, lesson=lesson, block=1, code="1")
    assert delivery.claim(run_id=first.pk)

    with pytest.raises(Refused, match="has not ended yet"):
        run_block(learner=learner, lesson=lesson, block=1, code="2")
    run_block(learner=make_learner(), lesson=lesson, block=1, code="2")  # others may


def test_runs_are_limited(learner: User, lesson: Lesson, exercise: Exercise) -> None:
    for _ in range(services.RUNS_A_MINUTE):
        finished(learner, exercise)
    with pytest.raises(Refused, match="20 times within a minute"):
        try_exercise(learner=learner, exercise=exercise, code="1")

    Run.objects.update(created=Now() - timedelta(minutes=2))
    try_exercise(learner=learner, exercise=exercise, code="1")
    delivery.withdraw_queued(learner_id=learner.pk)

    Run.objects.bulk_create(
        Run(
            learner=learner,
            lesson=lesson,
            block=1,
            code="1",
            state=State.FINISHED,
            outcome=Outcome.PASSED,
            finished=timezone.now(),
            created=timezone.now() - timedelta(hours=2),
        )
        for _ in range(services.RUNS_A_DAY)
    )
    with pytest.raises(Refused, match="300 times within a day"):
        try_exercise(learner=learner, exercise=exercise, code="1")


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_a_time_leave_one_run(learner: User, lesson: Lesson) -> None:
    barrier = threading.Barrier(2)

    def start() -> None:
        try:
            barrier.wait(10)
            run_block(learner=learner, lesson=lesson, block=1, code="1")
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    outcomes = sorted(Run.objects.values_list("state", "outcome"))
    assert outcomes == [(State.FINISHED, Outcome.WITHDRAWN), (State.QUEUED, "")]


def test_run_is_claimed_once_and_finished_by_its_claim(learner: User, lesson: Lesson) -> None:
    run = run_block(learner=learner, lesson=lesson, block=1, code="1")
    claim = delivery.claim(run_id=run.pk)

    assert claim is not None
    assert delivery.claim(run_id=run.pk) is None
    late = delivery.Claim(run.pk, claim.delivery - 1)
    assert not delivery.finish(late, outcome=Outcome.PASSED, result={})
    assert delivery.finish(claim, outcome=Outcome.PASSED, result={})
    assert not delivery.finish(claim, outcome=Outcome.FAILED, result={})
    run.refresh_from_db()
    assert (run.state, run.outcome) == (State.FINISHED, Outcome.PASSED)


def test_lost_message_is_sent_again(learner: User, lesson: Lesson) -> None:
    run = run_block(learner=learner, lesson=lesson, block=1, code="1")
    assert delivery.sweep() == []

    Run.objects.update(sent_at=Now() - delivery.RESEND)
    assert delivery.sweep() == [run.pk]
    assert delivery.sweep() == []


def test_run_of_a_dead_worker_comes_back_three_times(learner: User, lesson: Lesson) -> None:
    run = run_block(learner=learner, lesson=lesson, block=1, code="1")
    for _ in range(delivery.MAX_DELIVERIES):
        assert delivery.claim(run_id=run.pk)
        assert delivery.sweep() == []
        Run.objects.update(started=Now() - delivery.LEASE - timedelta(seconds=1))
        swept = delivery.sweep()

    run.refresh_from_db()
    assert swept == []
    assert (run.state, run.outcome, run.result) == (State.FINISHED, Outcome.OURS, None)


def test_run_given_back_waits_for_the_sweep(learner: User, lesson: Lesson) -> None:
    run = run_block(learner=learner, lesson=lesson, block=1, code="1")
    for _ in range(delivery.MAX_DELIVERIES):
        claim = delivery.claim(run_id=run.pk)
        assert claim
        assert delivery.give_back(claim)

    run.refresh_from_db()
    assert (run.state, run.outcome) == (State.FINISHED, Outcome.OURS)


def test_old_runs_of_blocks_go_and_tries_stay(
    learner: User, lesson: Lesson, exercise: Exercise
) -> None:
    one = finished(learner, exercise)
    finished(learner, lesson=lesson, block=1)
    Run.objects.update(created=Now() - delivery.KEPT - timedelta(hours=1))
    young = finished(learner, lesson=lesson, block=1)

    assert delivery.remove_old() == 1
    assert set(Run.objects.all()) == {one, young}
