"""What jobs could leave behind on the host, told from what others do there at the same time.

By the parent (whatever has lost its own becomes a child of the tests), by the token that every
hostile program gives to what it makes, and by the user of jobs where root gave these tests one
of their own.
"""

import contextlib
import ctypes
import os
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

from apps.sandbox import cgroups, identity

CGROUPS = Path("/sys/fs/cgroup")
_REPOSITORY = Path(__file__).parents[2]
_NOT_OURS = {".git", ".venv", "var", "__pycache__"}
_LISTENING = "0A"
_libc = ctypes.CDLL(None, use_errno=True)


def new_traces(token: str, before: dict[str, set[object]]) -> dict[str, set[object]]:
    """What was not there ``before``; what an earlier test lets go of meanwhile is not told."""
    found = {kind: now - before[kind] for kind, now in traces(token).items()}
    return {kind: new for kind, new in found.items() if new}


def traces(token: str) -> dict[str, set[object]]:
    lists: dict[str, Iterable[object]] = {
        "descriptors": _descriptors(),
        "mounts": Path("/proc/self/mountinfo").read_text().splitlines(),
        "threads": threading.enumerate(),
        "children": _living_children(),
        "processes": processes_with(token),
        "control groups": cgroups.leaves_of(os.getpid()) + _leaves_of_own_user(),
        "System V objects": _system_v(token),
        "POSIX queues": [token] if _has_queue(token) else [],
        "unix sockets": _lines("net/unix", token),
        "listeners": _listeners(),
        "files": _files(token),
    }
    return {kind: set(found) for kind, found in lists.items()}


def files_of_the_repository() -> set[Path]:
    found = set()
    for folder, folders, names in _REPOSITORY.walk():
        folders[:] = [name for name in folders if name not in _NOT_OURS and name[0] != "."]
        found |= {folder / name for name in names}
    return found


def _descriptors() -> list[str]:
    """Numbers, and what they are of; without the one of the listing, which is closed by then."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with contextlib.suppress(OSError):
            found.append(f"{name} {os.readlink(f'/proc/self/fd/{name}')}")  # noqa: PTH115
    return found


def processes_with(token: str) -> list[str]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in command:
                found.append(f"{process.name} {command!r}")
    return found


def _leaves_of_own_user() -> list[Path]:
    user = _own_user()
    return [] if user is None else _leaves(f"milepost-{user}", "run-*")


def _leaves(parent: str, name: str) -> list[Path]:
    return [
        leaf
        for pattern in (parent, f"*/{parent}")
        for folder in CGROUPS.glob(pattern)
        for leaf in folder.glob(name)
    ]


def _own_user() -> int | None:
    """The user of jobs, where nobody else has it."""
    user = identity.current().uid
    return None if user == os.geteuid() else user


def _living_children() -> list[str]:
    children = []
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            with contextlib.suppress(FileNotFoundError, ChildProcessError):  # gone meanwhile
                state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
                if state == "Z":
                    os.waitpid(int(child), os.WNOHANG)
                else:
                    children.append(child)
    return sorted(children)


def _system_v(token: str) -> list[str]:
    """Kernel-wide lists of our own IPC namespace: key, id, …, uid as the line's title says."""
    found, user = [], _own_user()
    for kind in ("shm", "sem", "msg"):
        title, *lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
        names = title.split()
        for line in lines:
            values = dict(zip(names, map(int, line.split()), strict=True))
            if values["key"] == int(token[-7:], 16) or values["cuid"] == user:
                found.append(f"{kind} {line}")
    return found


def _has_queue(token: str) -> bool:
    queue = _libc.mq_open(f"/{token}".encode(), os.O_RDONLY)
    if queue >= 0:
        os.close(queue)
    return bool(queue >= 0)


def _lines(name: str, text: str) -> list[str]:
    # Of the whole machine, on which others may give a socket any bytes for a name.
    lines = Path("/proc", name).read_text(errors="replace").splitlines()
    return [line for line in lines if text in line]


def _listeners() -> list[str]:
    user = str(_own_user())
    found = []
    for name in ("net/tcp", "net/tcp6", "net/udp", "net/udp6"):
        for line in Path("/proc", name).read_text().splitlines()[1:]:
            fields = line.split()  # number, local, remote, state, queues, timer, retries, user
            if fields[7] == user and (fields[3] == _LISTENING or "udp" in name):
                found.append(line)
    return found


def _files(token: str) -> list[str]:
    """In the folders to which everybody may write."""
    found, user = [], _own_user()
    for folder in {tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"}:
        if Path(folder).is_dir():
            with os.scandir(folder) as entries:
                found += [e.path for e in entries if token in e.name or _owner(e) == user]
    return sorted(found)


def _owner(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:  # somebody else's
        return -1
