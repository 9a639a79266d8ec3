"""The processes of one job, started by a launcher: what all backends share."""

import contextlib
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import ClassVar

from apps.sandbox import launcher
from apps.sandbox.descriptor import Descriptor
from apps.sandbox.identity import Identity
from apps.sandbox.launchers import Launcher
from apps.sandbox.model import GATEWAY_PORT, Backend, Layer, Limits, Mount, SandboxUnavailable
from apps.sandbox.usage import OWN_PROCESSES, Meter

_MIB = 1024 * 1024
# Our own folders and files on the job's tmpfs, and the pages that they take.
_OWN_INODES = 1 + len(launcher.FOLDERS) + len(launcher.ETC)
_OWN_BYTES = 64 * 1024
# For each process. A user's jobs may have as many more in flight between them, which must stay
# below what the worker may open (1024 nearly everywhere), or no descriptor could be sent to them.
OPEN_FILES = 512
NOT_EXECUTABLE, NOT_FOUND = 126, 127  # exit codes of a shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What builds the sandbox and runs the command in it."""

    path: str
    arguments: Sequence[str]  # from the program's own name on
    descriptors: Sequence[Descriptor]  # that it inherits, from 3 on; closed once it runs
    limits: Mapping[str, int]  # of resources: RLIMIT_… to the value, for it and the launcher


class JobProcess(ABC):
    """``prepare`` it once, then ``start`` and ``stop`` it, again and again if need be.

    Always ``close()`` it: that ends everything inside and waits until it is gone.
    """

    backend: ClassVar[Backend]
    # What the backend keeps on the job's tmpfs, besides what the job may.
    own_bytes: ClassVar[int] = 0
    own_inodes: ClassVar[int] = 0

    def __init__(
        self,
        launcher: Launcher,
        meter: Meter,
        *,
        limits: Limits,
        without: Set[Layer] = frozenset(),
    ) -> None:
        self.meter = meter
        self.limits = limits
        self._launcher = launcher
        self._without = without
        self._prepared = contextlib.ExitStack()
        self._started = contextlib.ExitStack()
        self._program: Descriptor | None = None  # a pidfd
        self._running = False
        self._status: int | None = None  # how it ended, as ``waitpid`` tells it
        meter.limit(self._counted_limits())

    def _counted_limits(self) -> Limits:
        """What is allowed to the job and to what the backend needs for it."""
        return self.limits

    def _writable_paths(self, mounts: Sequence[Mount]) -> list[str] | None:
        """What of the host is to stay writable for the backend; None leaves that to the backend."""
        return None

    @abstractmethod
    def _prepare_program(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        mounts: Sequence[Mount],
        user: Identity,
    ) -> Program: ...

    @abstractmethod
    def exit_code(self) -> int | None:
        """The command's exit code as a shell gives it; None when it was killed or never ran.

        Call it after ``stop()``.
        """

    @abstractmethod
    def start_failure(self, errors: bytes) -> tuple[int | None, str]:
        """Why there is no exit code; ``errors`` is the start of what was written to stderr.

        The exit code of a shell and a sentence for a command that cannot be executed; None for
        a sandbox that ended early, as by a lack of memory. Raises SandboxUnavailable when the
        sandbox could not be built.
        """

    def prepare(self, mounts: Sequence[Mount], *, with_gateway: bool) -> socket.socket | None:
        """Returns the gateway's listener, which only the job can reach.

        Raises SandboxUnavailable, or ValueError for a mount that the job's user cannot read.
        """
        size = self.limits.disk_mb * _MIB + _OWN_BYTES + self.own_bytes
        listeners = self._launcher.ask(
            {
                "do": "prepare",
                "mount_sources": [str(mount.source) for mount in mounts],
                "writable": self._writable_paths(mounts),
                "gateway_port": GATEWAY_PORT if with_gateway else None,
                "tmpfs": f"size={size},"
                f"nr_inodes={self.limits.inodes + _OWN_INODES + self.own_inodes}",
            }
        ).descriptors
        return self._prepared.enter_context(_as_socket(listeners[0])) if listeners else None

    @property
    def folder(self) -> Descriptor:
        """The job's folder."""
        return self._launcher.folder

    def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        mounts: Sequence[Mount],
        user: Identity,
    ) -> None:
        """Let the sandbox be built and the command run."""
        self._started.close()
        self._running = True
        program = self._prepare_program(command, environment=environment, mounts=mounts, user=user)
        self.stdout, stdout = self._pipe()
        self.stderr, stderr = self._pipe()
        given = [stdout, stderr, *program.descriptors]
        self._launcher.ask(
            {
                "do": "start",
                "program": program.path,
                "arguments": program.arguments,
                "limits": program.limits,
            },
            [descriptor.fileno() for descriptor in given],
        )
        for descriptor in given:
            descriptor.close()
        # It stays a child until ``stop``, so nobody else can have its number.
        number = self._launcher.child()
        self._program = self._keep(os.pidfd_open(number))
        self.meter.watch(number)

    def _pipe(self) -> tuple[Descriptor, Descriptor]:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        return self._keep(reader), self._keep(writer)

    def _keep(self, number: int) -> Descriptor:
        descriptor = Descriptor(number)
        self._started.callback(descriptor.close)
        return descriptor

    def clients(self, count: int) -> list[socket.socket]:
        """TCP sockets, not connected yet, for which 127.0.0.1 is the job's."""
        answer = self._launcher.ask({"do": "connect", "sockets": count})
        return [_as_socket(descriptor) for descriptor in answer.descriptors]

    @property
    def ended(self) -> Descriptor:
        """Readable once the command has ended."""
        if self._program is None:
            raise ValueError("the job has not been started")
        return self._program

    def stop(self) -> None:
        """End everything inside and wait for it."""
        try:
            status = self._launcher.ask({"do": "stop"}).report["status"]
        except SandboxUnavailable:  # the launcher itself was killed, as for a lack of memory
            self._launcher.kill()
        else:
            self._status = self._status if status is None else status
        self._running = False

    def close(self) -> None:
        try:
            if self._running:
                self.stop()
        finally:
            self._started.close()
            self._prepared.close()


def _as_socket(descriptor: Descriptor) -> socket.socket:
    return socket.socket(fileno=descriptor.detach())


def resource_limits(limits: Limits, *, counted: bool) -> dict[str, int]:
    """Per process. ``counted``: a cgroup limits memory and processes of the tree."""
    common = {
        # Not 0: a kernel that pipes core dumps into a program heeds no other number than 1.
        "RLIMIT_CORE": 1,
        "RLIMIT_NOFILE": OPEN_FILES,
        # Above the disk, so that a full disk is what a program meets first.
        "RLIMIT_FSIZE": limits.disk_mb * _MIB + _MIB,
        "RLIMIT_CPU": int(limits.cpu_s) + 2,  # the tree's sum ends the run before
        "RLIMIT_NICE": 0,
        "RLIMIT_RTPRIO": 0,
        "RLIMIT_MEMLOCK": 64 * 1024,
        "RLIMIT_MSGQUEUE": 64 * 1024,
        "RLIMIT_SIGPENDING": 1024,  # timers as well; all jobs of a user share the host's number
    }
    if counted:
        return common
    # The watchdog ends the run at the limit; this bounds what fits between two of its looks.
    return common | {
        "RLIMIT_DATA": limits.memory_mb * _MIB * 21 // 20,
        "RLIMIT_NPROC": limits.pids + OWN_PROCESSES,
    }
