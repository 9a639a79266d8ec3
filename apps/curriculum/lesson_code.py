"""Runs the code of the lessons in the sandbox and compares what it prints with what they show."""

import hashlib
import json
import tempfile
from collections.abc import Sequence, Set
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from apps import sandbox
from apps.checks.check import CheckConfig
from apps.checks.environment import Environment, prepare
from apps.checks.interpreters import Interpreter, choose_interpreter, find_interpreters
from apps.checks.job import job_folder
from apps.checks.requirements import read_requirements
from apps.curriculum.code_blocks import CodeBlock, code_blocks
from apps.curriculum.content import lesson_files
from apps.curriculum.front_matter import read_text
from apps.curriculum.problems import Problem

# What lessons may import; the versions are those of the day when it is first resolved.
REQUIREMENTS = "steps"  # the folder with requirements.txt
_LIMITS = sandbox.Limits(wall_s=240, cpu_s=60, memory_mb=2048, pids=64)
# Threads that wait for each other spin, for minutes where the machine is busy; and sums that they
# have made differ in their last digits.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_OUTPUTS = "outputs.json"
_NOTEBOOK = Path(__file__).with_name("notebook.py")  # runs inside


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRun:
    """One lesson's blocks, run."""

    file: str  # relative to the folder of all content
    blocks: int  # that were run
    waiting: int  # for a library that this installation does not have
    problems: tuple[Problem, ...]


def run_lessons(root: Path, *, config: CheckConfig, cache: Path | None = None) -> list[LessonRun]:
    """Run the blocks of every lesson below ``root`` that has any.

    A block that needs a library is run where the operator's folder of wheels has it, on a Python
    that it is built for; elsewhere that block alone is left out.
    ``cache``: a folder where runs that went well are noted, by the hash of code, shown output and
    environment. Raises InvalidSubmission, PlatformError, SandboxUnavailable.
    """
    runs = []
    with ExitStack() as held:
        ready: dict[frozenset[str], Environment] = {}
        for path in lesson_files(root):
            blocks = code_blocks(read_text(path))
            python = _python_that_has(_needs(blocks), config=config)
            chosen = [block for block in blocks if python or not block.needs]
            if not blocks:
                continue
            needs = _needs(chosen)
            if needs not in ready:
                environment = lesson_environment(root, config=config, needs=needs, python=python)
                ready[needs] = held.enter_context(environment)
            problems = _run_once(
                chosen,
                file=path.relative_to(root).as_posix(),
                home=config.home,
                cache=cache,
                ready=ready[needs],
            )
            runs.append(
                LessonRun(
                    file=path.relative_to(root).as_posix(),
                    blocks=len(chosen),
                    waiting=len(blocks) - len(chosen),
                    problems=problems,
                )
            )
    return runs


def _needs(blocks: Sequence[CodeBlock]) -> frozenset[str]:
    return frozenset(name for block in blocks for name in block.needs)


def _python_that_has(needs: Set[str], *, config: CheckConfig) -> Interpreter | None:
    """The first Python for which the operator's folder has a wheel of each; None for no such."""
    folder = config.packages.find_links
    wheels = [path.name for path in folder.glob("*.whl")] if folder else []
    for version, python in find_interpreters().items():
        tag = f"-cp{version.replace('.', '')}-"
        built = [name for name in wheels if tag in name]
        if all(any(name.startswith(f"{need}-") for name in built) for need in needs):
            return python
    return None


def lesson_environment(
    root: Path,
    *,
    config: CheckConfig,
    needs: Set[str] = frozenset(),
    python: Interpreter | None = None,
) -> AbstractContextManager[Environment]:
    """What the code of lessons below ``root`` may import, and ``needs`` besides.

    Raises InvalidSubmission, PlatformError.
    """
    requirements = read_requirements(root / REQUIREMENTS)
    return prepare(
        replace(requirements, lines=tuple(sorted({*requirements.lines, *needs}))),
        python=python if needs and python else choose_interpreter(None),
        store=config.environments,
        config=config.packages,
    )


def _run_once(
    blocks: Sequence[CodeBlock], *, file: str, home: Path, cache: Path | None, ready: Environment
) -> tuple[Problem, ...]:
    """As ``_run``, unless the same went well before."""
    note = cache / f"{_key(blocks, ready)}.ran" if cache else None
    if not blocks or (note and note.exists()):
        return ()
    problems = tuple(_run(blocks, file=file, home=home, ready=ready))
    if note and not problems:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
    return problems


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
            environment={**ready.variables, **ONE_THREAD},
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
