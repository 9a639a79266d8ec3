"""A command with its files, limits and surroundings, made ready to run in the sandbox."""

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from apps.sandbox import identity, launchers
from apps.sandbox.bubblewrap import BubblewrapProcess
from apps.sandbox.copying import copy_in
from apps.sandbox.gateway import GatewayServer
from apps.sandbox.gvisor import GVisorProcess
from apps.sandbox.model import Backend, Gateway, Layer, Limits, Mount, SandboxUnavailable
from apps.sandbox.process import JobProcess
from apps.sandbox.usage import Meter
from apps.sandbox.watchdog import Watchdog

# First folders of a path that the sandbox fills itself.
_RESERVED = ("", "bin", "dev", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "usr")
# The least and the most that each limit may be. The launcher lives under the memory limit too;
# what the kernel refuses as too large must not pass for "no control groups".
_RANGES = {
    "wall_s": (0.0, 1e7),
    "cpu_s": (0.0, 1e7),
    "memory_mb": (32, 1 << 24),
    "pids": (1, 1 << 20),
    "disk_mb": (1, 1 << 24),
    "inodes": (1, 1 << 30),
    "output_kb": (0, 1 << 20),
}


_PROCESSES: dict[Backend, type[JobProcess]] = {
    process.backend: process for process in (BubblewrapProcess, GVisorProcess)
}


def chosen_backend() -> Backend:
    """The one of MILEPOST_SANDBOX_BACKEND. Raises SandboxUnavailable for any other word."""
    name = os.environ.get("MILEPOST_SANDBOX_BACKEND") or Backend.BUBBLEWRAP
    try:
        return Backend(name)
    except ValueError:
        raise SandboxUnavailable(
            f"MILEPOST_SANDBOX_BACKEND is {name}; it must be {' or '.join(Backend)}."
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Raises ValueError when made with a command, variable, mount or limit that cannot be."""

    command: Sequence[str]
    directory: Path | None
    environment: Mapping[str, str]
    mounts: Sequence[Mount]
    limits: Limits
    gateway: Gateway | None
    without: Set[Layer] = frozenset()
    backend: Backend = field(default_factory=chosen_backend)
    user: identity.Identity = field(default_factory=identity.current)

    def __post_init__(self) -> None:
        command, environment = self.command, self.environment
        if isinstance(command, str) or not command or not command[0]:
            raise ValueError("The command must be a list of a program and its arguments.")
        if any("\0" in text for text in (*command, *environment, *environment.values())):
            raise ValueError("The command and the environment must not hold NUL characters.")
        if any("=" in name or not name for name in environment):
            raise ValueError("A variable's name must not be empty or hold “=”.")
        for mount in self.mounts:
            _check_mount(mount)
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self.limits, name) <= most:  # also refuses "not a number"
                raise ValueError(f"The limit {name} must be between {least:g} and {most:g}.")

    @contextlib.contextmanager
    def prepared(self) -> Iterator[JobProcess]:
        """Its processes, not started yet. Raises SandboxUnavailable."""
        with contextlib.ExitStack() as cleanup:
            launcher = launchers.take(self.user, self.without)
            cleanup.callback(launchers.release, launcher, self.user)
            meter: Meter = launcher.leaf or cleanup.enter_context(contextlib.closing(Watchdog()))
            process = _PROCESSES[self.backend](
                launcher, meter, limits=self.limits, without=self.without
            )
            cleanup.callback(process.close)
            listener = process.prepare(self.mounts, with_gateway=self.gateway is not None)
            if self.gateway is not None and listener is not None:
                cleanup.enter_context(GatewayServer(listener, self.gateway))
            yield process

    def copy_files(self, process: JobProcess) -> bool:
        """False when they are more than the job's disk holds."""
        if self.directory is None:
            return True
        try:
            copy_in(self.directory, process.folder.fileno(), self.user)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return False
        return True

    def start(self, process: JobProcess) -> None:
        process.start(
            self.command, environment=self.environment, mounts=self.mounts, user=self.user
        )


def _check_mount(mount: Mount) -> None:
    if not mount.source.is_absolute() or not mount.target.startswith("/"):
        raise ValueError(f"The mount {mount.source} → {mount.target} needs absolute paths.")
    parts = mount.target.split("/")
    if ".." in parts or parts[1] in _RESERVED:
        raise ValueError(f"Nothing can be mounted at {mount.target}.")
