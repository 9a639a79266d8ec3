"""Every question about an output, run in the real sandbox: what it prints is its answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.checks.check import CheckConfig
from apps.checks.environment import Environment
from apps.exercises.running import BlockResult, run_block
from apps.quizzes.content import Quiz, read_quizzes
from apps.quizzes.drawing import draw_question, question_seed
from apps.quizzes.generators import GENERATORS as REAL_GENERATORS
from apps.quizzes.kinds.code_output import output_lines, shown_code
from apps.quizzes.kinds.kind import Case
from apps.quizzes.placeholders import filler
from apps.quizzes.question_file import Question
from apps.sandbox import Outcome
from tests.content import whole_bank
from tests.quizzes.kinds.test_code_output import COPY, SAMPLES
from tests.quizzes.samples import GENERATORS, write_quiz

SEEDS = range(5)

type Run = Callable[[str], BlockResult]


@pytest.fixture
def run(environment: Environment, check_config: CheckConfig) -> Run:
    def run(code: str) -> BlockResult:
        return run_block(code, before=[], environment=environment, home=check_config.home)

    return run


def samples(folder: Path, texts: dict[str, str]) -> list[Quiz]:
    write_quiz(folder, questions=texts)
    return read_quizzes(folder, generators=GENERATORS)


def problems(quizzes: list[Quiz], *, run: Run) -> dict[str, str]:
    """What was printed instead of the answer, by question and seed."""
    found = {}
    for quiz in quizzes:
        for question in quiz.questions:
            for seed, case in cases(question):
                result = run(shown_code(question.facts, case))
                answer = str(case.drawn.answer)
                as_told = output_lines(result.output) == output_lines(answer)
                if result.outcome is not Outcome.OK or not as_told:
                    found[f"{quiz.slug}/{question.slug}, seed {seed}"] = result.output
    return found


def cases(question: Question) -> Iterator[tuple[int, Case]]:
    if question.kind != "code-output":
        return
    generator = (
        {**REAL_GENERATORS, **GENERATORS}[question.generator] if question.generator else None
    )
    for seed in SEEDS if generator else SEEDS[:1]:
        drawn = draw_question(
            kind=question.kind,
            facts=question.facts,
            generator=generator,
            seed=question_seed(attempt_seed=seed, slug=question.slug),
        )
        fill = filler(question.placeholders, drawn.parameters)
        yield seed, Case(drawn=drawn, fill=fill)


def test_every_question_of_the_bank_prints_its_answer(run: Run) -> None:
    assert problems(whole_bank(), run=run) == {}


def test_every_sample_prints_its_answer(tmp_path: Path, run: Run) -> None:
    quizzes = samples(tmp_path, SAMPLES)
    assert [sum(1 for _ in cases(question)) for question in quizzes[0].questions] == [5, 1]
    assert problems(quizzes, run=run) == {}


@pytest.mark.parametrize(
    ("old", "new", "printed"),
    [
        ("= 7\n", "= 8\n", "[[90, 8], [3, 5]]\n<longer> 2 3\n"),
        ("    print(", "    raise SystemExit(", "[[90, 7], [3, 5]]\n"),
    ],
)
def test_code_that_prints_something_else_is_found(
    tmp_path: Path, run: Run, old: str, new: str, printed: str
) -> None:
    assert COPY.count(old) == 1
    quizzes = samples(tmp_path, {"copy": COPY.replace(old, new)})
    assert problems(quizzes, run=run) == {"judging/copy, seed 0": printed}
