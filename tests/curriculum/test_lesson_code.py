"""The lessons' code, run in the real sandbox; and a lesson whose code lies."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from apps.checks.check import CheckConfig
from apps.checks.interpreters import find_interpreters
from apps.curriculum.code_blocks import code_blocks
from apps.curriculum.lesson_code import run_lessons
from tests.checks.environments import folder_of_torch
from tests.curriculum.conftest import write_lesson

FIXTURES = settings.BASE_DIR / "fixtures"


def told(folder: Path, config: CheckConfig, cache: Path | None = None) -> list[str]:
    runs = run_lessons(folder, config=config, cache=cache)
    return [str(problem) for run in runs for problem in run.problems]


def with_wheels(config: CheckConfig, folder: Path | None) -> CheckConfig:
    return replace(config, packages=replace(config.packages, find_links=folder))


@pytest.mark.slow
def test_every_lesson_prints_what_it_shows(check_config: CheckConfig) -> None:
    config = with_wheels(check_config, folder_of_torch())
    runs = run_lessons(FIXTURES, config=config, cache=check_config.home / "lessons")
    assert [str(problem) for run in runs for problem in run.problems] == []
    assert len(runs) >= 3
    if config.packages.find_links:
        assert [run.file for run in runs if run.waiting] == []


NEEDING = """```python
x = 1
```

```python {needs="torch"}
import torch
print(x + int(torch.ones(2).sum()))
```

```output
3
```

```python
print(x)
```

```output
1
```
"""


def test_block_whose_library_is_not_here_waits_alone(
    folder: Path, check_config: CheckConfig
) -> None:
    write_lesson(folder, "a-line", position=1, body=NEEDING)
    (run,) = run_lessons(folder, config=with_wheels(check_config, None))
    assert (run.blocks, run.waiting, run.problems) == (2, 1, ())


@pytest.mark.slow
def test_block_runs_on_a_python_that_has_its_library(
    folder: Path, check_config: CheckConfig
) -> None:
    wheels = folder_of_torch()
    if wheels is None or "3.11" not in find_interpreters():
        pytest.skip("this machine has no PyTorch for a Python 3.11 that jobs can run")
    write_lesson(folder, "a-line", position=1, body=NEEDING)
    (run,) = run_lessons(folder, config=with_wheels(check_config, wheels))
    assert (run.blocks, run.waiting, run.problems) == (3, 0, ())


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
    text += '\n```toml\na = 1\n```\n```python {needs="torch"}\ny\n```\n'
    found = [(block.line, block.code, block.output, block.needs) for block in code_blocks(text)]
    assert found == [(4, "x = 1\n", "3\n", ()), (15, "y\n", "", ("torch",))]
