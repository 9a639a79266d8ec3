"""Each hostile program is contained, the outcome says how, and nothing of it is left."""

import os
import socket
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from apps.sandbox import Limits, Outcome, Result
from tests.sandbox.conftest import HOSTILE, run_with_python

SMALL = Limits(wall_s=20, cpu_s=20, memory_mb=128, pids=24, disk_mb=8, inodes=200, output_kb=64)
BRIEF = replace(SMALL, wall_s=0.5)


@dataclass(frozen=True, kw_only=True)
class Case:
    program: str
    outcome: Outcome = Outcome.OK
    fallback: Outcome | None = None  # where the outcome differs without control groups
    limits: Limits = SMALL
    says: tuple[str, ...] = ()  # parts of the standard output


CASES = [
    # Without control groups a fork bomb is refused just as well, but nothing counts the refusals.
    Case(
        program="processes",
        outcome=Outcome.PROCESS_LIMIT,
        limits=replace(SMALL, wall_s=2),
    ),
    Case(program="threads", outcome=Outcome.PROCESS_LIMIT),
    Case(program="memory_process", outcome=Outcome.OUT_OF_MEMORY),
    Case(program="memory_tree", outcome=Outcome.OUT_OF_MEMORY),
    Case(program="memory_shared", outcome=Outcome.OUT_OF_MEMORY),
    Case(program="memory_files", outcome=Outcome.OUT_OF_MEMORY, fallback=Outcome.NONZERO_EXIT),
    Case(program="shared_memory", outcome=Outcome.DISK_LIMIT),
    Case(program="disk", outcome=Outcome.DISK_LIMIT),
    Case(program="inodes", outcome=Outcome.DISK_LIMIT),
    Case(program="deep_folders", outcome=Outcome.DISK_LIMIT),
    Case(program="sparse", says=("refused giant EFBIG",)),
    Case(program="flood_stdout", outcome=Outcome.OUTPUT_LIMIT),
    Case(program="flood_stderr", outcome=Outcome.OUTPUT_LIMIT),
    Case(program="silence", outcome=Outcome.TIMEOUT, limits=BRIEF),
    Case(program="ignored_signals", outcome=Outcome.TIMEOUT, limits=BRIEF),
    Case(program="daemon", says=("END",)),
    Case(program="open_pipes", says=("END",)),
    Case(program="zombies", outcome=Outcome.PROCESS_LIMIT),
    Case(program="descriptors", says=("refused descriptors 24",)),
    Case(
        program="raised_limits",
        says=("refused CORE", "refused CPU", "refused FSIZE", "refused NOFILE", "refused RTPRIO"),
    ),
    Case(
        program="priorities",
        says=("refused nice", "refused setpriority", "refused fifo EPERM", "refused ioprio EPERM"),
    ),
    Case(program="routes", says=("interfaces lo\n", "refused datagram ENETUNREACH", "refused raw")),
    Case(program="socket_families", says=("refused family-40 EAFNOSUPPORT", "refused netlink-15")),
    Case(program="inherited", says=("open 0 /dev/null\nopen 1 pipe\nopen 2 pipe\n",)),
    Case(program="tracing", says=("refused attach EPERM", "refused read EPERM")),
    Case(program="kill_everyone", says=("END",)),
    Case(program="namespaces", says=("refused unshare-NEWUSER EPERM", "refused setns EPERM")),
    Case(program="mounts", says=("refused mount EPERM", "refused fsopen EPERM")),
    Case(
        program="leases",
        says=("refused F_SETLEASE EPERM", "refused F_SETDELEG EPERM", "END"),
    ),
    Case(program="terminal", says=("refused TIOCSTI EPERM", "refused TIOCLINUX EPERM")),
    Case(
        program="kernel_calls",
        says=(
            "refused add_key EPERM",
            "refused bpf ENOSYS",
            "refused io_uring ENOSYS",
            "refused userfaultfd ENOSYS",
            "refused perf ENOSYS",
            "refused reboot EPERM",
            "refused unknown ENOSYS",
            "refused clock EPERM",
        ),
    ),
    Case(program="proc_sys", says=("refused proc_sys 0",)),
    Case(program="cgroup_files", says=("refused cgroup ENOENT", "found 0")),
    Case(program="devices", says=("refused mknod EPERM", "refused kvm", "refused mem")),
    Case(program="setuid", says=("refused setuid", "own 1000", "privileges 0", " 1\n")),
    Case(program="writes_outside", says=("refused /usr/x EROFS", "refused /dev/x EROFS")),
    Case(program="core_dump", outcome=Outcome.SIGNAL),
    Case(program="oom_dodger", outcome=Outcome.OUT_OF_MEMORY, says=("refused own EACCES",)),
    Case(program="escape_codes", outcome=Outcome.NONZERO_EXIT, says=('{"outcome": "ok"}',)),
]


def run_hostile(token: str, program: str, *arguments: str, limits: Limits = SMALL) -> Result:
    return run_with_python(
        [f"{program}.py", "-", *arguments], token=token, limits=limits, directory=HOSTILE
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program)
def test_hostile_program_is_contained(case: Case, nothing_left: str) -> None:
    result = run_hostile(nothing_left, case.program, limits=case.limits)

    expected = case.outcome
    if result.limit_tier == "fallback" and case.fallback is not None:
        expected = case.fallback
    assert result.outcome is expected, (result.message, result.stdout, result.stderr)
    assert "ESCAPED" not in result.stdout
    for part in case.says:
        assert part in result.stdout, result.stderr


def test_memory_peak_stays_at_the_limit(nothing_left: str) -> None:
    result = run_hostile(nothing_left, "memory_tree")

    allowed = SMALL.memory_mb << 20
    if result.limit_tier == "fallback":
        allowed *= 2  # what eight processes can touch between two looks
    assert result.peak_memory_bytes <= allowed


def test_flood_keeps_the_first_kilobytes(nothing_left: str) -> None:
    result = run_hostile(nothing_left, "flood_stdout")

    assert result.stdout == "x" * (SMALL.output_kb * 1024)
    assert (result.stdout_cut, result.stderr_cut) == (True, False)


def test_host_tcp_port_is_out_of_reach(nothing_left: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = run_hostile(nothing_left, "host_tcp", str(port))
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()

    assert result.stdout.count("refused") == 4
    assert "ESCAPED" not in result.stdout


@pytest.mark.parametrize("program", ["abstract_socket", "path_socket"])
def test_host_unix_socket_is_out_of_reach(program: str, nothing_left: str, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{nothing_left}" if program == "abstract_socket" else path)
        server.listen()
        address = nothing_left if program == "abstract_socket" else path
        result = run_hostile(nothing_left, program, address)

    assert "refused" in result.stdout
    assert "ESCAPED" not in result.stdout


def test_host_files_are_out_of_reach(nothing_left: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)

    result = run_hostile(nothing_left, "host_files", str(secret))

    assert f"refused {secret} ENOENT" in result.stdout
    assert "ESCAPED" not in result.stdout


def test_host_processes_are_out_of_reach(nothing_left: str) -> None:
    result = run_hostile(nothing_left, "other_processes", str(os.getpid()))

    assert "seen 2\n" in result.stdout  # process 1 and the program
    # Whoever sees the command line of process 1 learns nothing of the host.
    assert str(HOSTILE.parent) not in result.stdout
    assert "ESCAPED" not in result.stdout


def test_environment_secrets_are_out_of_reach(
    nothing_left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")

    result = run_hostile(nothing_left, "environment")

    assert result.stdout == "variables HOME LANG PATH PWD\n"


def test_other_job_is_out_of_reach(nothing_left: str) -> None:
    started, done = threading.Event(), threading.Event()
    code = f"open('{nothing_left}', 'w'); open('/tmp/{nothing_left}', 'w'); print('up', flush=1)\n"
    code += "import time; time.sleep(60)"
    neighbour = threading.Thread(
        target=run_with_python,
        args=(["-c", code],),
        kwargs={
            "token": nothing_left,
            "on_output": lambda *_: started.set(),
            "cancelled": done.is_set,
        },
    )
    neighbour.start()
    try:
        assert started.wait(20)
        result = run_hostile(nothing_left, "other_jobs", nothing_left)
    finally:
        done.set()
        neighbour.join()

    assert result.stdout == "END\n"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has a 32-bit entry")
def test_foreign_system_calls_kill_the_program(nothing_left: str) -> None:
    result = run_hostile(nothing_left, "foreign_calls")

    assert (result.outcome, result.signal) == (Outcome.SIGNAL, 31)
    assert "ESCAPED" not in result.stdout


def test_core_dump_is_not_written(nothing_left: str) -> None:
    result = run_hostile(nothing_left, "core_dump")

    assert result.signal == 6
    assert not [artifact for artifact in result.artifacts if artifact.path == "core"]
