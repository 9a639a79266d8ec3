"""The exercises that are taught: each can be solved, and its cases catch the mistakes it names."""

from collections.abc import Callable

import pytest

from apps.checks.check import CheckConfig
from apps.checks.environment import Environment
from apps.exercises.content import Exercise
from apps.exercises.running import Answers, answers_of, judge
from tests.content import whole_set_of_exercises

EXERCISES = {one.slug: one for one in whole_set_of_exercises()}

pytestmark = pytest.mark.slow
each = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())
type Answer = Callable[[str, int], Answers]


@pytest.fixture
def answer(exercise: Exercise, environment: Environment, check_config: CheckConfig) -> Answer:
    """What code answers to the cases of a seed."""

    def run(code: str, seed: int) -> Answers:
        return answers_of(
            code, task=exercise.task, seed=seed, environment=environment, home=check_config.home
        )

    return run


@each
def test_solution_passes_on_draws_that_differ(exercise: Exercise, answer: Answer) -> None:
    draws = [answer(exercise.solution, seed) for seed in (1, 1, 2)]

    for given in draws[:2]:
        result = judge(given, right=draws[0], task=exercise.task)
        assert [(case.name, case.problem) for case in result.cases if not case.right] == []
    names = [line["name"] for line in draws[0].lines]
    assert len(names) >= 5
    assert len(set(names)) == len(names)
    arguments = [[line["arguments"] for line in draw.lines] for draw in draws]
    assert arguments[0] == arguments[1]
    assert arguments[0] != arguments[2]


@each
def test_starter_and_mistakes_fail(exercise: Exercise, answer: Answer) -> None:
    right = {seed: answer(exercise.solution, seed) for seed in (1, 2)}
    for number, code in enumerate([exercise.starter, *exercise.mistakes]):
        seed = 1 + number % 2
        result = judge(answer(code, seed), right=right[seed], task=exercise.task)

        assert not result.passed, (number, code)
        # A mistake that people make runs: it is the answer that is wrong.
        assert not result.problem or number == 0, result.told
