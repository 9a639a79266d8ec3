"""Launchers that wait, each in a control group of its own, for the next job.

Making a launcher ready takes several milliseconds, which the kernel spends on moving it into its
control group and on namespaces. So one is always made ahead: after a job, for the next.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from apps.sandbox import cgroups, launcher
from apps.sandbox.descriptor import Descriptor
from apps.sandbox.identity import Identity
from apps.sandbox.model import Layer, SandboxUnavailable
from apps.sandbox.unavailable import explain

_TIMEOUT_S = 30.0  # for an answer
_DEATH_TIMEOUT_S = 10.0


class Answer(NamedTuple):
    report: dict[str, Any]
    descriptors: list[Descriptor]


class Launcher:
    """Process 1 of a process namespace, which starts one job. Always ``close()`` it."""

    def __init__(
        self, server: socket.socket, user: Identity, without: Set[Layer] = frozenset()
    ) -> None:
        self._cleanup = contextlib.ExitStack()
        self._asking = threading.Lock()  # one answer for each question
        self._process: Descriptor | None = None  # a pidfd, once it has answered
        self._folder: Descriptor | None = None
        self.leaf = cgroups.make_leaf(user.uid, user.gid)
        try:
            self._control = self._ask_for_one(server, without)
        except BaseException:
            self.forget()
            raise

    def _ask_for_one(self, server: socket.socket, without: Set[Layer]) -> socket.socket:
        request = {
            "network": Layer.NETWORK_NAMESPACE not in without,
            "processes": Layer.PID_NAMESPACE not in without,
            "limits": Layer.NAMESPACE_LIMITS not in without,
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._cleanup.enter_context(ours)
        ours.settimeout(_TIMEOUT_S)
        joined = self.leaf.join_descriptors() if self.leaf is not None else []
        try:
            with theirs:
                message = json.dumps(request).encode()
                socket.send_fds(server, [message], [theirs.fileno(), *joined])
        finally:
            for descriptor in joined:
                os.close(descriptor)
        return ours

    @property
    def folder(self) -> Descriptor:
        """The job's folder."""
        self.wait_until_ready()
        if self._folder is None:
            raise ValueError("the launcher is closed")
        return self._folder

    def wait_until_ready(self) -> None:
        """Raises SandboxUnavailable when the launcher could not make its namespaces."""
        if self._process is None:
            _, (self._process, self._folder) = self._receive()
            self._cleanup.callback(self._process.close)
            self._cleanup.callback(self._folder.close)

    def ask(self, request: dict[str, Any], descriptors: Sequence[int] = ()) -> "Answer":
        """The launcher's answer; the caller closes its descriptors.

        Raises SandboxUnavailable, or ValueError for a mount that cannot be had.
        """
        self.wait_until_ready()
        with self._asking:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], list(descriptors))
            except OSError as error:
                raise SandboxUnavailable(f"The sandbox's launcher has ended: {error}.") from error
            return self._receive()

    def _receive(self) -> "Answer":
        try:
            message, numbers = launcher.receive(self._control)
        except OSError as error:
            raise SandboxUnavailable(f"The sandbox does not start: {error}.") from error
        descriptors = [Descriptor(number) for number in numbers]
        if not message:
            raise explain("launcher", "it ended without a word")
        report = json.loads(message)
        if "layer" in report:
            raise explain(report["layer"], report["error"])
        return Answer(report, descriptors)

    def child(self) -> int:
        """The process that it has started, by the number that it has for us."""
        if self._process is None:
            raise ValueError("the launcher is closed")
        process = number_of(self._process)
        # Any other was orphaned by it when it ended, and comes later.
        child, *_ = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return int(child)

    def alive(self) -> bool:
        """False once it has failed or was killed: then it is of no use."""
        watched = self._control if self._process is None else self._process
        if not select.select([watched], [], [], 0)[0]:
            return True
        if self._process is not None:
            return False
        try:
            self.wait_until_ready()
        except (SandboxUnavailable, ValueError):
            return False
        return self.alive()

    def kill(self) -> None:
        """End everything in its process namespace and wait for it."""
        if self._process is None:  # it may be on its way
            with contextlib.suppress(SandboxUnavailable, ValueError):
                self.wait_until_ready()
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process.fileno(), signal.SIGKILL)
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        poll.poll(_DEATH_TIMEOUT_S * 1000)

    def close(self) -> None:
        try:
            self.kill()
        finally:
            self._cleanup.close()
            self._process = None
            if self.leaf is not None:
                self.leaf.close()

    def forget(self) -> None:
        """Without ending it. After a fork, in the child: it is the parent's."""
        self._cleanup.close()
        if self.leaf is not None:
            self.leaf.forget()


class _Launchers:
    """The fork server of one user, and the launcher that waits."""

    def __init__(self, user: Identity) -> None:
        self.user = user
        self._lock = threading.Lock()
        self._waiting: list[Launcher] = []
        self._closing: list[threading.Thread] = []
        self._closed = False
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _start_server(user, theirs)

    def take(self, without: Set[Layer]) -> Launcher:
        while True:
            with self._lock:
                found = self._waiting.pop() if self._waiting and not without else None
            if found is None:
                return Launcher(self._socket, self.user, without)
            if found.alive():
                return found
            found.close()

    def release(self, launcher: Launcher) -> None:
        # What the kernel needs to remove namespaces and a control group, no caller waits for.
        thread = threading.Thread(target=self._replace, args=(launcher,), name="sandbox-cleanup")
        with self._lock:
            self._closing = [other for other in self._closing if other.is_alive()]
            self._closing.append(thread)
            thread.start()

    def _replace(self, launcher: Launcher) -> None:
        with self._lock:
            if not self._waiting and not self._closed:
                # The next ``take`` would meet the same trouble, and its caller can be told.
                with contextlib.suppress(SandboxUnavailable, OSError):
                    self._waiting.append(Launcher(self._socket, self.user))
        launcher.close()

    def usable(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for waiting in self._waiting:
                waiting.close()
            self._waiting.clear()
        for thread in self._closing:
            thread.join()
        self._socket.close()  # which ends the server
        self._process.wait(_DEATH_TIMEOUT_S)

    def forget(self) -> None:
        for waiting in self._waiting:
            waiting.forget()
        self._socket.close()
        self._process.returncode = 0  # not ours to wait for


_current: _Launchers | None = None
_lock = threading.Lock()


def take(user: Identity, without: Set[Layer] = frozenset()) -> Launcher:
    """A launcher of ``user``, which may still be making itself ready.

    Raises SandboxUnavailable when ``user`` cannot run our Python.
    """
    return _launchers(user).take(without)


def release(launcher: Launcher, user: Identity) -> None:
    """Its job is over. Soon after, it is gone, and another one waits."""
    _launchers(user).release(launcher)


def close() -> None:
    """End what waits. The next ``take`` begins anew."""
    global _current  # noqa: PLW0603
    with _lock:
        if _current is not None:
            _current.close()
            _current = None


def _launchers(user: Identity) -> _Launchers:
    global _current  # noqa: PLW0603
    with _lock:
        if _current is not None and (_current.user != user or not _current.usable()):
            _current.close()
            _current = None
        if _current is None:
            _current = _Launchers(user)
        return _current


def _forget_in_child() -> None:
    global _current, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    if _current is not None:
        _current.forget()
        _current = None


atexit.register(close)
os.register_at_fork(after_in_child=_forget_in_child)


def number_of(process: Descriptor) -> int:
    """The number by which our own process namespace knows a pidfd's process."""
    text = Path(f"/proc/self/fdinfo/{process.fileno()}").read_text()
    return next(int(line[4:]) for line in text.splitlines() if line.startswith("Pid:"))


def _start_server(user: Identity, connection: socket.socket) -> subprocess.Popen[bytes]:
    # Not the link in a virtual environment, which may lie in a folder closed to the job's user.
    python = os.path.realpath(sys.executable)
    script = str(Path(launcher.__file__).resolve())
    try:
        return subprocess.Popen(
            [python, "-I", "-S", script, str(connection.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            pass_fds=[connection.fileno()],
            start_new_session=True,
            **user.process_arguments(),
        )
    except OSError as error:
        raise SandboxUnavailable(
            f"User {user.uid} cannot run {python} ({error.strerror}); "
            "use a Python that every user can execute, as the distribution's."
        ) from error
