"""Runs a command in the sandbox."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from apps.sandbox import artifacts
from apps.sandbox.job import Job, chosen_backend
from apps.sandbox.model import (
    Backend,
    Gateway,
    Limits,
    Mount,
    Outcome,
    OutputCallback,
    Result,
    SandboxUnavailable,
)
from apps.sandbox.watch import Watch


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
    backend: Backend | None = None,
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
    ``backend``: the one of MILEPOST_SANDBOX_BACKEND unless given, which is bubblewrap unless set.

    Raises SandboxUnavailable when the machine cannot isolate; never runs without isolation.
    Raises ValueError for a command, variable or mount that cannot be.
    """
    _check_artifact_paths(artifact_paths or ())
    job = Job(
        command=command,
        directory=directory,
        environment=environment or {},
        mounts=mounts,
        limits=limits,
        gateway=gateway,
        backend=backend or chosen_backend(),
    )
    return run_job(
        job,
        on_output=on_output,
        artifacts_to=artifacts_to,
        artifact_paths=artifact_paths,
        cancelled=cancelled,
    )


def run_job(
    job: Job,
    *,
    on_output: OutputCallback | None = None,
    artifacts_to: Path | None = None,
    artifact_paths: Sequence[str] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    with job.prepared() as process:
        watch = Watch(process, on_output, cancelled)
        if not job.copy_files(process):
            watch.ending = "input_too_large"
            return watch.result()
        job.start(process)
        watch.follow()
        collected = artifacts.collect(
            process.folder.fileno(), job.limits, paths=artifact_paths, target=artifacts_to
        )
        return watch.result(collected)


def available() -> None:
    """Run a trivial command, to learn at start whether jobs will run.

    Raises SandboxUnavailable when the machine cannot isolate.
    """
    result = run(["true"], limits=Limits(wall_s=30))
    if result.outcome is not Outcome.OK:
        raise SandboxUnavailable(f"The sandbox does not work: {result.message} {result.stderr}")


def _check_artifact_paths(paths: Sequence[str]) -> None:
    for path in paths:
        if path.startswith("/") or ".." in path.split("/") or "\0" in path:
            raise ValueError(f"The path {path!r} must be relative to the job's folder.")
