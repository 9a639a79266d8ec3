"""Prepares the namespaces of one job and starts bubblewrap. Runs as a process of its own.

Started as ``python -I -S launcher.py`` with its configuration as JSON on standard input, so that
the process that asks for a run never forks itself, changes its user or enters a namespace.
Imports nothing from Milepost: the job's user must be able to run this one file.
"""

import ctypes
import fcntl
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
# Folders on that tmpfs, as the configuration's bubblewrap arguments name them.
FOLDERS = ("job", "tmp", "shm", "etc")
ETC = {
    "hosts": "127.0.0.1 localhost job\n::1 localhost\n",
    "passwd": "job:x:1000:1000::/tmp:/bin/sh\n",
    "group": "job:x:1000:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}

_PR_SET_PDEATHSIG = 1
_MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 2, 4, 1 << 14, 1 << 18
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


class LaunchError(Exception):
    """``layer`` names what is missing: "user", "cgroup", "namespaces", "tmpfs", …"""

    def __init__(self, layer: str, error: object) -> None:
        super().__init__(f"{layer}: {error}")
        self.layer = layer
        self.error = str(error)


def main() -> Never:
    config: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    control = socket.socket(fileno=config["control"])
    control.set_inheritable(False)
    try:
        _prepare_and_wait(config, control)
    except LaunchError as error:
        control.sendall(json.dumps({"layer": error.layer, "error": error.error}).encode())
        os._exit(1)
    os._exit(0)  # the standard streams are closed, which an ordinary end would complain about


def _prepare_and_wait(config: dict[str, Any], control: socket.socket) -> None:
    """Returns when bubblewrap and everything inside are gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    _refuse_root()
    _check_mounts(config["mount_sources"])
    _enter_namespaces(libc, network=config["gateway_port"] is not None)
    # After the namespaces: the kernel forgets this setting when credentials change.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    descriptors = [_mount_tmpfs(libc, config["tmpfs"])]
    if config["gateway_port"] is not None:
        descriptors.append(_listen(config["gateway_port"]))
    child = os.fork()
    if child == 0:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _join_cgroups(config["cgroup_descriptors"])
        if control.recv(1) == b"":  # the parent gave up or died
            sys.exit(1)
        _become(config["bubblewrap"], config["command"], config["limits"])
    message = json.dumps({"process": child}).encode()
    socket.send_fds(control, [message], [os.pidfd_open(child), *descriptors])
    control.close()
    # bubblewrap alone holds the pipes now, so that they end with it.
    os.closerange(0, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    os.waitpid(child, 0)


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


def _enter_namespaces(libc: ctypes.CDLL, *, network: bool) -> None:
    uid, gid = os.getuid(), os.getgid()
    # The process namespace holds bubblewrap itself as process 1, so that the kernel ends all of a
    # job at once and at every moment, also while bubblewrap is still building the sandbox.
    flags = os.CLONE_NEWUSER | os.CLONE_NEWNS | os.CLONE_NEWPID
    if network:
        flags |= os.CLONE_NEWNET
    try:
        os.unshare(flags)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    except OSError as error:
        raise LaunchError("namespaces", error) from None
    # Nothing mounted from here on may appear outside.
    _mount(libc, "/", _MS_REC | _MS_PRIVATE)


def _mount_tmpfs(libc: ctypes.CDLL, options: str) -> int:
    """Returns a descriptor of the folder that the job will see as /job."""
    _mount(libc, MOUNT_POINT, _MS_NOSUID | _MS_NODEV, source="job", kind="tmpfs", data=options)
    os.umask(0o022)
    for folder in FOLDERS:
        Path(MOUNT_POINT, folder).mkdir()
    for name, text in ETC.items():
        _write(f"{MOUNT_POINT}/etc/{name}", text)
    return os.open(f"{MOUNT_POINT}/job", os.O_RDONLY | os.O_DIRECTORY)


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
        raise LaunchError("tmpfs", os.strerror(ctypes.get_errno()))


def _listen(port: int) -> int:
    """A listening socket on the loopback interface of the new network namespace."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            request = struct.pack("16sH14x", b"lo", 0)
            (flags,) = struct.unpack_from("H", fcntl.ioctl(control, _SIOCGIFFLAGS, request), 16)
            fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
    except OSError as error:
        raise LaunchError("network", error) from None
    return listener.detach()


def _become(path: str, command: list[str], limits: dict[str, int]) -> Never:
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, name), (value, value))
    # Python ignores SIGPIPE and the caller's thread may block signals: a job would inherit both.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    try:
        os.execv(path, command)  # noqa: S606
    except OSError as error:
        # The control socket closes on exec only, so the parent still hears this.
        raise LaunchError("bwrap", error) from None


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o444)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
