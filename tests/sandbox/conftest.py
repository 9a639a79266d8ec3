"""Runs programs in the sandbox and looks afterwards whether anything was left behind."""

import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox import Limits, Mount, Result, identity, run

HOSTILE = Path(__file__).with_name("hostile")
# The interpreter itself, not its link in a virtual environment that the sandbox does not show.
PYTHON = os.path.realpath(sys.executable)
CGROUPS = Path("/sys/fs/cgroup")

type RunPython = Callable[..., Result]


@pytest.fixture
def run_python(nothing_left: str) -> RunPython:
    """Runs ``python -c code`` or, with ``arguments``, ``python`` with these."""

    def run_code(*arguments: str, **options: Any) -> Result:
        command = ["-c", *arguments] if len(arguments) == 1 else list(arguments)
        return run_with_python(command, token=nothing_left, **options)

    return run_code


def run_with_python(
    arguments: Sequence[str], *, token: str, limits: Limits | None = None, **options: Any
) -> Result:
    mounts = list(options.pop("mounts", ()))
    if not PYTHON.startswith("/usr/"):
        mounts.append(Mount(Path(sys.base_prefix), sys.base_prefix))
    return run(
        [PYTHON, "-B", *arguments, token],
        limits=limits or Limits(wall_s=20, cpu_s=20, memory_mb=128, pids=32, disk_mb=16),
        mounts=mounts,
        **options,
    )


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that the user of jobs can reach and write to, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.geteuid() == 0:
            user = identity.current()
            os.chown(folder, user.uid, user.gid)
        yield folder


@pytest.fixture
def nothing_left() -> Iterator[str]:
    """A word to pass to every job: afterwards no process may carry it."""
    token = f"token-{secrets.token_hex(8)}"
    before = _held()
    yield token
    assert processes_with(token) == []
    assert leaves_of(os.getpid()) == []
    # A gateway's thread ends by itself as soon as its connection is shut down.
    deadline = time.monotonic() + 5
    while _held() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _held() == before


def _held() -> dict[str, object]:
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return {
        "descriptors": sorted(path.name for path in Path("/proc/self/fd").iterdir())[:-1],
        "mounts": sorted(mounts),
        "threads": threading.active_count(),
    }


def processes_with(token: str) -> list[str]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in command:
                found.append(f"{process.name} {command!r}")
    return found


def leaves_of(process: int) -> list[Path]:
    """Control groups of runs that ``process`` has started."""
    return [
        leaf
        for pattern in ("milepost-*", "*/milepost-*")
        for folder in CGROUPS.glob(pattern)
        for leaf in folder.glob(f"run-{process}-*")
    ]
