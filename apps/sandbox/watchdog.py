"""The fallback tier: counts a job's memory, processes and CPU time by looking, many times a second.

Best effort. A job can pass a limit for as long as one look is away from the next.
"""

import contextlib
import os
from pathlib import Path

from apps.sandbox.model import Limits
from apps.sandbox.usage import Usage

_MIB = 1024 * 1024
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Watchdog:
    tier = "fallback"

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bubblewrap: int | None = None
        self._processes = -1  # the job's own /proc, which lists its processes and no others
        self._usage = Usage()

    def join_descriptors(self) -> list[int]:
        return []

    def watch(self, bubblewrap: int) -> None:
        self._bubblewrap = bubblewrap

    def measure(self) -> Usage:
        if self._open():
            with contextlib.suppress(OSError):  # the namespace ended under our eyes
                self._look()
        return self._usage

    def close(self) -> None:
        if self._processes >= 0:
            os.close(self._processes)
            self._processes = -1

    def _open(self) -> bool:
        if self._processes < 0 and self._bubblewrap is not None:
            with contextlib.suppress(OSError):  # not mounted yet
                self._processes = _inner_processes(self._bubblewrap)
        return self._processes >= 0

    def _look(self) -> None:
        memory, threads, ticks = 0, 0, 0
        for process in os.listdir(self._processes):  # noqa: PTH208  (a descriptor)
            if process.isdigit():
                with contextlib.suppress(OSError):  # ended since
                    memory += self._proportional_memory(process)
                    more_threads, more_ticks = self._threads_and_ticks(process)
                    threads += more_threads
                    ticks += more_ticks
        own_processes = 1  # bubblewrap as process 1
        met = threads - own_processes >= self._limits.pids
        self._usage = Usage(
            # Ticks of an orphan that nobody waited for are lost, so the sum may fall.
            cpu_s=max(self._usage.cpu_s, ticks * _TICK_S),
            peak_memory_bytes=max(self._usage.peak_memory_bytes, memory),
            out_of_memory=self._usage.out_of_memory or memory > self._limits.memory_mb * _MIB,
            refused_processes=max(self._usage.refused_processes, int(met)),
        )

    def _proportional_memory(self, process: str) -> int:
        """Bytes, with memory shared by n processes counted as one nth of it for each."""
        for line in self._read(f"{process}/smaps_rollup").splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
        return 0

    def _threads_and_ticks(self, process: str) -> tuple[int, int]:
        # After the name, which may hold anything, even spaces and parentheses; see proc(5).
        fields = self._read(f"{process}/stat").rpartition(b")")[2].split()
        return int(fields[17]), sum(int(field) for field in fields[11:15])

    def _read(self, name: str) -> bytes:
        descriptor = os.open(name, os.O_RDONLY, dir_fd=self._processes)
        try:
            return os.read(descriptor, 4096)
        finally:
            os.close(descriptor)


def _inner_processes(bubblewrap: int) -> int:
    """Open the job's own /proc. Raises OSError as long as bubblewrap has not mounted it."""
    children = Path(f"/proc/{bubblewrap}/task/{bubblewrap}/children").read_text().split()
    if not children:
        raise FileNotFoundError("bubblewrap has not started process 1 yet")
    root = os.open(f"/proc/{children[0]}/root", os.O_PATH)
    try:
        if os.path.samestat(os.fstat(root), Path("/").stat()):
            raise FileNotFoundError("process 1 has not changed its root folder yet")
        return os.open("proc", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    finally:
        os.close(root)
