"""Each hostile program once without the one layer that stands against it: then it gets through.

So each layer is there for a reason, and each program could show it. Nothing here harms the host:
what a program does with one layer gone is told in its own file.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox import Mount, Result, launchers
from apps.sandbox.model import Layer
from tests.sandbox.cases.case import Case, Guard
from tests.sandbox.conftest import HOSTILE, another_job, run_with_python
from tests.sandbox.host import Host, open_host
from tests.sandbox.test_hostile import CASES
from tests.sandbox.traces import new_traces, processes_with, traces

# A limit is taken away by one that is far beyond what the program tries.
GENEROUS: dict[Guard, dict[str, Any]] = {
    Guard.CGROUP_MEMORY: {"memory_mb": 4096},
    Guard.CGROUP_PIDS: {"pids": 1000},
    Guard.DISK_SIZE: {"disk_mb": 1024},
    Guard.DISK_INODES: {"inodes": 100_000},
    Guard.WALL: {"wall_s": 6.0},
    Guard.CPU: {"cpu_s": 1000.0, "wall_s": 60.0},
    Guard.OUTPUT: {"output_kb": 1 << 20},
    Guard.READ_ONLY_MOUNTS: {},
}
# Their layer cannot be had without its limit on most machines: the hard limit is 0 for everybody.
NOT_SHOWN = {"processes.priorities", "processes.real_time"}
REMOVABLE = [
    case for case in CASES if isinstance(case.guarded_by, Layer) or case.guarded_by in GENEROUS
]


@pytest.fixture
def token(nothing_left: str) -> Iterator[str]:
    """Cleans up what is left on purpose here, before ``nothing_left`` looks."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    launchers.close()
    yield nothing_left
    resource.setrlimit(resource.RLIMIT_CORE, before)
    launchers.close()
    for line in processes_with(nothing_left):
        os.kill(int(line.split()[0]), signal.SIGKILL)
    key = hex(int(nothing_left[-7:], 16))
    for option in ("-M", "-S", "-Q"):
        subprocess.run(["ipcrm", option, key], check=False, capture_output=True)
    ctypes.CDLL(None).mq_unlink(f"/{nothing_left}".encode())


def run_without(case: Case, token: str, host: Host) -> Result:
    guard = case.guarded_by
    without = frozenset({guard}) if isinstance(guard, Layer) else frozenset()
    limits = replace(case.limits, wall_s=min(case.limits.wall_s, 10))
    if isinstance(guard, Guard):
        limits = replace(limits, **GENEROUS[guard])
    lent = Mount(host.lent, "/lent", writable=guard is Guard.READ_ONLY_MOUNTS)
    arguments = [getattr(host, name) for name in case.arguments]
    with contextlib.ExitStack() as beside:
        if case.beside_another_job:
            beside.enter_context(another_job(token, "neighbour", without=without))
        return run_with_python(
            ["-m", case.program, *arguments],
            token=token,
            limits=limits,
            without=without,
            directory=HOSTILE,
            mounts=[lent],
            artifact_paths=["out"],
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.program) for case in REMOVABLE if case.program not in NOT_SHOWN],
)
def test_program_gets_through_without_its_layer(
    case: Case, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    before = traces(token)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_host(folder) as host:
            result = run_without(case, token, host)
            touched = not untouched(host)
    launchers.close()

    assert (
        "ESCAPED" in result.stdout + result.stderr
        or touched
        or new_traces(token, before)
        or result.outcome is not case.expected(result.limit_tier)[0]
        or tuple(artifact.path for artifact in result.artifacts) != case.artifacts
    ), (result.outcome, result.message, result.stdout, result.stderr)


def untouched(host: Host) -> bool:
    try:
        host.check_untouched()
    except (AssertionError, OSError, pytest.fail.Exception):
        return False
    return True
