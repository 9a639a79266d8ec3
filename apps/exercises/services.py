"""What a learner does: run code."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.exercises import delivery, tasks
from apps.exercises.models import Exercise, Run, State

RUNS_A_MINUTE = 20
RUNS_A_DAY = 300
STILL_RUNNING = "Your last run has not ended yet. It takes half a minute at most; then run again."
TOO_FAST = (
    f"You ran code {RUNS_A_MINUTE} times within a minute. Nothing is lost: wait a minute, and run "
    "again."
)
TOO_OFTEN = (
    f"You ran code {RUNS_A_DAY} times within a day, which is as often as it goes here. Your code "
    "is kept; go on tomorrow, or on your own machine."
)


class Refused(Exception):
    """It cannot be run now; the message says what to do."""


def try_exercise(*, learner: User, exercise: Exercise, code: str) -> Run:
    """Raises Refused."""
    return _start(Run(learner=learner, exercise=exercise, code=code))


def run_block(*, learner: User, lesson: Lesson, block: int, code: str) -> Run:
    """``block``: its number, from 1. Raises Refused."""
    return _start(Run(learner=learner, lesson=lesson, block=block, code=code))


@transaction.atomic
def _start(run: Run) -> Run:
    # One start of a learner at a time, so that counting and inserting are one step.
    User.objects.select_for_update(no_key=True).get(pk=run.learner_id)
    _refuse_too_many(run.learner)
    delivery.withdraw_queued(learner_id=run.learner_id)
    own = Run.objects.filter(learner=run.learner, exercise=run.exercise)
    if run.exercise:
        run.number = (own.aggregate(last=Max("number"))["last"] or 0) + 1
    run.save(force_insert=True)
    transaction.on_commit(lambda: tasks.send(run.pk))
    return run


def _refuse_too_many(learner: User) -> None:
    own = Run.objects.filter(learner=learner)
    if own.filter(state=State.RUNNING).exists():
        raise Refused(STILL_RUNNING)
    if own.filter(created__gt=Now() - timedelta(minutes=1)).count() >= RUNS_A_MINUTE:
        raise Refused(TOO_FAST)
    if own.filter(created__gt=Now() - timedelta(days=1)).count() >= RUNS_A_DAY:
        raise Refused(TOO_OFTEN)
