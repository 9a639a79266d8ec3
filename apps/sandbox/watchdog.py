"""The fallback tier: counts a job's memory, processes and CPU time by looking, many times a second.

Best effort. A job can pass a limit for as long as one look is away from the next, which is the
shorter the nearer its memory is to the limit. Files in ``/job`` count as disk alone.
"""

import contextlib
import os
from pathlib import Path

from apps.sandbox.model import Limits
from apps.sandbox.usage import LOOK_S, Usage

_MIB = 1024 * 1024
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# No job was seen to fill memory faster; bytes a second.
_FASTEST = 4 << 30
_SHORTEST_LOOK_S = 0.001
_ALONE = 2  # the program, and bubblewrap as process 1


class Watchdog:
    tier = "fallback"

    def __init__(self) -> None:
        self._limits = Limits()
        self._bubblewrap: int | None = None
        self._processes = -1  # the job's own /proc, which lists its processes and no others
        self._usage = Usage()
        self._room = 0  # bytes to the limit, as of the last look

    def limit(self, limits: Limits) -> None:
        self._limits = limits

    def watch(self, bubblewrap: int) -> None:
        self._bubblewrap = bubblewrap

    def next_look_s(self) -> float:
        return min(LOOK_S, max(_SHORTEST_LOOK_S, self._room / _FASTEST))

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
        resident, threads, ticks = 0, 0, 0
        processes = [name for name in os.listdir(self._processes) if name.isdigit()]  # noqa: PTH208
        for process in processes:
            with contextlib.suppress(OSError):  # ended since
                resident += self._memory(f"{process}/status", b"RssAnon:", b"RssShmem:")
                more_threads, more_ticks = self._threads_and_ticks(process)
                threads += more_threads
                ticks += more_ticks
        memory = self._shared_once(processes) if len(processes) > _ALONE else resident
        self._room = self._limits.memory_mb * _MIB - resident
        own_processes = 1  # bubblewrap as process 1
        met = threads - own_processes >= self._limits.pids
        self._usage = Usage(
            # Ticks of an orphan that nobody waited for are lost, so the sum may fall.
            cpu_s=max(self._usage.cpu_s, ticks * _TICK_S),
            peak_memory_bytes=max(self._usage.peak_memory_bytes, memory),
            out_of_memory=self._usage.out_of_memory or memory > self._limits.memory_mb * _MIB,
            refused_processes=max(self._usage.refused_processes, int(met)),
        )

    def _shared_once(self, processes: list[str]) -> int:
        """Bytes, with memory shared by n processes counted as one nth of it for each.

        Costs the kernel a walk over all pages, which ``RssAnon`` does not.
        """
        memory = 0
        for process in processes:
            with contextlib.suppress(OSError):
                memory += self._memory(f"{process}/smaps_rollup", b"Pss_Anon:", b"Pss_Shmem:")
        return memory

    def _memory(self, name: str, *keys: bytes) -> int:
        """The sum of these lines of a file, in bytes. Pages of files are the kernel's to drop."""
        lines = (line.split() for line in self._read(name).splitlines())
        return sum(int(line[1]) * 1024 for line in lines if line and line[0] in keys)

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
        processes = os.open("proc", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    finally:
        os.close(root)
    try:
        # While it builds the job's root folder, bubblewrap has its own in that place for a moment.
        if os.fstat(processes).st_dev == Path(f"/proc/{bubblewrap}/root/proc").stat().st_dev:
            raise FileNotFoundError("the job's own /proc is not mounted yet")
    except OSError:  # also where bubblewrap has ended meanwhile
        os.close(processes)
        raise
    return processes
