"""What a run in the sandbox is given and what comes back: plain, frozen data.

Nothing here starts a process, so every other module may import it.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

# Where the files of a job stand inside, and its working directory.
JOB = "/job"
# The one TCP port (on 127.0.0.1, inside) that a job given a gateway can reach.
GATEWAY_PORT = 3128

type OutputCallback = Callable[[Literal["stdout", "stderr"], bytes], None]
# Called in a thread of its own with each connection that the job makes to GATEWAY_PORT.
type Gateway = Callable[[socket.socket], None]


class Outcome(StrEnum):
    OK = "ok"
    NONZERO_EXIT = "nonzero_exit"
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    DISK_LIMIT = "disk_limit"
    PROCESS_LIMIT = "process_limit"
    SANDBOX_ERROR = "sandbox_error"


class Backend(StrEnum):
    """What stands between a job and the host's kernel."""

    BUBBLEWRAP = "bubblewrap"  # namespaces and a filter of system calls
    GVISOR = "gvisor"  # besides namespaces, a kernel of its own in user space


class Layer(StrEnum):
    """A part of the sandbox that can be left out, to show what it is for: never for a job."""

    SECCOMP = "filter of system calls"
    PID_NAMESPACE = "process namespaces"
    NETWORK_NAMESPACE = "network namespace"
    IPC_NAMESPACE = "IPC namespace"
    UTS_NAMESPACE = "UTS namespace"
    NO_ROOT = "no root inside"
    NO_CAPABILITIES = "capabilities dropped"
    PRIVATE_ROOT = "no folder of the host but /usr"
    READ_ONLY_ROOT = "read-only root folder"
    OWN_PROC = "/proc of its own, with /proc/sys read-only"
    OWN_DEV = "/dev of its own"
    OWN_ETC = "/etc of its own"
    NEW_SESSION = "new session"
    NAMESPACE_LIMITS = "limits of the user namespace"
    RESOURCE_LIMITS = "resource limits of each process"


class SandboxUnavailable(Exception):
    """No sandbox can be had on this machine; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    wall_s: float = 60.0
    cpu_s: float = 60.0  # summed over the whole process tree
    memory_mb: int = 1024  # of the whole process tree; MiB
    pids: int = 64  # processes and threads
    disk_mb: int = 256  # size of the tmpfs at /job; MiB
    inodes: int = 20_000
    output_kb: int = 256  # of each of stdout and stderr; KiB


@dataclass(frozen=True, slots=True)
class Mount:
    """A host folder or file seen inside at ``target``."""

    source: Path
    target: str
    # Only for trusted tools that fill a folder of ours (git, uv). Never for learner code.
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Artifact:
    path: str  # relative to /job, "/" as separator
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    outcome: Outcome
    exit_code: int | None  # None when ended by a signal or by a limit
    signal: int | None
    wall_s: float
    cpu_s: float
    peak_memory_bytes: int
    stdout: str
    stderr: str
    stdout_cut: bool
    stderr_cut: bool
    backend: str  # a ``Backend``
    limit_tier: str  # "cgroup2" | "cgroup1" | "fallback"
    artifacts: tuple[Artifact, ...] = ()
    # Files left out of ``artifacts``, each with the reason: "a\\x1bb: the name has odd characters".
    refused: tuple[str, ...] = ()
    # One sentence for people when the outcome is not "ok" ("used more than 512 MiB of memory").
    message: str = ""
