"""The processes of one run: the launcher, bubblewrap and what lives inside it."""

import array
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.sandbox import bubblewrap, launcher, seccomp
from apps.sandbox.descriptor import Descriptor
from apps.sandbox.identity import Identity
from apps.sandbox.model import GATEWAY_PORT, Limits, Mount, SandboxUnavailable
from apps.sandbox.unavailable import explain
from apps.sandbox.usage import OWN_PROCESSES, Meter

_MIB = 1024 * 1024
# Our own folders and files on the job's tmpfs, and the pages that they take.
_OWN_INODES = 1 + len(launcher.FOLDERS) + len(launcher.ETC)
_OWN_BYTES = 64 * 1024
_OPEN_FILES = 1024  # for each process
_STARTUP_TIMEOUT_S = 30.0
_DEATH_TIMEOUT_S = 10.0
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127  # exit codes of a shell
_LONGEST_MESSAGE = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to run, and as whom."""

    command: Sequence[str]
    environment: dict[str, str]
    mounts: Sequence[Mount]
    limits: Limits
    with_gateway: bool
    identity: Identity


class JobProcess:
    """Starts in ``__init__`` up to the moment before the command, runs it after ``go()``.

    Always ``close()`` it: that ends everything inside and waits until it is gone.
    """

    def __init__(self, job: Job, meter: Meter) -> None:
        self._cleanup = contextlib.ExitStack()
        self._meter = meter
        self._process: subprocess.Popen[bytes] | None = None
        self._bubblewrap: Descriptor | None = None  # a pidfd
        self.listener: socket.socket | None = None
        try:
            self._start(job, meter)
        except BaseException:
            self.close()
            raise

    def _start(self, job: Job, meter: Meter) -> None:
        control, launcher_control = self._sockets()
        self.stdout, stdout = self._pipe()
        self.stderr, stderr = self._pipe()
        self._status, status = self._pipe()
        filter_file = self._memory_file(seccomp.program(memory_is_counted=meter.tier != "fallback"))
        arguments = self._memory_file(
            bubblewrap.arguments(
                environment=job.environment,
                mounts=job.mounts,
                share_network=job.with_gateway,
                descriptors=bubblewrap.Descriptors(
                    filter=filter_file.fileno(), status=status.fileno()
                ),
            )
        )
        cgroups = [self._keep(number) for number in meter.join_descriptors()]
        inherited = (launcher_control, filter_file, arguments, status, *cgroups)
        config = _launcher_config(
            job, control=launcher_control, cgroups=cgroups, arguments=arguments
        )
        self._process = _start_launcher(job.identity, inherited, stdout, stderr)
        for descriptor in (*inherited, stdout, stderr):
            descriptor.close()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError), self._process.stdin as stream:
                stream.write(json.dumps(config).encode())
        self._control = control
        self._receive_handles()

    def _sockets(self) -> tuple[socket.socket, Descriptor]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._cleanup.enter_context(ours)
        ours.settimeout(_STARTUP_TIMEOUT_S)
        return ours, self._keep(theirs.detach())

    def _pipe(self) -> tuple[Descriptor, Descriptor]:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        return self._keep(reader), self._keep(writer)

    def _memory_file(self, content: bytes) -> Descriptor:
        descriptor = self._keep(os.memfd_create("sandbox", os.MFD_CLOEXEC))
        os.pwrite(descriptor.fileno(), content, 0)
        return descriptor

    def _keep(self, number: int) -> Descriptor:
        descriptor = Descriptor(number)
        self._cleanup.callback(descriptor.close)
        return descriptor

    def _receive_handles(self) -> None:
        space = socket.CMSG_SPACE(3 * array.array("i").itemsize)
        try:
            message, ancillary, _, _ = self._control.recvmsg(
                _LONGEST_MESSAGE, space, socket.MSG_CMSG_CLOEXEC
            )
        except OSError as error:
            raise SandboxUnavailable(f"The sandbox does not start: {error}.") from error
        numbers = array.array("i")
        for _, _, content in ancillary:
            numbers.frombytes(content)
        if not message:
            raise explain("launcher", self._last_words())
        descriptors = [self._keep(number) for number in numbers]
        report = json.loads(message)
        _raise_reported(report)
        self._bubblewrap, self.folder, *listeners = descriptors
        if listeners:
            self.listener = self._cleanup.enter_context(
                socket.socket(fileno=os.dup(listeners[0].fileno()))
            )
        self._meter.watch(report["process"])

    @property
    def ended(self) -> Descriptor:
        """Readable once nothing of the job lives any more."""
        if self._bubblewrap is None:
            raise ValueError("the job has not been started")
        return self._bubblewrap

    def go(self) -> None:
        """Let bubblewrap build the sandbox and run the command."""
        try:
            self._control.send(b"1")
            message = self._control.recv(_LONGEST_MESSAGE)  # empty on exec
        except OSError:
            raise explain("launcher", self._last_words()) from None
        if message:
            _raise_reported(json.loads(message))

    def exit_code(self) -> int | None:
        """The command's exit code as a shell gives it; None when it was killed or never ran.

        Call it after ``kill()``.
        """
        text = b""
        while chunk := os.read(self._status.fileno(), 4096):
            text += chunk
        for line in text.splitlines():  # a JSON document each
            document = json.loads(line)
            if "exit-code" in document:
                code: int = document["exit-code"]
                return code
        return None

    def start_failure(self, errors: bytes) -> tuple[int | None, str]:
        """Why there is no exit code, from bubblewrap's own words at the start of ``errors``.

        The exit code of a shell and a sentence for a command that cannot be executed; None for
        a sandbox that ended early, as by a lack of memory. Raises SandboxUnavailable when
        bubblewrap could not build the sandbox.
        """
        if not errors.startswith(b"bwrap: "):
            return None, ""
        words = errors.splitlines()[0].removeprefix(b"bwrap: ").decode(errors="replace")
        if not words.startswith("execvp "):
            raise explain("bubblewrap", words)
        program, _, reason = words.removeprefix("execvp ").rpartition(": ")
        if reason == "No such file or directory":
            return _NOT_FOUND, f"The program “{program}” was not found."
        return _NOT_EXECUTABLE, f"The program “{program}” cannot be executed: {reason}."

    def kill(self) -> None:
        """End everything inside and wait for it.

        bubblewrap is process 1 of a namespace: the kernel ends that with it, and counts it as
        ended once all others are gone.
        """
        if self._bubblewrap is not None:
            _kill_and_wait(self._bubblewrap)
        if self._process is not None:
            self._process.kill()
            self._process.wait(_DEATH_TIMEOUT_S)

    def close(self) -> None:
        try:
            self.kill()
        finally:
            self._cleanup.close()

    def _last_words(self) -> str:
        """What the launcher or bubblewrap has said about its own failure."""
        self.kill()
        ready, _, _ = select.select([self.stderr], [], [], 0)
        text = os.read(self.stderr.fileno(), 4096) if ready else b""
        return text.decode(errors="replace").strip() or "no message"


def _raise_reported(report: dict[str, Any]) -> None:
    if "layer" in report:
        raise explain(report["layer"], report["error"])


def _launcher_config(
    job: Job, *, control: Descriptor, cgroups: Sequence[Descriptor], arguments: Descriptor
) -> dict[str, Any]:
    limits = job.limits
    return {
        "control": control.fileno(),
        "cgroup_descriptors": [descriptor.fileno() for descriptor in cgroups],
        "mount_sources": [str(mount.source) for mount in job.mounts],
        "gateway_port": GATEWAY_PORT if job.with_gateway else None,
        "tmpfs": f"mode=0755,size={limits.disk_mb * _MIB + _OWN_BYTES},"
        f"nr_inodes={limits.inodes + _OWN_INODES}",
        "limits": _resource_limits(limits, counted=bool(cgroups)),
        "bubblewrap": bubblewrap.find(job.identity),
        "command": ["bwrap", "--args", str(arguments.fileno()), "--", *job.command],
    }


def _resource_limits(limits: Limits, *, counted: bool) -> dict[str, int]:
    """Per process. ``counted``: a cgroup limits memory and processes of the tree."""
    common = {
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": _OPEN_FILES,
        # Above the disk, so that a full disk is what a program meets first.
        "RLIMIT_FSIZE": limits.disk_mb * _MIB + _MIB,
        "RLIMIT_CPU": int(limits.cpu_s) + 2,  # the tree's sum ends the run before
        "RLIMIT_NICE": 0,
        "RLIMIT_RTPRIO": 0,
        "RLIMIT_MEMLOCK": 64 * 1024,
        "RLIMIT_MSGQUEUE": 64 * 1024,
    }
    if counted:
        return common
    # The watchdog ends the run at the limit; this bounds what fits between two of its looks.
    return common | {
        "RLIMIT_DATA": limits.memory_mb * _MIB + 64 * _MIB,
        # The launcher counts as well, outside the job's own namespace.
        "RLIMIT_NPROC": limits.pids + OWN_PROCESSES + 1,
    }


def _start_launcher(
    identity: Identity, inherited: Sequence[Descriptor], stdout: Descriptor, stderr: Descriptor
) -> subprocess.Popen[bytes]:
    # Not the link in a virtual environment, which may lie in a folder closed to the job's user.
    python = os.path.realpath(sys.executable)
    try:
        return subprocess.Popen(
            [python, "-I", "-S", str(Path(launcher.__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=stdout.fileno(),
            stderr=stderr.fileno(),
            cwd="/",
            env={},
            pass_fds=[descriptor.fileno() for descriptor in inherited],
            start_new_session=True,
            **identity.process_arguments(),
        )
    except OSError as error:
        raise SandboxUnavailable(
            f"User {identity.uid} cannot run {python} ({error.strerror}); "
            "use a Python that every user can execute, as the distribution's."
        ) from error


def _kill_and_wait(process: Descriptor) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
    poll = select.poll()
    poll.register(process, select.POLLIN)
    poll.poll(_DEATH_TIMEOUT_S * 1000)
