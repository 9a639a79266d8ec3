"""Finds and ends processes that outlived the one that started them.

Every program carries a mark in its environment, and with it all its descendants: unlike a recorded
pid it can neither be stale nor belong to someone else.
"""

import os
import signal
import time
from pathlib import Path

RUN_VARIABLE = "MILEPOST_RUN"
PROGRAM_VARIABLE = "MILEPOST_PROGRAM"


def marked(run: str, *, program: str = "") -> list[int]:
    """Pids of the live processes of this run, as far as we may see them."""
    wanted = {f"{RUN_VARIABLE}={run}".encode()}
    if program:
        wanted.add(f"{PROGRAM_VARIABLE}={program}".encode())
    me = os.getpid()
    return [pid for pid in live_pids() if pid != me and wanted <= _environment(pid)]


def live_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def kill_marked(run: str, *, program: str = "", wait_s: float = 5.0) -> None:
    """Kill them all, and those that they start meanwhile."""
    deadline = time.monotonic() + wait_s
    clear = 0
    # A process that is just starting its program shows no environment for a moment: look twice.
    while clear < 2 and time.monotonic() < deadline:
        pids = marked(run, program=program)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        clear = 0 if pids else clear + 1
        time.sleep(0.02)


def _environment(pid: int) -> set[bytes]:
    try:
        return set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
    except OSError:
        return set()
