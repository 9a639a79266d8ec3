"""With gVisor: the same tests of a run, a server and artefacts, and the same hostile programs.

They are imported, so they run here once more. Where gVisor differs, a test of its own stands below.
"""

import contextlib
import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apps.sandbox import Limits, Mount, Outcome, SandboxUnavailable, launchers, run
from apps.sandbox.cgroups import leaves_of
from apps.sandbox.model import Backend
from apps.sandbox.self_test import examine
from tests.sandbox.cases.case import Case
from tests.sandbox.conftest import RunPython, another_job
from tests.sandbox.host import Host
from tests.sandbox.test_artifacts import *  # noqa: F403
from tests.sandbox.test_hostile import CASES, host, run_hostile  # noqa: F401
from tests.sandbox.test_launchers import has_ended, wait_for
from tests.sandbox.test_run import *  # noqa: F403
from tests.sandbox.test_service import *  # noqa: F403

pytestmark = pytest.mark.slow

del test_nothing_is_left_when_the_caller_is_killed  # noqa: F821  (it looks for the job's processes)
del test_refused_thread_is_no_failure_when_the_program_copes  # noqa: F821  (not refused in time)

# What these programs get is a thing of gVisor's own kernel (its timers, keys, namespaces), or
# gVisor has no such call and the program ends early. The host must not notice any of it.
INSIDE_GVISOR = {
    *(f"processes.{name}" for name in ("threads", "zombies", "kill_everyone", "kill_init")),
    *(f"processes.{name}" for name in ("limits_of_others", "other_processes", "process_one")),
    *(f"processes.{name}" for name in ("session", "timers", "priorities", "real_time")),
    *(f"memory.{name}" for name in ("oom_dodger", "queues", "huge_pages")),
    *(f"files.{name}" for name in ("attributes", "unnamed_files", "accounts", "writes_outside")),
    *(f"files.{name}" for name in ("lent_file", "renames", "immutable", "leases")),
    "files.special_files",
    *(f"network.{name}" for name in ("routes", "socket_families", "odd_protocols")),
    *(f"network.{name}" for name in ("netlink_writes", "in_flight")),
    *(f"kernel.{name}" for name in ("kernel_calls", "administration", "foreign_calls")),
    *(f"kernel.{name}" for name in ("namespaces", "mounts", "tracing", "terminal")),
    *(f"kernel.{name}" for name in ("line_discipline", "looser_filter", "watchers", "proc_sys")),
    *(f"kernel.{name}" for name in ("proc_secrets", "own_process", "cgroup_files", "devices")),
    *(f"kernel.{name}" for name in ("identity", "setuid", "privileges", "memory_program")),
    *(f"output.{name}" for name in ("own_output", "environment", "inherited", "huge_arguments")),
}


@functools.cache
def why_not() -> str:
    """Why there is no gVisor here; empty where there is."""
    try:
        run(["true"], backend=Backend.GVISOR)
    except SandboxUnavailable as error:
        return str(error)
    finally:
        launchers.close()
    return ""


@pytest.fixture(autouse=True)
def gvisor(monkeypatch: pytest.MonkeyPatch) -> None:
    if why_not():
        pytest.skip(why_not())
    monkeypatch.setenv("MILEPOST_SANDBOX_BACKEND", "gvisor")


def test_job_talks_to_another_kernel(run_python: RunPython) -> None:
    result = run_python("import os; print(os.uname().release)")

    assert result.stdout.strip() not in {"", os.uname().release}
    assert result.backend == "gvisor"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.program) for case in CASES])
def test_hostile_program_does_not_reach_the_host(
    case: Case,
    nothing_left: str,
    host: Host,  # noqa: F811
) -> None:
    arguments = [getattr(host, name) for name in case.arguments]
    with contextlib.ExitStack() as beside:
        if case.beside_another_job:
            beside.enter_context(another_job(nothing_left, "neighbour"))
        result = run_hostile(nothing_left, case.program, *arguments, host=host, limits=case.limits)

    assert result.outcome is not Outcome.SANDBOX_ERROR
    if case.program not in INSIDE_GVISOR:
        assert "ESCAPED" not in result.stdout + result.stderr
        expected = case.expected(result.limit_tier)
        assert (result.outcome, result.message) == expected, result.stderr
        assert tuple(artifact.path for artifact in result.artifacts) == case.artifacts
        assert result.refused == case.refused


def test_file_of_a_read_only_mount_cannot_be_emptied(
    run_python: RunPython, shared_folder: Path
) -> None:
    """Not even one that the job's user may write to: gVisor of 2024 lets this through."""
    file = shared_folder / "wheel.py"
    file.write_text("import this")
    file.chmod(0o666)
    code = "import os\nos.open('/lent/wheel.py', os.O_RDONLY | os.O_TRUNC)"

    result = run_python(code, mounts=[Mount(shared_folder, "/lent")])

    assert "Read-only file system" in result.stderr
    assert file.read_text() == "import this"


def test_bombs_meet_the_control_group(run_python: RunPython) -> None:
    """gVisor itself bounds neither memory nor processes."""
    fork = "import os, time\nwhile True:\n if os.fork() == 0: time.sleep(60)"
    hold = "held = b'x' * (600 << 20)"

    assert run_python(fork, limits=Limits(wall_s=30, pids=8)).outcome is Outcome.PROCESS_LIMIT
    assert run_python(hold, limits=Limits(memory_mb=256)).outcome is Outcome.OUT_OF_MEMORY


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_when_the_caller_is_ended(
    number: signal.Signals, nothing_left: str, tmp_path: Path
) -> None:
    arguments = ["run", "--dir", str(tmp_path), "--", "sleep", "60", nothing_left]
    with subprocess.Popen([sys.executable, "-m", "apps.sandbox", *arguments]) as caller:
        wait_for(lambda: len(members(caller.pid)) > 5)  # gVisor's own
        started = members(caller.pid)
        caller.send_signal(number)

    wait_for(lambda: all(has_ended(process) for process in started))
    run(["true"])
    assert leaves_of(caller.pid) == []


def members(caller: int) -> set[int]:
    """The processes in the control groups of its jobs."""
    return {
        int(process)
        for leaf in leaves_of(caller)
        for process in (leaf / "cgroup.procs").read_text().split()
    }


def test_gvisor_without_control_groups_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.sandbox.launchers.cgroups.make_leaf", lambda uid, gid: None)
    launchers.close()
    try:
        with pytest.raises(SandboxUnavailable, match="gVisor needs control groups"):
            run(["true"])
    finally:
        launchers.close()


def test_self_test_holds() -> None:
    report = examine()

    assert [finding for finding in report.findings if finding.state == "bad"] == []
    assert report.backend == "gvisor"
    assert "kernel" in {finding.layer for finding in report.findings}


def test_self_test_knows_a_kernel_that_is_the_hosts() -> None:
    def run_with_bubblewrap(command: list[str], **options: object) -> object:
        return run(command, backend=Backend.BUBBLEWRAP, **options)  # type: ignore[arg-type]

    report = examine(run_with_bubblewrap)  # type: ignore[arg-type]

    assert [finding.layer for finding in report.findings if finding.state == "bad"] == ["kernel"]
