"""What an ordinary program and its caller see."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.sandbox import (
    GATEWAY_PORT,
    Limits,
    Mount,
    Outcome,
    SandboxUnavailable,
    available,
    run,
)
from apps.sandbox.cgroups import leaves_of
from apps.sandbox.job import chosen_backend
from tests.sandbox.conftest import PYTHON, RunPython
from tests.sandbox.traces import processes_with

CONNECT = f"import socket; s = socket.create_connection(('127.0.0.1', {GATEWAY_PORT}), 10)\n"


def test_run_reports_success(run_python: RunPython) -> None:
    result = run_python("print('out'); import sys; print('err', file=sys.stderr)")

    assert (result.outcome, result.exit_code, result.signal) == (Outcome.OK, 0, None)
    assert (result.stdout, result.stderr, result.message) == ("out\n", "err\n", "")
    assert (result.stdout_cut, result.stderr_cut) == (False, False)
    assert result.backend == chosen_backend()
    assert result.limit_tier in ("cgroup2", "cgroup1", "fallback")
    assert result.wall_s > 0


def test_run_reports_exit_code(run_python: RunPython) -> None:
    result = run_python("raise SystemExit(3)")

    assert (result.outcome, result.exit_code) == (Outcome.NONZERO_EXIT, 3)
    assert result.message == "The program ended with exit code 3."


def test_run_reports_signal(run_python: RunPython) -> None:
    result = run_python("import os; os.kill(os.getpid(), 11)")

    assert (result.outcome, result.exit_code, result.signal) == (Outcome.SIGNAL, None, 11)


def test_missing_program_is_a_failed_command() -> None:
    result = run(["no-such-program"])

    assert (result.outcome, result.exit_code) == (Outcome.NONZERO_EXIT, 127)
    assert result.message == "The program “no-such-program” was not found."


def test_program_without_permission_is_a_failed_command() -> None:
    result = run(["/etc/hosts"])

    assert (result.outcome, result.exit_code) == (Outcome.NONZERO_EXIT, 126)


def test_processor_time_of_the_whole_tree_is_limited(run_python: RunPython) -> None:
    code = "import os\nfor _ in range(3): os.fork()\nwhile True: pass"
    result = run_python(code, limits=Limits(cpu_s=0.4, wall_s=20))

    assert result.outcome is Outcome.TIMEOUT
    assert result.message == "The program used more than 0.4 s of processor time."


def test_wall_time_is_limited(run_python: RunPython) -> None:
    result = run_python("import time; time.sleep(60)", limits=Limits(wall_s=0.3))

    assert (result.outcome, result.exit_code) == (Outcome.TIMEOUT, None)
    assert result.message == "The program ran for more than 0.3 s."


def test_refused_thread_is_no_failure_when_the_program_copes(run_python: RunPython) -> None:
    code = "import threading, time\ntry:\n while True: threading.Thread(target=time.sleep, "
    code += "args=(0.5,), daemon=True).start()\nexcept RuntimeError: print('coped')"
    result = run_python(code, limits=Limits(pids=8))

    assert (result.outcome, result.stdout) == (Outcome.OK, "coped\n")


def test_directory_is_seen_as_a_copy(run_python: RunPython, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "data.txt").write_text("data")
    (tmp_path / "tool").write_text("#!/bin/sh\necho ran\n")
    (tmp_path / "tool").chmod(0o700)
    (tmp_path / "inside").symlink_to("folder/data.txt")
    (tmp_path / "outside").symlink_to("/etc/shadow")
    (tmp_path / "upward").symlink_to("folder/../../secret")
    os.mkfifo(tmp_path / "fifo")
    code = (
        "import os, subprocess; print(os.getcwd(), sorted(os.listdir()), open('inside').read())\n"
    )
    code += "print(subprocess.run(['./tool'], capture_output=True, text=True).stdout)\n"
    code += "open('folder/data.txt', 'w').write('changed')"

    result = run_python(code, directory=tmp_path)

    assert result.stdout == "/job ['folder', 'inside', 'tool'] data\nran\n\n"
    assert (tmp_path / "folder" / "data.txt").read_text() == "data"


def test_directory_larger_than_the_disk_is_a_disk_limit(
    run_python: RunPython, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(bytes(3 << 20))

    result = run_python("pass", directory=tmp_path, limits=Limits(disk_mb=2))

    assert result.outcome is Outcome.DISK_LIMIT
    assert result.message == "The files to run need more than 2 MiB or are more than 20000."


def test_missing_directory_is_an_error(nothing_left: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(["true"], directory=tmp_path / "nowhere")


def test_environment_is_what_the_caller_gives(
    run_python: RunPython, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INHERITED", "no")
    result = run_python("import os; print(dict(os.environ))", environment={"SEED": "7 =ü"})

    seen = eval(result.stdout)  # noqa: S307  (a dictionary that we asked for)
    assert seen["SEED"] == "7 =ü"
    assert seen["HOME"] == "/tmp"
    assert "INHERITED" not in seen


def test_environment_does_not_show_on_the_host(run_python: RunPython) -> None:
    seen = []

    def look(*_: object) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(b"hidden-value" in process.read_bytes())
            except OSError:
                continue

    run_python("print('x')", environment={"KEY": "hidden-value"}, on_output=look)

    assert seen
    assert not any(seen)


def test_local_names_resolve(run_python: RunPython) -> None:
    code = "import getpass, socket; print(getpass.getuser(), socket.gethostbyname('localhost'))"
    assert run_python(code).stdout == "job 127.0.0.1\n"


def test_signals_are_as_a_program_expects(nothing_left: str) -> None:
    result = run(["sh", "-c", "yes | head -n 1"])

    assert (result.stdout, result.stderr) == ("y\n", "")  # "yes" dies of SIGPIPE, silently


def test_worker_pools_run(run_python: RunPython) -> None:
    code = "import multiprocessing as m\nif __name__ == '__main__':\n"
    code += " with m.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))"
    assert run_python(code).stdout == "[1, 2]\n"


def test_mount_is_read_only_unless_writable(
    run_python: RunPython, tmp_path: Path, shared_folder: Path
) -> None:
    (shared_folder / "in.txt").write_text("in")
    code = "print(open('/data/in.txt').read()); open('/data/out.txt', 'w').write('out')"

    refused = run_python(code, mounts=[Mount(shared_folder, "/data")])
    allowed = run_python(code, mounts=[Mount(shared_folder, "/data", writable=True)])

    assert (refused.outcome, refused.stdout) == (Outcome.NONZERO_EXIT, "in\n")
    assert "Read-only file system" in refused.stderr
    assert allowed.outcome is Outcome.OK
    assert (shared_folder / "out.txt").read_text() == "out"


def test_missing_mount_is_an_error(nothing_left: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot read the mount source"):
        run(["true"], mounts=[Mount(tmp_path / "nowhere", "/data")])


@pytest.mark.parametrize(
    "options",
    [
        {"command": []},
        {"command": [""]},
        {"command": "true"},
        {"command": ["a\0b"]},
        {"environment": {"A=B": "c"}},
        {"mounts": [Mount(Path("relative"), "/data")]},
        {"mounts": [Mount(Path("/etc"), "/usr/data")]},
        {"mounts": [Mount(Path("/etc"), "/data/../usr")]},
        {"artifact_paths": ["../secret"]},
        {"artifact_paths": ["/etc/passwd"]},
        {"limits": Limits(wall_s=float("nan"))},
        {"limits": Limits(memory_mb=1)},
        {"limits": Limits(memory_mb=1 << 60)},
        {"limits": Limits(pids=0)},
    ],
    ids=str,
)
def test_wrong_arguments_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        run(**({"command": ["true"]} | options))  # type: ignore[arg-type]


def test_output_is_streamed_while_the_program_runs(run_python: RunPython) -> None:
    """What was written is there before the end, which is up to us."""
    pieces: list[tuple[str, bytes]] = []

    def on_output(stream: str, piece: bytes) -> None:
        pieces.append((stream, piece))

    code = "import time; print('first', flush=True); time.sleep(60); print('second')"
    run_python(code, on_output=on_output, cancelled=lambda: bool(pieces))

    assert pieces == [("stdout", b"first\n")]


def test_error_of_the_caller_ends_the_run(run_python: RunPython) -> None:
    def on_output(*_: object) -> None:
        raise RuntimeError("the page is gone")

    with pytest.raises(RuntimeError, match="the page is gone"):
        run_python("print('x', flush=True); import time; time.sleep(60)", on_output=on_output)


def test_cancelled_run_ends(run_python: RunPython) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == 2

    result = run_python("import time; time.sleep(60)", cancelled=cancelled)

    assert (result.outcome, result.message) == (Outcome.SANDBOX_ERROR, "The run was cancelled.")


def test_gateway_serves_connections(run_python: RunPython) -> None:
    def echo(connection: socket.socket) -> None:
        while piece := connection.recv(100):
            connection.sendall(piece.upper())

    code = CONNECT + "s.sendall(b'hello'); print(s.recv(100))"
    assert run_python(code, gateway=echo).stdout == "b'HELLO'\n"


def test_gateway_is_the_only_way_out(run_python: RunPython) -> None:
    code = CONNECT + "import errno\ntry: socket.create_connection(('192.0.2.1', 80), 2)\n"
    code += "except OSError as error: print(errno.errorcode[error.errno])"
    assert run_python(code, gateway=lambda _: None).stdout == "ENETUNREACH\n"


def test_gateway_connections_end_with_the_run(run_python: RunPython) -> None:
    ended = []

    def wait(connection: socket.socket) -> None:
        ended.append(connection.recv(1))

    run_python(CONNECT + "s.sendall(b''); import os; os._exit(0)", gateway=wait)

    deadline = time.monotonic() + 30
    while not ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ended == [b""]


def test_more_connections_than_the_gateway_serves_wait(run_python: RunPython) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(connection.recv(1))

    code = CONNECT + "s.close()\nopen_ones = [socket.create_connection(('127.0.0.1', "
    code += f"{GATEWAY_PORT}), 10) for _ in range(100)]\n"
    code += "for s in open_ones: s.sendall(b'x')\nprint(sum(len(s.recv(1)) for s in open_ones))"
    assert run_python(code, gateway=answer).stdout == "100\n"


def test_no_gateway_means_no_network(run_python: RunPython) -> None:
    result = run_python(CONNECT)

    assert result.outcome is Outcome.NONZERO_EXIT
    assert "ConnectionRefusedError" in result.stderr


def test_runs_at_the_same_time_do_not_disturb_each_other(nothing_left: str) -> None:
    command = [sys.executable, "-m", "apps.sandbox", "run", "--dir", "docs", "--", "sleep", "0.2"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    outputs = [process.communicate()[0] for process in started]

    assert all(b'"outcome": "ok"' in output for output in outputs)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_the_caller_is_killed(
    number: signal.Signals, nothing_left: str, tmp_path: Path
) -> None:
    code = "import time; time.sleep(60)"
    arguments = ["run", "--dir", str(tmp_path), "--", PYTHON, "-c", code, nothing_left]
    # Tests that run in the background of a shell ignore SIGINT, and so would the caller.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "apps.sandbox", *arguments]
    with subprocess.Popen(command) as caller:
        _wait_until(lambda: any("-c" in found for found in _job_processes(nothing_left)))
        caller.send_signal(number)
        caller.wait(20)

    _wait_until(lambda: not processes_with(nothing_left))
    run(["true"])  # removes what the killed caller could not
    assert leaves_of(caller.pid) == []


def _job_processes(token: str) -> list[str]:
    return [found for found in processes_with(token) if "apps.sandbox" not in found]


def _wait_until(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_available_finds_the_sandbox() -> None:
    available()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose the user of jobs")
def test_jobs_never_run_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_SANDBOX_UID", "0")

    with pytest.raises(SandboxUnavailable, match="other than root"):
        run(["true"])


def test_files_of_a_job_have_errors_of_the_limit(run_python: RunPython) -> None:
    code = "import errno\ntry:\n open('x', 'wb').write(bytes(9 << 20))\n"
    code += "except OSError as error: print(errno.errorcode[error.errno])"
    result = run_python(code, limits=Limits(disk_mb=4))

    assert result.stdout == f"{errno.errorcode[errno.ENOSPC]}\n"
    assert result.outcome is Outcome.OK  # the program has coped
