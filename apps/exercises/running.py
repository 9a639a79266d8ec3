"""Runs a learner's code in the sandbox: a block of a lesson, or a try at an exercise.

Of an exercise two jobs are run that know nothing of each other: the author's solution gives the
right answers, the learner's code its own, both for the same cases. They are compared out here, so
what is right never lies where the learner's code runs.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps import sandbox
from apps.checks.environment import Environment
from apps.checks.errors import PlatformError
from apps.checks.job import job_folder
from apps.checks.outputs.file import UnusableOutput, read_content
from apps.checks.outputs.json_file import parse_json
from apps.checks.outputs.png_file import read_png
from apps.curriculum.lesson_code import ONE_THREAD
from apps.exercises.values import difference

# Tight: a page waits for it, and many people share the machine.
BLOCK_LIMITS = sandbox.Limits(
    wall_s=20, cpu_s=15, memory_mb=1024, pids=64, disk_mb=64, output_kb=32
)
_INSIDE = Path(__file__).with_name("inside")
_ANSWERS = "answers.jsonl"
_MAX_ANSWERS = 4_000_000  # bytes
_MAX_LINE_VALUES = 60_000
_MAX_FIGURES = 2
_MAX_FIGURE = 150_000  # bytes
NOT_TRIED = "Not tried any more."
_UNREADABLE = "Your code wrote over the file with its answers. Leave answers.jsonl alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockResult:
    outcome: sandbox.Outcome
    output: str  # what it printed, errors included
    message: str  # why it was ended, in a sentence
    seconds: float
    figures: tuple[bytes, ...] = ()  # PNG


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an exercise asks for."""

    kind: str  # "python" or "sql"
    function: str  # its name; of a query nothing
    cases: str  # Python that defines cases(rng), whose items are a name and the arguments
    tables: str  # of a query: the schema, as SQL
    ordered: bool  # of a query: whether the order of rows counts
    tolerance: float
    keeps_arguments: bool  # whether the function may not change what it is given
    seconds: int  # of processor time, for all cases together


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    name: str
    right: bool
    problem: str = ""  # what is wrong, in a sentence
    arguments: tuple[str, ...] = ()
    expected: str = ""
    answer: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryResult:
    cases: tuple[CaseResult, ...]
    problem: str = ""  # why none could be tried, in a sentence
    told: str = ""  # and the traceback
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return bool(self.cases) and all(case.right for case in self.cases)


def run_block(
    code: str, *, before: Sequence[str], environment: Environment, home: Path
) -> BlockResult:
    """Run ``code`` after the blocks ``before``. Raises SandboxUnavailable, PlatformError."""
    with job_folder(home) as job, tempfile.TemporaryDirectory() as saved:
        task = json.dumps({"before": list(before), "code": code})
        result = sandbox.run(
            ["python", "block.py"],
            directory=_files(job, script="block.py", texts={"block.json": task}),
            limits=BLOCK_LIMITS,
            environment=_variables(environment) | {"MPLBACKEND": "Agg"},
            mounts=environment.mounts,
            artifacts_to=Path(saved),
            artifact_paths=[f"figure-{number}.png" for number in range(1, _MAX_FIGURES + 1)],
        )
        figures = tuple(_figures(Path(saved)))
    _refuse_ours(result)
    output, message = result.stdout, result.message
    if result.outcome is sandbox.Outcome.NONZERO_EXIT:
        message = ""  # the traceback tells it
    if result.outcome is not sandbox.Outcome.OK and not output:
        output = result.stderr  # an interpreter that fell over says it there
    return BlockResult(
        outcome=result.outcome,
        output=output,
        message=message,
        seconds=result.wall_s,
        figures=figures,
    )


def _figures(folder: Path) -> list[bytes]:
    found = []
    for path in sorted(folder.glob("figure-*.png")):
        with suppress(UnusableOutput):  # the learner's code may write anything there
            picture = read_png(path, max_bytes=_MAX_FIGURE, max_pixels=4_000_000)
            found.append(picture.content)
    return found


@dataclass(frozen=True, slots=True)
class Answers:
    """What one piece of code answers to the cases of a draw."""

    lines: list[dict[str, Any]]  # of inside/cases.py, for each case that came to its end
    problem: str  # why there are no more of them
    seconds: float


def run_try(
    code: str, *, task: Task, solution: str, seed: int, environment: Environment, home: Path
) -> TryResult:
    """Compare ``code`` with ``solution`` on the cases of ``seed``.

    Raises PlatformError when the solution itself fails, and SandboxUnavailable.
    """
    right = answers_of(solution, task=task, seed=seed, environment=environment, home=home)
    given = answers_of(code, task=task, seed=seed, environment=environment, home=home)
    return judge(given, right=right, task=task)


def answers_of(
    code: str, *, task: Task, seed: int, environment: Environment, home: Path
) -> Answers:
    """Run ``code`` on the cases of ``seed``. Raises PlatformError, SandboxUnavailable."""
    facts = {
        "kind": task.kind,
        "function": task.function,
        "cases": task.cases,
        "tables": task.tables,
        "seed": seed,
    }
    with job_folder(home) as job, tempfile.TemporaryDirectory() as saved:
        texts = {"task.json": json.dumps(facts), "solution.txt": code}
        result = sandbox.run(
            ["python", "cases.py"],
            directory=_files(job, script="cases.py", texts=texts),
            # A busy machine may take longer over what is fast enough.
            limits=replace(BLOCK_LIMITS, wall_s=3 * task.seconds, cpu_s=task.seconds),
            environment=_variables(environment),
            mounts=environment.mounts,
            artifacts_to=Path(saved),
            artifact_paths=[_ANSWERS],
        )
        _refuse_ours(result)
        try:
            lines = read_lines(Path(saved) / _ANSWERS)
        except UnusableOutput:
            return Answers([], _UNREADABLE, result.wall_s)
    return Answers(lines, _why_it_ended(result, seconds=task.seconds), result.wall_s)


def judge(given: Answers, *, right: Answers, task: Task) -> TryResult:
    """Compare a learner's answers with those of the solution, to the cases of one draw.

    Raises PlatformError when the solution itself fails.
    """
    if right.problem or not right.lines or "unusable" in right.lines[0]:
        told = right.problem or (right.lines[0]["unusable"] if right.lines else "there is no case")
        raise PlatformError("exercise_broken", f"The exercise's own solution fails: {told}")
    if given.lines and "unusable" in given.lines[0]:
        return TryResult(
            cases=(),
            problem="Your code stops before any case is tried.",
            told=str(given.lines[0]["unusable"]),
            seconds=given.seconds,
        )
    cases = [
        _compared(wanted, answer, task=task)
        for wanted, answer in zip(right.lines, given.lines, strict=False)
    ]
    missing = right.lines[len(cases) :]
    if missing:
        problem = given.problem or "Your code ended the program here. A function only returns."
        cases.append(_case(missing[0], problem=problem))
        cases += [_case(one, problem=NOT_TRIED) for one in missing[1:]]
    return TryResult(cases=tuple(cases), seconds=given.seconds)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The answers as they were written. Raises UnusableOutput for what is no such file."""
    if not path.exists() or not path.stat().st_size:
        return []
    lines = []
    for text in read_content(path, max_bytes=_MAX_ANSWERS).split(b"\n")[:-1]:
        line = parse_json(text, max_depth=50, max_values=_MAX_LINE_VALUES)
        if not isinstance(line, dict):
            raise UnusableOutput(_UNREADABLE)
        lines.append(line)
    return lines


def _why_it_ended(result: sandbox.Result, *, seconds: int) -> str:
    if result.outcome is sandbox.Outcome.TIMEOUT:
        return f"It did not end: all cases together have {seconds} seconds."
    if result.outcome is sandbox.Outcome.OK:
        return ""
    return result.message or f"The program ended with {result.outcome}."


def _compared(right: Mapping[str, Any], answer: Mapping[str, Any], *, task: Task) -> CaseResult:
    """``right``: a line of the author's own solution; ``answer``: one of the learner's code."""
    try:
        return _case(right, answer, problem=_problem(right, answer, task=task))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return _case(right, problem=_UNREADABLE)


def _problem(right: Mapping[str, Any], answer: Mapping[str, Any], *, task: Task) -> str:
    if "error" in right or "error" in answer:
        return _problem_of_errors(right, answer)
    if wrong := difference(
        right["answer"], answer["answer"], tolerance=task.tolerance, ordered=task.ordered
    ):
        return wrong
    if task.keeps_arguments and answer["changed"] and not right["changed"]:
        return "The answer is right, but your code changes what it was given. Work on a copy."
    return ""


def _problem_of_errors(right: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    wanted, got = (line["error"][0] if "error" in line else "" for line in (right, answer))
    if wanted and wanted in answer.get("error", ()):  # its own class, or one below it
        return ""
    if got == "TooMuch":
        return str(answer["told"])
    said = f"It raises {got}" if got else f"It returns {answer['shown']}"
    return f"{said}, where {wanted} has to be raised." if wanted else f"{said}."


def _case(
    right: Mapping[str, Any], answer: Mapping[str, Any] | None = None, *, problem: str
) -> CaseResult:
    answer = answer or {}
    return CaseResult(
        name=str(right["name"]),
        right=not problem,
        problem=problem,
        arguments=tuple(map(str, right["arguments"])),
        expected=_outcome(right),
        answer=_outcome(answer),
        printed=str(answer.get("printed", "")),
    )


def _outcome(line: Mapping[str, Any]) -> str:
    if "error" in line and line["error"][0] != "TooMuch":
        return str(line["told"])
    return str(line.get("shown", ""))


def _refuse_ours(result: sandbox.Result) -> None:
    if result.outcome is sandbox.Outcome.SANDBOX_ERROR:
        raise PlatformError("sandbox_broke", result.message)


def _files(job: Path, *, script: str, texts: Mapping[str, str]) -> Path:
    """The folder that the job sees."""
    folder = job / "code"
    folder.mkdir()
    (folder / script).write_bytes((_INSIDE / script).read_bytes())
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    return folder


def _variables(environment: Environment) -> dict[str, str]:
    # The same hashes in both jobs of a try, so that a case made from a set is the same.
    return {**environment.variables, **ONE_THREAD, "PYTHONHASHSEED": "0"}
