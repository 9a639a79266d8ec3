"""Runs the code of the lessons in the sandbox and compares what it prints with what they show."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from apps import sandbox
from apps.checks.check import CheckConfig
from apps.checks.environment import Environment, prepare
from apps.checks.interpreters import choose_interpreter
from apps.checks.job import job_folder
from apps.checks.requirements import read_requirements
from apps.curriculum.code_blocks import CodeBlock, code_blocks
from apps.curriculum.content import lesson_files
from apps.curriculum.front_matter import read_text
from apps.curriculum.problems import Problem

# What lessons may import; the versions are those of the day when it is first resolved.
REQUIREMENTS = "steps"  # the folder with requirements.txt
_LIMITS = sandbox.Limits(wall_s=60, cpu_s=60, memory_mb=2048, pids=64)
_OUTPUTS = "outputs.json"
_NOTEBOOK = Path(__file__).with_name("notebook.py")  # runs inside


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRun:
    """One lesson's blocks, run."""

    file: str  # relative to the folder of all content
    blocks: int
    problems: tuple[Problem, ...]


def run_lessons(root: Path, *, config: CheckConfig, cache: Path | None = None) -> list[LessonRun]:
    """Run the blocks of every lesson below ``root`` that has any.

    ``cache``: a folder where runs that went well are noted, by the hash of code, shown output and
    environment. Raises InvalidSubmission, PlatformError, SandboxUnavailable.
    """
    ready = _environment(root, config=config)
    runs = []
    for path in lesson_files(root):
        blocks = code_blocks(read_text(path))
        if not blocks:
            continue
        file = path.relative_to(root).as_posix()
        note = cache / f"{_key(blocks, ready)}.ran" if cache else None
        problems: tuple[Problem, ...] = ()
        if not (note and note.exists()):
            problems = tuple(_run(blocks, file=file, home=config.home, ready=ready))
            if note and not problems:
                note.parent.mkdir(parents=True, exist_ok=True)
                note.touch()
        runs.append(LessonRun(file=file, blocks=len(blocks), problems=problems))
    return runs


def _environment(root: Path, *, config: CheckConfig) -> Environment:
    return prepare(
        read_requirements(root / REQUIREMENTS),
        python=choose_interpreter(None),
        store=config.environments,
        config=config.for_environments,
    )


def _key(blocks: Sequence[CodeBlock], ready: Environment) -> str:
    parts = [[block.code, block.output] for block in blocks]
    driver = _NOTEBOOK.read_text(encoding="utf-8")
    text = json.dumps([parts, driver, ready.lock_hash, ready.python])
    return hashlib.sha256(text.encode()).hexdigest()


def _run(
    blocks: Sequence[CodeBlock], *, file: str, home: Path, ready: Environment
) -> list[Problem]:
    with job_folder(home) as job, tempfile.TemporaryDirectory() as results:
        directory = job / "lesson"
        directory.mkdir()
        script = directory / "notebook.py"
        script.write_bytes(_NOTEBOOK.read_bytes())
        codes = json.dumps([block.code for block in blocks])
        (directory / "blocks.json").write_text(codes, encoding="utf-8")
        result = sandbox.run(
            ["python", "notebook.py"],
            directory=directory,
            limits=_LIMITS,
            environment=ready.variables,
            mounts=ready.mounts,
            artifacts_to=Path(results),
            artifact_paths=[_OUTPUTS],
        )
        outputs = []
        with suppress(OSError, ValueError):
            outputs = json.loads((Path(results) / _OUTPUTS).read_text(encoding="utf-8"))
    if result.outcome is not sandbox.Outcome.OK or not outputs:
        said = result.message or result.stderr[-300:] or result.outcome
        message = f"The lesson's code did not run to its end: {said}"
        return [Problem(file=file, line=blocks[0].line, message=message)]
    return [
        Problem(file=file, line=block.line, message=message)
        for block, output in zip(blocks, outputs, strict=False)
        if (message := _difference(block, output))
    ]


def _difference(block: CodeBlock, ran: dict[str, str]) -> str:
    if ran["error"]:
        return f"This block raises: {ran['error'].strip().splitlines()[-1]}"
    shown, printed = block.output.strip("\n"), ran["output"].strip("\n")
    if shown == printed:
        return ""
    if not shown:
        return f"This block prints, and the lesson does not show it. Add it:\n{printed}"
    return f"This block prints something else than the lesson shows:\n{printed}"
