"""Runs a command in the sandbox."""

import contextlib
import errno
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from apps.sandbox import artifacts, cgroups, identity, verdict
from apps.sandbox.copying import copy_in
from apps.sandbox.gateway import GatewayServer
from apps.sandbox.model import (
    Gateway,
    Limits,
    Mount,
    Outcome,
    OutputCallback,
    Result,
    SandboxUnavailable,
)
from apps.sandbox.process import Job, JobProcess
from apps.sandbox.usage import Meter
from apps.sandbox.watch import Watch
from apps.sandbox.watchdog import Watchdog

_BACKEND = "bubblewrap"
_ERROR_TAIL = 4096  # bytes
# First folders of a path that the sandbox fills itself.
_RESERVED = ("", "bin", "dev", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "usr")
# The least and the most that each limit may be. The launcher lives under the memory limit too,
# for some milliseconds; what the kernel refuses as too large must not pass for "no control groups".
_RANGES = {
    "wall_s": (0.0, 1e7),
    "cpu_s": (0.0, 1e7),
    "memory_mb": (32, 1 << 24),
    "pids": (1, 1 << 20),
    "disk_mb": (1, 1 << 24),
    "inodes": (1, 1 << 30),
    "output_kb": (0, 1 << 20),
}


def run(
    command: Sequence[str],
    *,
    directory: Path | None = None,
    limits: Limits = Limits(),
    environment: Mapping[str, str] | None = None,
    mounts: Sequence[Mount] = (),
    gateway: Gateway | None = None,
    on_output: OutputCallback | None = None,
    artifacts_to: Path | None = None,
    artifact_paths: Sequence[str] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Run ``command`` with ``/job`` as its working directory.

    ``directory``: its files are seen inside as a copy in ``/job``; the original is never touched.
    ``environment``: the only variables set inside besides PATH, HOME and LANG.
    ``mounts``: further host folders, read-only unless said otherwise.
    ``gateway``: the job's only way out; without it there is no network at all.
    ``on_output``: called with each piece of output, up to ``limits.output_kb`` of each stream.
    Writing more ends the run.
    ``artifacts_to``: what stands in ``/job`` afterwards is written there, by path relative to
    ``/job``; with ``artifact_paths`` only those files or folders. Only regular files.
    ``cancelled``: asked about four times a second; True ends the run.

    Raises SandboxUnavailable when the machine cannot isolate; never runs without isolation.
    Raises ValueError for a command, variable or mount that cannot be.
    """
    _check(command, environment or {}, mounts, artifact_paths or ())
    _check_limits(limits)
    user = identity.current()
    job = Job(
        command=command,
        environment=dict(environment or {}),
        mounts=mounts,
        limits=limits,
        with_gateway=gateway is not None,
        identity=user,
    )
    with contextlib.ExitStack() as cleanup:
        meter: Meter = cgroups.make_leaf(user.uid, user.gid, limits) or Watchdog(limits)
        cleanup.callback(meter.close)
        process = JobProcess(job, meter)
        cleanup.callback(process.close)
        watch = Watch(process, meter, limits, on_output, cancelled)
        if directory is not None and not _copied(directory, process, user):
            watch.ending = "input_too_large"
            return _result(watch, limits, meter.tier, artifacts.Collected())
        if gateway is not None and process.listener is not None:
            cleanup.enter_context(GatewayServer(process.listener, gateway))
        watch.follow()
        collected = artifacts.collect(
            process.folder.fileno(), limits, paths=artifact_paths, target=artifacts_to
        )
        return _result(watch, limits, meter.tier, collected)


def available() -> None:
    """Run a trivial command, to learn at start whether jobs will run.

    Raises SandboxUnavailable when the machine cannot isolate.
    """
    result = run(["true"], limits=Limits(wall_s=30))
    if result.outcome is not Outcome.OK:
        raise SandboxUnavailable(f"The sandbox does not work: {result.message} {result.stderr}")


def _check(
    command: Sequence[str],
    environment: Mapping[str, str],
    mounts: Sequence[Mount],
    artifact_paths: Sequence[str],
) -> None:
    if isinstance(command, str) or not command or not command[0]:
        raise ValueError("The command must be a list of a program and its arguments.")
    if any("\0" in text for text in (*command, *environment, *environment.values())):
        raise ValueError("The command and the environment must not hold NUL characters.")
    if any("=" in name or not name for name in environment):
        raise ValueError("A variable's name must not be empty or hold “=”.")
    for mount in mounts:
        if not mount.source.is_absolute() or not mount.target.startswith("/"):
            raise ValueError(f"The mount {mount.source} → {mount.target} needs absolute paths.")
        parts = mount.target.split("/")
        if ".." in parts or parts[1] in _RESERVED:
            raise ValueError(f"Nothing can be mounted at {mount.target}.")
    for path in artifact_paths:
        if path.startswith("/") or ".." in path.split("/") or "\0" in path:
            raise ValueError(f"The path {path!r} must be relative to the job's folder.")


def _check_limits(limits: Limits) -> None:
    for name, (least, most) in _RANGES.items():
        if not least <= getattr(limits, name) <= most:  # also refuses "not a number"
            raise ValueError(f"The limit {name} must be between {least:g} and {most:g}.")


def _copied(directory: Path, process: JobProcess, user: identity.Identity) -> bool:
    """False when the files are more than the job's disk holds."""
    try:
        copy_in(directory, process.folder.fileno(), user)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    return True


def _result(watch: Watch, limits: Limits, tier: str, collected: artifacts.Collected) -> Result:
    facts = verdict.Facts(
        exit_code=watch.exit_code,
        ending=watch.ending,
        usage=watch.usage,
        start_error=watch.start_error,
        disk_was_full=watch.disk_was_full,
        last_errors=bytes(watch.outputs["stderr"].kept[-_ERROR_TAIL:]),
    )
    decided = verdict.decide(facts, limits, tier)
    stdout, stderr = watch.outputs["stdout"], watch.outputs["stderr"]
    return Result(
        outcome=decided.outcome,
        exit_code=decided.exit_code,
        signal=decided.signal,
        wall_s=watch.wall_s,
        cpu_s=watch.usage.cpu_s,
        peak_memory_bytes=watch.usage.peak_memory_bytes,
        stdout=stdout.kept.decode(errors="replace"),
        stderr=stderr.kept.decode(errors="replace"),
        stdout_cut=stdout.cut,
        stderr_cut=stderr.cut,
        backend=_BACKEND,
        limit_tier=tier,
        artifacts=tuple(collected.artifacts),
        refused=collected.sentences(),
        message=decided.message,
    )
