"""Prepares the namespaces of jobs and starts bubblewrap in them. Runs as a process of its own.

Started as ``python -I -S launcher.py DESCRIPTOR``, it is a server that forks: each message on that
socket brings the control socket of one launcher and the control groups that it joins. A launcher
then makes its namespaces and waits for a job, so that none of this time is a job's. It is process
1 of a process namespace: with it the kernel ends everything inside, at once and at every moment.

Imports nothing from Milepost: the job's user must be able to run this one file.
"""

import contextlib
import ctypes
import fcntl
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Never

# The job's tmpfs is mounted over this folder, in a mount namespace that only the launcher and
# bubblewrap see. It exists on every Linux, and nothing that a job may be given lies below it.
MOUNT_POINT = "/sys"
# Folders on that tmpfs, as bubblewrap's arguments name them.
FOLDERS = ("job", "tmp", "shm", "etc")
ETC = {
    "hosts": "127.0.0.1 localhost job\n::1 localhost\n",
    "passwd": "job:x:1000:1000::/tmp:/bin/sh\n",
    "group": "job:x:1000:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
LONGEST_MESSAGE = 256 * 1024  # bytes
MOST_DESCRIPTORS = 64  # in one message

_FIRST_FREE = 16  # descriptors below it are given to what is started
_PR_SET_CHILD_SUBREAPER = 36
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 2, 4, 8, 32
_MS_BIND, _MS_REC, _MS_SLAVE = 1 << 12, 1 << 14, 1 << 19
_MOUNT_SETATTR = 442  # on every architecture
_MOUNT_ATTR_RDONLY, _AT_FDCWD, _AT_RECURSIVE = 1, -100, 0x8000
# A user has 128 of them in all jobs together (fs.inotify.max_user_instances).
_MOST_WATCHERS = "16"
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


class LaunchError(Exception):
    """``layer`` names what is missing: "user", "cgroup", "namespaces", "proc", "tmpfs", …"""

    def __init__(self, layer: str, error: object) -> None:
        super().__init__(f"{layer}: {error}")
        self.layer = layer
        self.error = str(error)


def main() -> Never:
    """Fork a launcher for each message, until the process that sends them is gone."""
    server = socket.socket(fileno=int(sys.argv[1]))
    server.set_inheritable(False)
    # Launchers are children of children. Nobody waits for them: the kernel forgets them at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    gc.freeze()  # what a collection would touch, each launcher would have to copy
    while True:
        message, descriptors = receive(server)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            server.close()
            control, *cgroups = descriptors
            _launch(socket.socket(fileno=control), cgroups, json.loads(message))
        for descriptor in descriptors:
            os.close(descriptor)


def _launch(control: socket.socket, cgroups: Sequence[int], namespaces: dict[str, bool]) -> Never:
    try:
        _refuse_root()
        _join_cgroups(cgroups)
        _enter_namespaces(**namespaces)
        if os.fork():
            os._exit(0)
        # Kept until ``stop``: bubblewrap may have ended before anybody opens its pidfd.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        libc = ctypes.CDLL(None, use_errno=True)
        # Mounts of the host still appear here, but nothing mounted from here on appears there.
        _mount(libc, "/", _MS_REC | _MS_SLAVE)
        if namespaces["processes"]:
            _mount_proc(libc)
        job = _mount_tmpfs(libc)
        if namespaces["network"]:
            _bring_up_loopback()
        socket.send_fds(control, [b"{}"], [os.pidfd_open(os.getpid()), job])
        _serve(libc, control)
    except LaunchError as error:
        _answer(control, {"layer": error.layer, "error": error.error})
    except BaseException as error:  # there is nobody else to tell
        _answer(control, {"layer": "launcher", "error": repr(error)})
    os._exit(1)


def _serve(libc: ctypes.CDLL, control: socket.socket) -> Never:
    """Do what the parent asks, until it closes its end."""
    started = 0
    while True:
        message, descriptors = receive(control)
        if not message:
            os._exit(0)  # and with it, everything in this process namespace
        request = json.loads(message)
        report: dict[str, int | None] = {}
        answers: list[int] = []
        match request["do"]:
            case "prepare":
                answers = _prepare(libc, request)
            case "start":
                started = _start(request, descriptors)
            case "stop":
                report = {"status": _stop(started)}
            case "connect":
                answers = [_client() for _ in range(request["sockets"])]
        socket.send_fds(control, [json.dumps(report).encode()], answers)
        for descriptor in (*descriptors, *answers):
            os.close(descriptor)


def _prepare(libc: ctypes.CDLL, request: dict[str, Any]) -> list[int]:
    """Returns the gateway's listener, if there is to be one."""
    _check_mounts(request["mount_sources"])
    flags = _MS_REMOUNT | _MS_NOSUID | _MS_NODEV
    _mount(libc, MOUNT_POINT, flags, source="job", kind="tmpfs", data=request["tmpfs"])
    if request["writable"] is not None:
        _make_read_only(libc, but=request["writable"])
    return [] if request["gateway_port"] is None else [_listen(request["gateway_port"])]


def _start(request: dict[str, Any], descriptors: Sequence[int]) -> int:
    """Start a program with ``descriptors`` as its own from 1 on; returns its number.

    The answer has no descriptor: with the job's limit of open files, which is ours from here on,
    and a job of the same user that has as many in flight, the kernel would not let us send one.
    """
    for name, value in request["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    null = os.open("/dev/null", os.O_RDONLY)
    # Away from the numbers that they are copied to.
    moved = [
        fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE) for number in (null, *descriptors)
    ]
    try:
        process = os.posix_spawn(  # a fork would copy our page tables
            request["program"],
            request["arguments"],
            {},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, number, target) for target, number in enumerate(moved)
            ],
            # Python ignores some signals, and a job would inherit that.
            setsigmask=[],
            setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
        )
    except OSError as error:
        raise LaunchError("start", error) from None
    for number in (null, *moved):
        os.close(number)
    return process


def _stop(started: int) -> int | None:
    """End everything inside, and wait until nothing of it lives.

    Returns how the process ``started`` had ended, as ``waitpid`` tells it.
    """
    status = None
    # Process 1 of the job's own namespace becomes our child when bubblewrap ends, and does not end
    # itself before everything in that namespace has.
    with contextlib.suppress(ProcessLookupError):
        if os.getpid() == 1:
            os.kill(-1, signal.SIGKILL)
        else:  # a test leaves the process namespace out: -1 would be all that this user runs
            for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            process, found = os.waitpid(-1, 0)
            status = found if process == started else status
    return status


def _client() -> int:
    """A socket, not yet connected, that reaches the job's ports, whoever connects it."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM).detach()


def receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """One message and its descriptors, none of which a child inherits; empty at the end.

    ``socket.recv_fds`` ignores its flags in some versions of Python.
    """
    room = socket.CMSG_SPACE(MOST_DESCRIPTORS * struct.calcsize("i"))
    message, ancillary, _, _ = connection.recvmsg(LONGEST_MESSAGE, room, socket.MSG_CMSG_CLOEXEC)
    descriptors = [
        number for _, _, data in ancillary for (number,) in struct.iter_unpack("i", data)
    ]
    return message, descriptors


def _answer(control: socket.socket, answer: dict[str, str]) -> None:
    control.sendall(json.dumps(answer).encode())


def _refuse_root() -> None:
    # bubblewrap started by root is a way out: /proc/sys would be writable.
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise LaunchError("user", "the launcher runs as root")


def _check_mounts(sources: Sequence[str]) -> None:
    for source in sources:
        try:
            Path(source).stat()
        except OSError as error:
            raise LaunchError("mount", f"{source}: {error.strerror}") from None


def _join_cgroups(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        try:
            os.write(descriptor, b"0")
        except OSError as error:
            raise LaunchError("cgroup", error) from None
        os.close(descriptor)


def _enter_namespaces(*, network: bool, processes: bool, limits: bool) -> None:
    uid, gid = os.getuid(), os.getgid()
    flags = os.CLONE_NEWUSER | os.CLONE_NEWNS
    flags |= os.CLONE_NEWPID if processes else 0
    flags |= os.CLONE_NEWNET if network else 0
    try:
        os.unshare(flags)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
        if limits:
            _write("/proc/sys/user/max_inotify_instances", _MOST_WATCHERS)
    except OSError as error:
        raise LaunchError("namespaces", error) from None


def _mount_proc(libc: ctypes.CDLL) -> None:
    """Of this process namespace: bubblewrap looks up its child there, by its number in here."""
    _mount(libc, "/proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, source="proc", kind="proc")


def _mount_tmpfs(libc: ctypes.CDLL) -> int:
    """Returns a descriptor of the folder that the job will see as /job."""
    flags = _MS_NOSUID | _MS_NODEV
    _mount(libc, MOUNT_POINT, flags, source="job", kind="tmpfs", data="mode=0755")
    os.umask(0o022)
    for folder in FOLDERS:
        Path(MOUNT_POINT, folder).mkdir()
    for name, text in ETC.items():
        _write(f"{MOUNT_POINT}/etc/{name}", text)
    return os.open(f"{MOUNT_POINT}/job", os.O_RDONLY | os.O_DIRECTORY)


def _make_read_only(libc: ctypes.CDLL, *, but: Sequence[str]) -> None:
    """All that the host has lent, so that the kernel refuses what a backend may overlook."""
    for path in but:
        _mount(libc, path, _MS_BIND | _MS_REC, source=path)
    _set_read_only(libc, "/", True)
    for path in ("/proc", MOUNT_POINT, *but):
        _set_read_only(libc, path, False)


def _set_read_only(libc: ctypes.CDLL, path: str, read_only: bool) -> None:
    """mount_setattr(2), for the mount at ``path`` and those below it."""
    attributes = struct.pack(
        "4Q", _MOUNT_ATTR_RDONLY * read_only, _MOUNT_ATTR_RDONLY * (not read_only), 0, 0
    )
    arguments = (_AT_FDCWD, path.encode(), _AT_RECURSIVE, attributes, len(attributes))
    if libc.syscall(_MOUNT_SETATTR, *arguments) != 0:
        raise LaunchError("namespaces", os.strerror(ctypes.get_errno()))


def _mount(
    libc: ctypes.CDLL,
    target: str,
    flags: int,
    *,
    source: str | None = None,
    kind: str | None = None,
    data: str | None = None,
) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, data)]
    if libc.mount(*texts[:3], ctypes.c_ulong(flags), texts[3]) != 0:
        raise LaunchError(kind or "namespaces", os.strerror(ctypes.get_errno()))


def _bring_up_loopback() -> None:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            request = struct.pack("16sH14x", b"lo", 0)
            (flags,) = struct.unpack_from("H", fcntl.ioctl(control, _SIOCGIFFLAGS, request), 16)
            fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
    except OSError as error:
        raise LaunchError("network", error) from None


def _listen(port: int) -> int:
    """A listening socket on the loopback interface of the job's network namespace."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=64).detach()
    except OSError as error:
        raise LaunchError("network", error) from None


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o444)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
