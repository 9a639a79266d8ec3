"""Tries every layer of the sandbox on this machine and says what to change."""

import errno
import json
import os
import platform
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from apps.sandbox import bubblewrap, identity
from apps.sandbox.model import GATEWAY_PORT, Limits, Mount, Outcome, Result, SandboxUnavailable
from apps.sandbox.run import available, run

_PROBE = Path(__file__).with_name("probe.py")
_LIMITS = Limits(wall_s=20, cpu_s=20, memory_mb=64, pids=16, disk_mb=8, inodes=64)
_GREETING = b"milepost"


@dataclass(frozen=True, slots=True)
class Finding:
    """``unproven``: this machine cannot show it; that is no failure."""

    state: Literal["ok", "bad", "unproven"]
    layer: str
    detail: str
    mend: str = ""

    def line(self) -> str:
        mend = f" → {self.mend}" if self.mend else ""
        return f"{self.state:<9}{self.layer}: {self.detail}{mend}"


def main() -> int:
    findings = []
    for finding in examine():
        print(finding.line(), flush=True)  # noqa: T201
        findings.append(finding)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


def examine() -> Iterator[Finding]:
    """Each layer as it is found. Without a working sandbox the later ones cannot be tried."""
    binary = _attempt("bubblewrap", _bubblewrap)
    yield binary
    started = _attempt("user namespaces", _namespaces)
    yield started
    if "bad" in (binary.state, started.state):
        return
    try:
        probed = _probe("facts", gateway=_greet)
    except (SandboxUnavailable, ValueError) as error:
        yield Finding("bad", "probe", str(error))
        return
    facts = _facts(probed)
    yield _system_calls(facts)
    yield _tmpfs(facts)
    yield _network(facts)
    yield _processes(probed, facts)
    yield _memory(_probe("memory"))
    yield from _tier(probed.limit_tier)


def _attempt(layer: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding("ok", layer, attempt())
    except (SandboxUnavailable, ValueError) as error:
        return Finding("bad", layer, str(error))


def _bubblewrap() -> str:
    user = identity.current()
    return f"{bubblewrap.find(user)}, for jobs of user {user.uid}"


def _namespaces() -> str:
    available()
    return "a trivial command ran in its own namespaces"


def _probe(action: str, gateway: Callable[[socket.socket], None] | None = None) -> Result:
    """Run this Python inside, wherever it is installed."""
    python = Path(os.path.realpath(sys.executable))
    mounts = [Mount(_PROBE, "/probe.py")]
    if not python.is_relative_to("/usr"):
        mounts.append(Mount(Path(sys.base_prefix), sys.base_prefix))
    return run(
        [str(python), "-I", "-S", "/probe.py", action, str(GATEWAY_PORT)],
        limits=_LIMITS,
        mounts=mounts,
        gateway=gateway,
    )


def _greet(connection: socket.socket) -> None:
    connection.sendall(_GREETING)


def _facts(result: Result) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(result.stdout)
    except ValueError:
        return {}
    return facts


def _system_calls(facts: dict[str, Any]) -> Finding:
    refused = facts.get("keyctl") == errno.EPERM and facts.get("vsock") == errno.EAFNOSUPPORT
    detail = f"keyrings and AF_VSOCK {'are refused' if refused else 'are reachable'}"
    return Finding("ok" if refused else "bad", "seccomp", f"{detail} ({platform.machine()})")


def _tmpfs(facts: dict[str, Any]) -> Finding:
    made = facts.get("files", -1)
    held = 0 <= made <= _LIMITS.inodes
    return Finding(
        "ok" if held else "bad", "tmpfs", f"{made} files with a limit of {_LIMITS.inodes}"
    )


def _network(facts: dict[str, Any]) -> Finding:
    answered = facts.get("gateway") == _GREETING.decode()
    closed = facts.get("outside") == errno.ENETUNREACH
    detail = (
        f"the gateway {'answers' if answered else 'does not answer'}, "
        f"everything else is {'unreachable' if closed else 'REACHABLE'}"
    )
    return Finding("ok" if answered and closed else "bad", "network", detail)


def _processes(result: Result, facts: dict[str, Any]) -> Finding:
    made = facts.get("processes", -1)
    held = 0 <= made < _LIMITS.pids
    detail = f"{made} children with a limit of {_LIMITS.pids} ({result.limit_tier})"
    return Finding("ok" if held else "bad", "process limit", detail)


def _memory(result: Result) -> Finding:
    held = result.outcome is Outcome.OUT_OF_MEMORY
    detail = f"256 MiB with a limit of {_LIMITS.memory_mb}: {result.outcome} ({result.limit_tier})"
    return Finding("ok" if held else "bad", "memory limit", detail)


def _tier(tier: str) -> Iterator[Finding]:
    if tier == "fallback":
        prepare = f"sudo {sys.executable} -m apps.sandbox prepare --uid {os.geteuid()}"
        yield Finding(
            "ok", "tier", "fallback: limits are best effort; for exact ones", f"“{prepare}”"
        )
    else:
        yield Finding("ok", "tier", f"{tier}: limits are exact for the whole tree of processes")
    if tier != "cgroup2":
        yield _version_2()


def _version_2() -> Finding:
    try:
        controllers = Path("/sys/fs/cgroup/cgroup.controllers").read_text().split()
    except OSError:
        controllers = []
    if {"memory", "pids"} <= set(controllers):
        command = "“systemd-run --user --scope -p Delegate=yes make run”"
        return Finding("unproven", "cgroup2", "not delegated to us; a way to try it", command)
    detail = "unproven on this machine, which has no controllers of version 2"
    return Finding("unproven", "cgroup2", detail)
