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
from apps.sandbox.usage import LOOK_S, OWN_PROCESSES, Usage

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
    if os.geteuid() == 0:
        folder, moving = _make_folder_version_2(uid, gid), ["0"]
    else:  # in “main” already when started there (systemd's DelegateSubgroup=) or called again
        folder = own.parent if own.name == _MAIN else own
        moving = (folder / "cgroup.procs").read_text().split()
    main = folder / _MAIN
    main.mkdir(exist_ok=True)
    for process in moving:
        with contextlib.suppress(ProcessLookupError):
            (main / "cgroup.procs").write_text(process)
    _enable_controllers(folder)


def _make_folder_version_2(uid: int, gid: int) -> Path:
    _enable_controllers(_ROOT)
    folder = _ROOT / _folder_name(uid)
    folder.mkdir(exist_ok=True)
    _enable_controllers(folder)
    for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control"):
        os.chown(path, uid, gid)
    return folder


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


def make_leaf(uid: int, gid: int) -> "Leaf | None":
    """A leaf without limits yet, or None where none can be made for this user."""
    for kind in (LeafVersion2, LeafVersion1):
        with contextlib.suppress(OSError):
            folders = kind.folders(uid, gid)
            if all(os.access(folder / "cgroup.procs", os.W_OK) for folder in folders):
                # Without its lock a leaf is stale: nobody may look before a new one has it.
                with _locked(folders[0]):
                    stale = list(_claim_stale(folders[0]))
                    leaf = kind(folders)
                for name, lock in stale:
                    _remove_leaf([folder / name for folder in folders])
                    os.close(lock)
                return leaf
    return None


class Leaf:
    """What both versions share: a folder for each hierarchy, and their removal."""

    tier = ""

    def __init__(self, folders: list[Path]) -> None:
        name = f"run-{os.getpid()}-{secrets.token_hex(4)}"
        self.paths = [folder / name for folder in folders]
        self._lock = -1
        try:
            for path in self.paths:
                path.mkdir()
                if self._lock < 0:
                    self._lock = _lock(path)
        except OSError:
            self.close()
            raise

    def limit(self, limits: Limits) -> None:
        raise NotImplementedError

    def measure(self) -> Usage:
        raise NotImplementedError

    def join_descriptors(self) -> list[int]:
        return [os.open(path / "cgroup.procs", os.O_WRONLY) for path in self.paths]

    def watch(self, bubblewrap: int) -> None:
        """Nothing to do: the kernel counts by itself."""

    def next_look_s(self) -> float:
        return LOOK_S

    def close(self) -> None:
        _remove_leaf(self.paths)
        self.forget()

    def forget(self) -> None:
        """Give up the lock, so that whoever comes next removes what is left."""
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

    def limit(self, limits: Limits) -> None:
        self._pids, self._memory, self._cpu = self.paths
        memory = str(limits.memory_mb * _MIB)
        _write(self._pids / "pids.max", str(limits.pids + OWN_PROCESSES))
        _write(self._memory / "memory.limit_in_bytes", memory)
        swap = self._memory / "memory.memsw.limit_in_bytes"
        if swap.exists():
            _write(swap, memory)

    def measure(self) -> Usage:
        return Usage(
            cpu_s=_number(self._cpu / "cpuacct.usage") / 1e9,
            peak_memory_bytes=_number(self._memory / "memory.max_usage_in_bytes"),
            out_of_memory=_counter(self._memory / "memory.oom_control", b"oom_kill") > 0,
            refused_processes=_counter(self._pids / "pids.events", b"max"),
        )


class LeafVersion2(Leaf):
    tier = "cgroup2"
    _seen_bytes = 0

    @staticmethod
    def folders(uid: int, gid: int) -> list[Path]:
        own = _own_group()
        if os.geteuid() == 0:
            return [_make_folder_version_2(uid, gid)]
        if own.name != _MAIN:
            raise PermissionError("only processes in “main” may move others into leaves")
        given = (own.parent / "cgroup.subtree_control").read_text().split()
        if not {"memory", "pids"} <= set(given):
            raise PermissionError("leaves would have no controllers: nobody has prepared them")
        return [own.parent]

    def limit(self, limits: Limits) -> None:
        (self._path,) = self.paths
        _write(self._path / "pids.max", str(limits.pids + OWN_PROCESSES))
        _write(self._path / "memory.max", str(limits.memory_mb * _MIB))
        _write(self._path / "memory.oom.group", "1")
        swap = self._path / "memory.swap.max"
        if swap.exists():
            _write(swap, "0")

    def measure(self) -> Usage:
        return Usage(
            cpu_s=_counter(self._path / "cpu.stat", b"usage_usec") / 1e6,
            peak_memory_bytes=self._peak_memory_bytes(),
            out_of_memory=_counter(self._path / "memory.events", b"oom_kill") > 0,
            refused_processes=_counter(self._path / "pids.events", b"max"),
        )

    def _peak_memory_bytes(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return _number(self._path / "memory.peak")  # since Linux 5.19
        self._seen_bytes = max(self._seen_bytes, _number(self._path / "memory.current"))
        return self._seen_bytes


def _read(path: Path) -> bytes:
    """Many times for each run, so without the layers of a text file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 65536)
    finally:
        os.close(descriptor)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _number(path: Path) -> int:
    return int(_read(path))


def _counter(path: Path, name: bytes) -> int:
    """The value in a file of "name value" lines; 0 when the kernel does not count it."""
    for line in _read(path).splitlines():
        key, _, value = line.partition(b" ")
        if key == name:
            return int(value)
    return 0


def leaves_of(process: int) -> list[Path]:
    """Control groups of runs that ``process`` has started, and that are still there."""
    return [
        Path(folder, name)
        for folder, names, _ in os.walk(_ROOT)  # a delegated group may be anywhere
        for name in names
        if name.startswith(f"run-{process}-")
    ]


def _lock(path: Path, wait: int = fcntl.LOCK_NB) -> int:
    """Held as long as the run lives, also across a kill -9: the kernel then gives it up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | wait)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = _lock(folder, wait=0)
    try:
        yield
    finally:
        os.close(descriptor)


def _claim_stale(folder: Path) -> Iterator[tuple[str, int]]:
    """Names of leaves whose parent was killed, with the lock that makes each ours to remove."""
    for path in folder.iterdir():
        if path.name.startswith("run-"):
            with contextlib.suppress(OSError):
                yield path.name, _lock(path)


def _remove_leaf(paths: list[Path]) -> None:
    for path in reversed(paths):  # the one with the lock last
        _remove(path)


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
        if (path / "cgroup.kill").exists():  # version 2 since Linux 5.14: all at once
            (path / "cgroup.kill").write_text("1")
            return
        if (path / "pids.max").exists():
            (path / "pids.max").write_text("0")  # nothing may fork while we go through the list
        for process in (path / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
