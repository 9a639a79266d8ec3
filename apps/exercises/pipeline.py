"""From a run that waits to a run with its result.

The result of a try is what ``running.TryResult`` says, as JSON; that of a lesson's block holds
``output``, ``message``, ``seconds`` and ``figures`` (PNG in base64).
"""

import base64
import logging
import secrets
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction

from apps import sandbox
from apps.checks.environment import Environment
from apps.checks.errors import CheckError
from apps.checks.untrusted_text import storable
from apps.curriculum.check_config import check_config
from apps.curriculum.lesson_code import lesson_environment
from apps.curriculum.models import Lesson
from apps.exercises import delivery, evidence
from apps.exercises.delivery import Claim
from apps.exercises.models import Exercise, Outcome, Run
from apps.exercises.running import Task, run_block, run_try

logger = logging.getLogger(__name__)


def run(*, run_id: int) -> None:
    """Take a run, run it and keep what came of it. A message that comes twice does no harm."""
    claim = delivery.claim(run_id=run_id)
    if claim is None:
        return
    one = Run.objects.select_related("exercise", "lesson").get(pk=run_id)
    try:
        config = check_config()
        with lesson_environment(settings.CONTENT_FOLDER, config=config) as environment:
            outcome, result = _run(one, environment=environment)
    except (CheckError, sandbox.SandboxUnavailable) as error:
        logger.error("run %s: %s", run_id, error)
        delivery.give_back(claim)
    except Exception:
        logger.exception("run %s broke", run_id)
        delivery.give_back(claim)
    else:
        _conclude(claim, one, outcome=outcome, result=result)


def _run(one: Run, *, environment: Environment) -> tuple[Outcome, dict[str, Any]]:
    if one.exercise:
        return _try(one.code, one.exercise, environment=environment)
    assert one.lesson  # noqa: S101 - one of the two is there
    return _run_block(one.code, one.lesson, one.block or 1, environment=environment)


def _try(
    code: str, exercise: Exercise, *, environment: Environment
) -> tuple[Outcome, dict[str, Any]]:
    tried = run_try(
        code,
        task=Task(**exercise.task),
        solution=exercise.solution,
        # Each try has cases of its own, so what one shows is no use to the next.
        seed=secrets.randbits(63),
        environment=environment,
        home=settings.CHECKS_HOME,
    )
    return Outcome.PASSED if tried.passed else Outcome.FAILED, asdict(tried)


def _run_block(
    code: str, lesson: Lesson, number: int, *, environment: Environment
) -> tuple[Outcome, dict[str, Any]]:
    earlier = lesson.code_blocks[: number - 1]
    ran = run_block(
        code,
        before=[block["code"] for block in earlier if not block["needs"]],
        environment=environment,
        home=settings.CHECKS_HOME,
    )
    ended = ran.outcome is sandbox.Outcome.OK
    result = {
        "output": ran.output,
        "message": ran.message,
        "seconds": ran.seconds,
        "figures": [base64.b64encode(figure).decode() for figure in ran.figures],
    }
    return Outcome.PASSED if ended else Outcome.FAILED, result


def _conclude(claim: Claim, one: Run, *, outcome: Outcome, result: dict[str, Any]) -> None:
    with transaction.atomic():
        if not delivery.finish(claim, outcome=outcome, result=storable(result)):
            return
        if one.exercise and outcome is Outcome.PASSED:
            evidence.record(one)
