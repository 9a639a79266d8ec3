"""The lessons' code, run in the real sandbox; and a lesson whose code lies."""

from pathlib import Path

import pytest
from django.conf import settings

from apps.checks.check import CheckConfig
from apps.curriculum.code_blocks import code_blocks
from apps.curriculum.lesson_code import run_lessons
from tests.curriculum.conftest import write_lesson

FIXTURES = settings.BASE_DIR / "fixtures"


def told(folder: Path, config: CheckConfig, cache: Path | None = None) -> list[str]:
    runs = run_lessons(folder, config=config, cache=cache)
    return [str(problem) for run in runs for problem in run.problems]


def test_every_lesson_prints_what_it_shows(check_config: CheckConfig) -> None:
    runs = run_lessons(FIXTURES, config=check_config, cache=check_config.home / "lessons")
    assert len(runs) == 3
    assert [str(problem) for run in runs for problem in run.problems] == []
    assert all(run.blocks >= 3 for run in runs)


@pytest.mark.parametrize(
    ("code", "shown", "expected"),
    [
        ("print(1)", "1", []),
        ("print(1)", "", ["20: This block prints, and the lesson does not show it. Add it:\n1"]),
        ("print(1)", "2", ["20: This block prints something else than the lesson shows:\n1"]),
        ("x = 1 / 0", "", ["20: This block raises: ZeroDivisionError: division by zero"]),
        ("x = y", "", ["20: This block raises: NameError: name 'y' is not defined"]),
        ("x = (", "", ["20: This block raises: SyntaxError: '(' was never closed"]),
        (
            "import os\nos._exit(3)",
            "",
            ["20: The lesson's code did not run to its end: The program ended with exit code 3."],
        ),
    ],
)
def test_code_is_compared_with_what_is_shown(
    folder: Path, check_config: CheckConfig, code: str, shown: str, expected: list[str]
) -> None:
    output = f"\n```output\n{shown}\n```\n" if shown else ""
    write_lesson(folder, "a-line", position=1, body=f"Run:\n\n```python\n{code}\n```\n{output}")
    assert told(folder, check_config) == [f"steps/regression/a-line.md:{line}" for line in expected]


def test_blocks_share_one_namespace_and_have_no_network(
    folder: Path, check_config: CheckConfig
) -> None:
    body = (
        "```python\nimport socket\nx = 1\n```\n\n```python\nx += 1\nprint(x)\n"
        "try:\n    socket.create_connection(('127.0.0.1', 80), 1)\n"
        "except OSError:\n    print('refused')\n```\n```output\n2\nrefused\n```\n"
    )
    write_lesson(folder, "a-line", position=1, body=body)
    assert told(folder, check_config) == []


def test_run_that_went_well_is_remembered_until_the_code_changes(
    folder: Path, check_config: CheckConfig, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    body = "```python\nprint(1)\n```\n\n```output\n{}\n```\n"
    write_lesson(folder, "a-line", position=1, body=body.format(1))
    assert told(folder, check_config, cache) == []
    (note,) = cache.iterdir()
    before = note.stat().st_mtime_ns
    assert told(folder, check_config, cache) == []
    assert note.stat().st_mtime_ns == before
    write_lesson(folder, "a-line", position=1, body=body.format(2))
    assert len(told(folder, check_config, cache)) == 1
    assert [path.name for path in cache.iterdir()] == [note.name]


def test_code_blocks_are_found_with_their_lines_and_output() -> None:
    text = "a\n\n```python\nx = 1\n```\n\n```output\n3\n```\n"
    text += "\n```toml\na = 1\n```\n```python\ny\n```\n"
    assert [(block.line, block.code, block.output) for block in code_blocks(text)] == [
        (4, "x = 1\n", "3\n"),
        (15, "y\n", ""),
    ]
