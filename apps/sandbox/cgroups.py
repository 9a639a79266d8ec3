"""Exact limits for a tree of processes: one control group (a "leaf") for each run.

Leaves live below a folder named after the job's user, which root prepares once (``prepare``).
Version 1 has a folder for each controller, version 2 one folder for all.
"""

import contextlib
import fcntl
import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from apps.sandbox.model import Limits
from apps.sandbox.usage import OWN_PROCESSES, Usage

_ROOT = Path("/sys/fs/cgroup")
# The controllers of version 1 that a run needs. The first one's leaf carries the lock that says
# whether the run still lives, so it is made first and removed last.
_CONTROLLERS = ("pids", "memory", "cpuacct")
# Where version 2 keeps the processes that start jobs: it allows none beside a folder of leaves.
_MAIN = "main"
_MIB = 1024 * 1024
_REMOVAL_TIMEOUT_S = 5.0


def prepare(uid: int, gid: int) -> str | None:
    """Make the folder below which ``uid`` may make leaves. Needs root, or with version 2 a
    delegated group of our own (systemd's ``Delegate=yes``).

    Returns the tier that it serves, or None where control groups cannot be had. With version 2
    the processes of our group move one folder down, since a user may move processes only inside
    a folder of its own: call this from the process that starts the workers.
    """
    with contextlib.suppress(OSError):
        _prepare_version_2(uid, gid)
        return "cgroup2"
    with contextlib.suppress(OSError):
        _prepare_version_1(uid, gid)
        return "cgroup1"
    return None


def _prepare_version_1(uid: int, gid: int) -> None:
    for controller in _CONTROLLERS:
        if not (_ROOT / controller / "cgroup.procs").exists():
            raise FileNotFoundError(controller)
        folder = _ROOT / controller / _folder_name(uid)
        folder.mkdir(exist_ok=True)
        os.chown(folder, uid, gid)
        os.chown(folder / "cgroup.procs", uid, gid)


def _prepare_version_2(uid: int, gid: int) -> None:
    own = _own_group()
    if own.name == _MAIN:  # done before
        return
    root = os.geteuid() == 0
    folder = _make_folder_version_2(uid, gid) if root else own
    main = folder / _MAIN
    main.mkdir(exist_ok=True)
    moving = ["0"] if root else (own / "cgroup.procs").read_text().split()
    for process in moving:
        with contextlib.suppress(ProcessLookupError):
            (main / "cgroup.procs").write_text(process)
    _enable_controllers(folder)
    _give(main, uid, gid)


def _make_folder_version_2(uid: int, gid: int) -> Path:
    _enable_controllers(_ROOT)
    folder = _ROOT / _folder_name(uid)
    folder.mkdir(exist_ok=True)
    _enable_controllers(folder)
    _give(folder, uid, gid)
    return folder


def _give(folder: Path, uid: int, gid: int) -> None:
    for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control"):
        os.chown(path, uid, gid)


def _own_group() -> Path:
    """Our own folder of version 2; FileNotFoundError where that version has no controllers."""
    if not (_ROOT / "cgroup.controllers").exists():
        raise FileNotFoundError("no control groups of version 2")
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        if line.startswith("0::/"):
            return _ROOT / line.removeprefix("0::/")
    raise FileNotFoundError("no control group of version 2")


def _enable_controllers(folder: Path) -> None:
    (folder / "cgroup.subtree_control").write_text("+memory +pids")


def _folder_name(uid: int) -> str:
    return f"milepost-{uid}"


def make_leaf(uid: int, gid: int, limits: Limits) -> "Leaf | None":
    """A leaf with these limits, or None where none can be made for this user."""
    for kind in (LeafVersion2, LeafVersion1):
        with contextlib.suppress(OSError):
            folders = kind.folders(uid, gid)
            if all(os.access(folder / "cgroup.procs", os.W_OK) for folder in folders):
                _remove_stale(folders)
                return kind(folders, limits)
    return None


class Leaf:
    """What both versions share: a folder for each hierarchy, and their removal."""

    tier = ""

    def __init__(self, folders: list[Path], limits: Limits) -> None:
        name = f"run-{os.getpid()}-{secrets.token_hex(4)}"
        self.paths = [folder / name for folder in folders]
        self._lock = -1
        try:
            for path in self.paths:
                path.mkdir()
                if self._lock < 0:
                    self._lock = _lock(path)
            self._limit(limits)
        except OSError:
            self.close()
            raise

    def _limit(self, limits: Limits) -> None:
        raise NotImplementedError

    def measure(self) -> Usage:
        raise NotImplementedError

    def join_descriptors(self) -> list[int]:
        return [os.open(path / "cgroup.procs", os.O_WRONLY) for path in self.paths]

    def watch(self, bubblewrap: int) -> None:
        """Nothing to do: the kernel counts by itself."""

    def close(self) -> None:
        for path in reversed(self.paths):
            _remove(path)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


class LeafVersion1(Leaf):
    tier = "cgroup1"

    @staticmethod
    def folders(uid: int, gid: int) -> list[Path]:
        if os.geteuid() == 0:
            _prepare_version_1(uid, gid)
        return [_ROOT / controller / _folder_name(uid) for controller in _CONTROLLERS]

    def _limit(self, limits: Limits) -> None:
        self._pids, self._memory, self._cpu = self.paths
        memory = str(limits.memory_mb * _MIB)
        (self._pids / "pids.max").write_text(str(limits.pids + OWN_PROCESSES))
        (self._memory / "memory.limit_in_bytes").write_text(memory)
        swap = self._memory / "memory.memsw.limit_in_bytes"
        if swap.exists():
            swap.write_text(memory)

    def measure(self) -> Usage:
        return Usage(
            cpu_s=_number(self._cpu / "cpuacct.usage") / 1e9,
            peak_memory_bytes=_number(self._memory / "memory.max_usage_in_bytes"),
            out_of_memory=_counter(self._memory / "memory.oom_control", "oom_kill") > 0,
            refused_processes=_counter(self._pids / "pids.events", "max"),
        )


class LeafVersion2(Leaf):
    tier = "cgroup2"

    @staticmethod
    def folders(uid: int, gid: int) -> list[Path]:
        own = _own_group()
        if own.name == _MAIN:
            return [own.parent]
        if os.geteuid() != 0:
            raise PermissionError("only processes in “main” may move others into leaves")
        return [_make_folder_version_2(uid, gid)]

    def _limit(self, limits: Limits) -> None:
        (self._path,) = self.paths
        (self._path / "pids.max").write_text(str(limits.pids + OWN_PROCESSES))
        (self._path / "memory.max").write_text(str(limits.memory_mb * _MIB))
        (self._path / "memory.oom.group").write_text("1")
        swap = self._path / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")

    def measure(self) -> Usage:
        peak = self._path / "memory.peak"  # since Linux 5.19
        return Usage(
            cpu_s=_counter(self._path / "cpu.stat", "usage_usec") / 1e6,
            peak_memory_bytes=_number(peak if peak.exists() else self._path / "memory.current"),
            out_of_memory=_counter(self._path / "memory.events", "oom_kill") > 0,
            refused_processes=_counter(self._path / "pids.events", "max"),
        )


def _number(path: Path) -> int:
    return int(path.read_text())


def _counter(path: Path, name: str) -> int:
    """The value in a file of "name value" lines; 0 when the kernel does not count it."""
    for line in path.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _lock(path: Path) -> int:
    """Held as long as the run lives, also across a kill -9: the kernel then gives it up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another run took this leaf for a stale one just now
        os.close(descriptor)
        raise
    return descriptor


def _remove_stale(folders: list[Path]) -> None:
    """Remove what runs have left whose parent was killed."""
    first, *others = folders
    for path in _leaves(first):
        try:
            lock = _lock(path)
        except OSError:
            continue
        for folder in others:
            _remove(folder / path.name)
        _remove(path)
        os.close(lock)


def _leaves(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.name.startswith("run-"))


def _remove(path: Path) -> None:
    """Kill what is left in a leaf and remove it. A leaf that cannot go is left to a later run."""
    deadline = time.monotonic() + _REMOVAL_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            path.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            _kill(path)
            time.sleep(0.002)
        else:
            return


def _kill(path: Path) -> None:
    with contextlib.suppress(OSError):
        if (path / "pids.max").exists():
            (path / "pids.max").write_text("0")  # nothing may fork while we go through the list
        for process in (path / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
