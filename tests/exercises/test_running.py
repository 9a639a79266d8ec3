"""Blocks and tries in the real sandbox: what comes back, and what never goes in."""

import dataclasses
import json
from collections.abc import Callable
from typing import Protocol

import pytest

from apps.checks.check import CheckConfig
from apps.checks.environment import Environment
from apps.checks.errors import PlatformError
from apps.exercises import running
from apps.exercises.running import BlockResult, CaseResult, Task, TryResult, run_block, run_try
from apps.sandbox import Outcome
from tests.exercises.samples import SOLUTION, task

type RunBlock = Callable[[str], BlockResult]


class RunTry(Protocol):
    def __call__(self, code: str, *, of: Task = ..., solution: str = ...) -> TryResult: ...


BEFORE = ["import numpy as np\nrows = np.eye(2)\nprint('not shown')\n"]


@pytest.fixture
def block(environment: Environment, check_config: CheckConfig) -> RunBlock:
    def run(code: str) -> BlockResult:
        return run_block(code, before=BEFORE, environment=environment, home=check_config.home)

    return run


@pytest.fixture
def attempt(environment: Environment, check_config: CheckConfig) -> RunTry:
    def run(code: str, *, of: Task = task(), solution: str = SOLUTION) -> TryResult:
        return run_try(
            code,
            task=of,
            solution=solution,
            seed=7,
            environment=environment,
            home=check_config.home,
        )

    return run


# Blocks ----------------------------------------------------------------------------------------


def test_block_sees_what_the_earlier_ones_made(block: RunBlock) -> None:
    result = block("print(rows.sum())")

    assert (result.outcome, result.output, result.message) == (Outcome.OK, "2.0\n", "")


def test_error_shows_the_learners_own_lines_only(block: RunBlock) -> None:
    result = block("print('so far')\ndef halve(n):\n    return n / 0\nhalve(1)")

    assert result.outcome is Outcome.NONZERO_EXIT
    assert result.message == ""
    assert result.output.splitlines()[:4] == [
        "so far",
        "Traceback (most recent call last):",
        '  File "<your code>", line 4, in <module>',
        "    halve(1)",
    ]
    assert result.output.endswith("ZeroDivisionError: division by zero\n")
    assert "block.py" not in result.output


def test_syntax_error_names_its_line(block: RunBlock) -> None:
    result = block("x = 1\nprint(x")

    assert result.outcome is Outcome.NONZERO_EXIT
    assert 'File "<your code>", line 2' in result.output
    assert "SyntaxError" in result.output


@pytest.mark.parametrize(
    ("code", "outcomes", "message"),
    [
        # Which clock runs out first depends on how busy the machine is.
        ("print('a', flush=True)\nwhile True: pass", {Outcome.TIMEOUT}, "The program "),
        ("while True: print('a' * 999)", {Outcome.OUTPUT_LIMIT}, "more than 32 KiB"),
        (
            "print('a', flush=True)\nx = bytearray(2**31)",
            # How much memory is too much is told by the allocator or by the kernel, by tier.
            {Outcome.NONZERO_EXIT, Outcome.OUT_OF_MEMORY},
            "",
        ),
        (
            "import os\nprint('a', flush=True)\nos.kill(os.getpid(), 9)",
            {Outcome.SIGNAL},
            "signal 9",
        ),
    ],
)
def test_block_that_goes_too_far_is_ended(
    block: RunBlock,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    outcomes: set[Outcome],
    message: str,
) -> None:
    monkeypatch.setattr(running, "BLOCK_LIMITS", dataclasses.replace(running.BLOCK_LIMITS, cpu_s=3))
    result = block(code)

    assert result.outcome in outcomes
    assert message in result.message
    assert result.output.startswith("a")


def test_block_reaches_no_network(block: RunBlock) -> None:
    result = block("import socket\nsocket.create_connection(('127.0.0.1', 5432), timeout=2)")

    assert "ConnectionRefusedError" in result.output


def test_figures_come_back_as_pictures(block: RunBlock) -> None:
    result = block(
        "import matplotlib.pyplot as plt\n"
        "for n in range(3):\n    plt.figure(); plt.plot([1, n])\nprint('drawn')"
    )

    assert result.output == "drawn\n"
    assert len(result.figures) == 2
    assert all(figure.startswith(b"\x89PNG") for figure in result.figures)


def test_what_is_no_picture_is_not_shown(block: RunBlock) -> None:
    result = block("open('figure-1.png', 'w').write('<script>')\nprint('done')")

    assert (result.output, result.figures) == ("done\n", ())


# Tries -----------------------------------------------------------------------------------------


def wrong(result: TryResult) -> list[tuple[str, str]]:
    return [(case.name, case.problem) for case in result.cases if not case.right]


def test_right_answer_passes(attempt: RunTry) -> None:
    result = attempt(
        "import statistics\n\n\ndef mean(numbers):\n"
        "    if not numbers:\n        return None\n"
        "    return statistics.fmean(float(n) for n in numbers)\n"
    )

    assert wrong(result) == []
    assert result.passed


def test_first_wrong_case_says_all(attempt: RunTry) -> None:
    result = attempt("def mean(numbers):\n    print(len(numbers))\n    return 1.5")

    first = result.cases[0]
    assert first == CaseResult(
        name="two numbers",
        right=False,
        problem=first.problem,
        arguments=(f"[1, {first.arguments[0][4:-1]}]",),
        expected=str((1 + int(first.arguments[0][4:-1])) / 2),
        answer="1.5",
        printed="2\n",
    )
    assert first.problem == f"The answer is 1.5; {float(first.expected):g} is right."
    assert not result.passed


@pytest.mark.parametrize(
    ("code", "problems"),
    [
        (
            "def mean(numbers):\n    return sum(numbers) / len(numbers)",
            [
                ("no number", "It raises ZeroDivisionError."),
                ("a text among them", "It raises TypeError, where ValueError has to be raised."),
            ],
        ),
        (
            SOLUTION + "\nright = mean\ndef mean(numbers):\n"
            "    answer = right(numbers)\n    numbers.sort()\n    return answer",
            [
                (
                    "many numbers",
                    "The answer is right, but your code changes what it was given. Work on a copy.",
                )
            ],
        ),
        (
            SOLUTION + "\nright = mean\ndef mean(numbers):\n"
            "    if len(numbers) > 9:\n        while True: pass\n    return right(numbers)",
            [("many numbers", "It did not end: all cases together have 5 seconds.")],
        ),
        (
            SOLUTION + "\nright = mean\nimport os\ndef mean(numbers):\n"
            "    if not numbers: os._exit(0)\n    return right(numbers)",
            [
                (
                    "no number",
                    "Your code ended the program here. A function only returns.",
                ),
                ("a text among them", "Not tried any more."),
                ("many numbers", "Not tried any more."),
            ],
        ),
        (
            SOLUTION + "\nright = mean\ndef mean(numbers):\n"
            "    if not numbers: return [0] * 99_999\n    return right(numbers)",
            [
                (
                    "no number",
                    "The answer holds more than 20,000 values, or is nested too deep.",
                )
            ],
        ),
        (
            SOLUTION + "\nright = mean\ndef mean(numbers):\n"
            "    if not numbers: raise SystemExit\n    return right(numbers)",
            [("no number", "It raises SystemExit.")],
        ),
    ],
    ids=["edges", "changes", "endless", "exits", "floods", "raises SystemExit"],
)
def test_wrong_answer_is_told(attempt: RunTry, code: str, problems: list[tuple[str, str]]) -> None:
    assert wrong(attempt(code)) == problems


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def mean(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("average = 1", "There is no function named mean. Write it, and run again."),
        ("mean = 3", "There is no function named mean."),
        ("import no_such_library", "ModuleNotFoundError"),
    ],
)
def test_code_that_cannot_be_tried_is_told(attempt: RunTry, code: str, told: str) -> None:
    result = attempt(code)

    assert result.cases == ()
    assert not result.passed
    assert told in result.told


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"name": "x", "arguments": [], "answer": 9, "shown": "9", "changed": False}, "The answer"),
        ([1], "Leave answers.jsonl alone."),
        ({"error": 3}, "Leave answers.jsonl alone."),
        ({"answer": ["array", "x"], "changed": 1}, "The answer is a NumPy array"),
    ],
)
def test_forged_answers_do_not_pass(attempt: RunTry, line: object, problem: str) -> None:
    result = attempt(
        f"open('answers.jsonl', 'w').write({json.dumps(line) + chr(10)!r} * 4)\n"
        "import os\ndef mean(numbers): os._exit(0)"
    )

    assert not result.passed
    assert problem in result.cases[0].problem


def test_what_is_right_never_enters_the_learners_sandbox(attempt: RunTry) -> None:
    marked = SOLUTION.replace("numbers only", "a-word-of-the-solution")
    result = attempt(
        "import glob, gc, sys\n"
        "def mean(numbers):\n"
        "    files = ''.join(open(name, errors='replace').read() for name in glob.glob('*'))\n"
        "    texts = ''.join(one for one in gc.get_objects() if isinstance(one, str))\n"
        "    frames = str([frame.f_locals for frame in sys._current_frames().values()])\n"
        "    return 'a-word' + '-of-the-solution' in files + texts + frames\n",
        solution=marked,
    )

    assert [case.answer for case in result.cases] == ["False"] * 4


def test_patched_library_changes_nothing(attempt: RunTry) -> None:
    """The cases are made before the learner's code is loaded, and judged outside."""
    result = attempt(
        "import json, math, random\n"
        "random.Random.randint = lambda *a: 3\n"
        "json.dumps = lambda *a, **k: '1'\n"
        "math.isfinite = lambda n: False\n"
        "def mean(numbers): return 0.0"
    )

    assert not result.passed


def test_broken_solution_is_our_fault(attempt: RunTry) -> None:
    with pytest.raises(PlatformError, match="own solution fails"):
        attempt(SOLUTION, solution="def other(): pass")


# Queries ---------------------------------------------------------------------------------------

SQL = task(
    kind="sql",
    function="",
    tables="CREATE TABLE shops (id INTEGER, name TEXT);",
    cases="""
def cases(rng):
    yield "two shops", {"shops": [(1, "b"), (2, "a")]}
    yield "no shop", {"shops": []}
""",
)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT name, id FROM shops ORDER BY id", ""),
        ("SELECT name, id FROM shops ORDER BY id DESC", ""),  # the order does not count
        ("SELECT id, name FROM shops", "The answer has the columns id, name. It needs name, id."),
        ("SELECT name, id FROM shops WHERE id = 1", "The answer has 1 row; 2 rows would be right."),
        ("SELECT name, id FROM no_such", "It raises OperationalError."),
        ("DELETE FROM shops", "It raises OperationalError."),
        ("SELECT 1; SELECT 2", "It raises ProgrammingError."),
        ("PRAGMA user_version = 3", "It raises OperationalError."),
        ("ATTACH 'x.db' AS other", "It raises ValueError."),
    ],
)
def test_query_is_judged_by_its_table(attempt: RunTry, query: str, problem: str) -> None:
    result = attempt(query, of=SQL, solution="SELECT name, id FROM shops")

    assert result.cases[0].problem == problem
    assert result.cases[0].arguments == ("shops\nid  name\n--  ----\n1   b\n2   a",)
    assert result.passed == (not problem)
