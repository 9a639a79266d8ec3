"""Runs programs in the sandbox and looks afterwards whether anything was left behind."""

import contextlib
import ctypes
import gc
import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox import Limits, Mount, Result, identity, launchers
from apps.sandbox.job import Job
from apps.sandbox.model import Layer
from apps.sandbox.run import run_job
from tests.sandbox.traces import CGROUPS, files_of_the_repository, new_traces, traces

HOSTILE = Path(__file__).with_name("hostile")
# The interpreter itself, not its link in a virtual environment that the sandbox does not show.
PYTHON = os.path.realpath(sys.executable)
_PR_SET_CHILD_SUBREAPER = 36
_FIRST_OWN_USER, _OWN_USERS = 62200, 3000  # nobody else's

type RunPython = Callable[..., Result]


@pytest.fixture(scope="session", autouse=True)
def own_jobs() -> Iterator[None]:
    """What belongs to the user of jobs is of these tests, and no process gets away from them."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    files = files_of_the_repository()
    with pytest.MonkeyPatch.context() as patch:
        if os.geteuid() == 0:
            user = _FIRST_OWN_USER + os.getpid() % _OWN_USERS
            patch.setenv("MILEPOST_SANDBOX_UID", str(user))
            patch.setenv("MILEPOST_SANDBOX_GID", str(user))
        yield
        launchers.close()
        if os.geteuid() == 0:
            for pattern in (f"milepost-{user}", f"*/milepost-{user}"):
                for folder in CGROUPS.glob(pattern):
                    folder.rmdir()  # fails when a leaf is left
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert files_of_the_repository() == files


@pytest.fixture
def run_python(nothing_left: str) -> RunPython:
    """Runs ``python -c code`` or, with ``arguments``, ``python`` with these."""

    def run_code(*arguments: str, **options: Any) -> Result:
        command = ["-c", *arguments] if len(arguments) == 1 else list(arguments)
        return run_with_python(command, token=nothing_left, **options)

    return run_code


def python_command(arguments: Sequence[str], token: str) -> tuple[list[str], list[Mount]]:
    """The command, and the mounts without which there is no Python inside."""
    mounts = [] if PYTHON.startswith("/usr/") else [Mount(Path(sys.base_prefix), sys.base_prefix)]
    return [PYTHON, "-B", *arguments, token], mounts


def run_with_python(
    arguments: Sequence[str],
    *,
    token: str,
    limits: Limits | None = None,
    without: Set[Layer] = frozenset(),
    **options: Any,
) -> Result:
    command, mounts = python_command(arguments, token)
    job = Job(
        command=command,
        directory=options.pop("directory", None),
        environment=options.pop("environment", {}),
        mounts=[*mounts, *options.pop("mounts", ())],
        limits=limits or Limits(wall_s=20, cpu_s=20, memory_mb=128, pids=32, disk_mb=16),
        gateway=options.pop("gateway", None),
        without=without,
    )
    return run_job(job, **options)


@contextlib.contextmanager
def another_job(
    token: str, program: str, *arguments: str, without: Set[Layer] = frozenset()
) -> Iterator[None]:
    """One that has done all it wants to do, and waits."""
    ready, done = threading.Event(), threading.Event()
    job = threading.Thread(
        target=run_with_python,
        args=(["-m", program, *arguments],),
        kwargs={
            "token": token,
            "directory": HOSTILE,
            "without": without,
            "on_output": lambda *_: ready.set(),
            "cancelled": done.is_set,
        },
    )
    job.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        done.set()
        job.join()


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
    """A word to pass to every job: afterwards nothing that bears it may be left."""
    token = f"token-{secrets.token_hex(8)}"
    launchers.close()  # one waits for the next run, with descriptors and a group of its own
    gc.collect()  # what an earlier test dropped with its exception is closed now, not in between
    before = traces(token)
    yield token
    launchers.close()
    # A gateway's thread ends by itself as soon as its connection is shut down.
    deadline = time.monotonic() + 30
    while new_traces(token, before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert new_traces(token, before) == {}
