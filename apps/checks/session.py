"""Runs the manifest's commands in the sandbox: what stages and projects see of a repository."""

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apps import sandbox
from apps.checks.environment import Environment
from apps.checks.errors import Cancelled, PlatformError
from apps.checks.folder_input import PackedFolder, unpack
from apps.checks.manifest import Manifest, command_line
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.project import CommandRun, Project
from apps.checks.results import Chart, Metric, Test
from apps.checks.server import OUTPUTS, LearnerServer
from apps.checks.text_file import last_line

INPUTS = "/data"  # where inputs stand inside
CSV_PLACEHOLDERS = frozenset({"data", "input", "output"})
_MOST_REFUSALS = 3  # told in a sentence
DEFAULT_LIMITS = sandbox.Limits(wall_s=60, cpu_s=90, memory_mb=2048, disk_mb=256)


@dataclass(slots=True)
class RepositorySession:
    """The one implementation of ``project.Session``."""

    project: Project
    manifest: Manifest
    environment: Environment
    root: Path  # the learner's files, and an empty folder OUTPUTS
    folder: Path  # of this job; inputs and outputs of each run stand below it
    seed: bytes
    on_output: Callable[[str], None]
    on_test: Callable[[Test], None]
    cancelled: Callable[[], bool]
    tests: list[Test] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    runs: list[CommandRun] = field(default_factory=list)
    _by_inputs: dict[tuple[str, str], CommandRun] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def earlier(self, command: str, *, inputs: Mapping[str, bytes | Path]) -> CommandRun | None:
        """The first run of the command on the same inputs, if there was one."""
        return self._by_inputs.get((command, _digest(inputs)))

    def run(
        self,
        command: str,
        *,
        inputs: Mapping[str, bytes | Path],
        outputs: Iterable[str],
        limits: sandbox.Limits | None = None,
    ) -> CommandRun:
        outputs = tuple(outputs)
        run_folder = self.folder / f"run-{next(self._numbers)}"
        run_folder.mkdir()
        mounts = [_mount(name, content, run_folder) for name, content in inputs.items()]
        inside = {mount.target: name for mount, name in zip(mounts, inputs, strict=True)}
        placeholders = {name: target for target, name in inside.items()} | {
            name: f"{sandbox.JOB}/{OUTPUTS}/{_file_name(name)}" for name in outputs
        }
        result = sandbox.run(
            command_line(self.manifest.commands[command], placeholders),
            directory=self.root,
            limits=limits or self.project.limits.get(command, DEFAULT_LIMITS),
            environment=self._variables(),
            mounts=[*self.environment.mounts, *mounts],
            on_output=lambda _, data: self.on_output(data.decode("utf-8", "replace")),
            artifacts_to=run_folder / "outputs",
            artifact_paths=[f"{OUTPUTS}/{_file_name(name)}" for name in outputs],
            cancelled=self.cancelled,
        )
        if self.cancelled():
            raise Cancelled
        if result.outcome is sandbox.Outcome.SANDBOX_ERROR:
            raise PlatformError("sandbox_error", f"The sandbox failed: {result.message}")
        run = _command_run(command, result, outputs, run_folder / "outputs" / OUTPUTS)
        self.runs.append(run)
        self._by_inputs.setdefault((command, _digest(inputs)), run)
        return run

    @contextlib.contextmanager
    def serve(
        self,
        endpoints: MockEndpoints | None = None,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> Iterator[LearnerServer]:
        """Where something was trained, ``MILEPOST_MODEL`` says where the last model is."""
        if self.manifest.serve is None:
            raise ValueError("the project's manifests need no [serve]")
        environment, mounts = self._variables(), [*self.environment.mounts]
        trained = [run for run in self.runs if run.command == "train" and run.ok]
        if trained:
            mounts.append(_mount("model", trained[-1].outputs["model"], self.folder))
            environment["MILEPOST_MODEL"] = mounts[-1].target
        server = LearnerServer(
            self.manifest.serve,
            directory=self.root,
            limits=self.project.limits.get("serve", DEFAULT_LIMITS),
            environment=environment | dict(variables or {}),
            mounts=mounts,
            endpoints=endpoints,
            on_output=lambda _, data: self.on_output(data.decode("utf-8", "replace")),
            cancelled=self.cancelled,
        )
        try:
            with server:
                yield server
        finally:
            if self.cancelled():  # whatever the check met then
                raise Cancelled

    def report(self, test: Test) -> None:
        self.tests.append(test)
        self.on_test(test)

    def measure(self, metric: Metric) -> None:
        self.metrics.append(metric)

    def draw(self, chart: Chart) -> None:
        self.charts.append(chart)

    def _variables(self) -> dict[str, str]:
        return {
            **self.environment.variables,
            # The learner's own project is never built; its root and src/ are importable instead.
            "PYTHONPATH": f"{sandbox.JOB}:{sandbox.JOB}/src",
            "MPLBACKEND": "Agg",
            # Threads beyond the two cores of a check only make its time vary.
            "OMP_NUM_THREADS": "2",
            "OPENBLAS_NUM_THREADS": "2",
            # A thread that waits for the others sleeps. Awake, it takes the core on which another
            # check computes: two trainings of scikit-learn's boosting side by side took twice as
            # long.
            "OMP_WAIT_POLICY": "passive",
        }


def _digest(inputs: Mapping[str, bytes | Path]) -> str:
    """Names inputs by their content; a file that an earlier run made, by its path."""
    digest = hashlib.sha256()
    for name, content in sorted(inputs.items()):
        value = content if isinstance(content, bytes) else bytes(content)
        digest.update(f"{name} {len(value)} ".encode() + value)
    return digest.hexdigest()


def _file_name(placeholder: str) -> str:
    return f"{placeholder}.csv" if placeholder in CSV_PLACEHOLDERS else placeholder


def _mount(placeholder: str, content: bytes | Path, run_folder: Path) -> sandbox.Mount:
    if isinstance(content, PackedFolder):
        return sandbox.Mount(_lay_out(content, run_folder / placeholder), f"{INPUTS}/{placeholder}")
    if isinstance(content, bytes):
        source = run_folder / _file_name(placeholder)
        source.write_bytes(content)
    else:
        source = content
    return sandbox.Mount(source, f"{INPUTS}/{_file_name(placeholder)}")


def _lay_out(folder: PackedFolder, into: Path) -> Path:
    into.mkdir()
    for name, content in unpack(folder).items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return into


def _command_run(
    command: str, result: sandbox.Result, outputs: tuple[str, ...], folder: Path
) -> CommandRun:
    made = {name: folder / _file_name(name) for name in outputs}
    made = {name: path for name, path in made.items() if path.exists()}
    problem = problem_of(command, result)
    missing = [name for name in outputs if name not in made]
    if not problem and missing:
        refused = "; ".join(result.refused[:_MOST_REFUSALS])
        why = f": {refused}." if refused else "."
        problem = (
            f"The {command} command ended well but wrote no usable file to {{{missing[0]}}}{why}"
        )
    return CommandRun(command=command, result=result, outputs=made, problem=problem)


def problem_of(command: str, result: sandbox.Result) -> str:
    """Why a command did not end well, in a sentence; empty if it did."""
    match result.outcome:
        case sandbox.Outcome.OK:
            return ""
        case sandbox.Outcome.NONZERO_EXIT:
            line = last_line(result.stderr.strip() or result.stdout)
            said = f" The last line that it printed: “{line}”" if line else " It printed nothing."
            return f"The {command} command ended with exit status {result.exit_code}.{said}"
        case sandbox.Outcome.SIGNAL:
            return f"The {command} command was ended by signal {result.signal}."
        case _:
            message = result.message[:1].lower() + result.message[1:]
            return f"The {command} command was stopped: {message}"
