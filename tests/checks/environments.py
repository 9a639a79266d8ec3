"""Environments as tests ask for them, and what runs in one."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from apps import sandbox
from apps.checks.environment import Environment, EnvironmentConfig, default_ca_bundle, prepare
from apps.checks.interpreters import choose_interpreter
from apps.checks.requirements import Requirements

CONFIG = EnvironmentConfig(ca_bundle=default_ca_bundle())


def prepared(
    *lines: str,
    store: Path,
    config: EnvironmentConfig = CONFIG,
    python: str | None = None,
    output: list[str] | None = None,
) -> Environment:
    """Built, and not held: nothing is removed while a store is far below its limit."""
    with prepare(
        Requirements(lines=lines),
        python=choose_interpreter(python),
        store=store,
        config=config,
        on_output=None if output is None else output.append,
    ) as environment:
        return environment


def run_in(environment: Environment, code: str) -> sandbox.Result:
    return sandbox.run(
        ["python", "-c", textwrap.dedent(code)],
        mounts=environment.mounts,
        environment=environment.variables,
    )


def site_packages(environment: Environment) -> Path:
    return next(environment.mounts[0].source.glob("lib/python3*/site-packages"))


def folder_of_torch() -> Path | None:
    """A folder with a CPU build of PyTorch for Python 3.11, where this machine has one."""
    return next((path for path in _folders_of_pip() if any(path.glob("torch-*-cp311-*.whl"))), None)


def _folders_of_pip() -> list[Path]:
    """The folders that pip installs from as well: its files and variables of this machine."""
    found = []
    for program in (sys.executable, "python3", "python3.11"):
        if shutil.which(program) is None:
            continue
        told = subprocess.run(
            [program, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        )
        for line in told.stdout.splitlines():
            name, _, value = line.partition("=")
            if name.endswith(".find-links"):
                found += [Path(word.removeprefix("file://")) for word in value.strip("'").split()]
    return found
