"""Launchers wait for jobs, and none outlives the process that they wait for."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.sandbox import Limits, Outcome, run
from apps.sandbox.cgroups import leaves_of
from tests.sandbox.traces import processes_with

RUN_FOREVER = """
import sys, threading
from apps.sandbox import run
run(["true"])
threading.Thread(target=lambda: run(["sleep", "600", sys.argv[1]])).start()
run(["sh", "-c", "echo up; sleep 600", sys.argv[1]],
    on_output=lambda name, data: print(data.decode(), flush=True))
"""
FORK = """
import os
from apps.sandbox import run
run(["true"])
child = os.fork()
if child == 0:
    print("child", run(["true"]).outcome, flush=True)
    raise SystemExit
os.waitpid(child, 0)
print("parent", run(["true"]).outcome)
"""


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in text.split()]


def has_ended(process: int) -> bool:
    """A process whose parent was killed is a child of these tests until they wait for it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def fork_server(process: int) -> int:
    (server,) = (
        child
        for child in children(process)
        if b"launcher.py" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
    return server


def waiting_launcher(server: int) -> int:
    """Once the one before is gone, and what forked this one."""
    for thread in threading.enumerate():
        if thread.name == "sandbox-cleanup":
            thread.join()
    wait_for(lambda: len(children(server)) == 1 and is_process_one(children(server)[0]))
    return children(server)[0]


def is_process_one(process: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        status = Path(f"/proc/{process}/status").read_text()
        return re.search(r"^NSpid:.*\t1$", status, re.MULTILINE) is not None
    return False


def test_launcher_waits_after_a_run(nothing_left: str) -> None:
    run(["true"])

    assert waiting_launcher(fork_server(os.getpid()))


def test_waiting_launcher_that_was_killed_is_replaced(nothing_left: str) -> None:
    run(["true"])
    server = fork_server(os.getpid())
    os.kill(waiting_launcher(server), signal.SIGKILL)
    wait_for(lambda: children(server) == [])

    assert run(["true"]).outcome is Outcome.OK


def test_fork_server_that_was_killed_is_replaced(nothing_left: str) -> None:
    run(["true"])
    server = fork_server(os.getpid())
    os.kill(server, signal.SIGKILL)
    wait_for(lambda: has_ended(server))

    assert run(["true"]).outcome is Outcome.OK


def test_runs_of_several_threads_do_not_meet(nothing_left: str) -> None:
    """Each has its own output, and none takes another's new control group for a stale one."""
    tier = run(["true"]).limit_tier

    def echo(number: int) -> tuple[str, str]:
        result = run(["echo", str(number)], limits=Limits(wall_s=20))
        return result.stdout, result.limit_tier

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(echo, range(90)))

    assert results == [(f"{number}\n", tier) for number in range(90)]


def test_child_of_a_fork_has_launchers_of_its_own(nothing_left: str) -> None:
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True)

    assert done.stdout == "child ok\nparent ok\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_process_that_is_killed(number: int, nothing_left: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN_FOREVER, nothing_left], stdout=subprocess.PIPE
    ) as caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == b"up\n"
        server = fork_server(caller.pid)
        launched = children(server)
        caller.send_signal(number)

    wait_for(lambda: processes_with(nothing_left) == [])
    wait_for(lambda: all(has_ended(process) for process in (server, *launched)))
    assert len(launched) >= 2
    run(["true"])  # the next run of anybody removes the control groups
    assert leaves_of(caller.pid) == []
