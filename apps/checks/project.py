"""What a project is to the checker, and what a project's own code may ask of it.

A project is a folder under ``apps/checks/projects/`` whose package holds one ``PROJECT``;
``apps/checks/projects/__init__.py`` lists them in one dict.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apps import sandbox
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.results import Chart, Metric, Stage, Test
from apps.checks.server import LearnerServer


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check as announced: the page shows it from the first second, as waiting."""

    name: str
    title: str
    stage: Stage
    max_score: float
    required: bool = True
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRun:
    """One of the manifest's commands, as it went in the sandbox."""

    command: str  # "train"
    result: sandbox.Result
    outputs: Mapping[str, Path]  # placeholder -> host file or folder; only those that were made
    problem: str = (
        ""  # empty when it ended well and made its outputs; else a sentence that says why
    )

    @property
    def ok(self) -> bool:
        return not self.problem


class Session(Protocol):
    """The learner's repository, ready to run, as a project's behaviour checks see it.

    Whatever comes back from ``run`` is untrusted data in files on the host.
    """

    @property
    def seed(self) -> bytes:
        """32 secret bytes of this draw; derive every random number from them."""

    @property
    def root(self) -> Path:
        """The learner's files as they were handed in; no code of theirs can change them."""

    def run(
        self,
        command: str,
        *,
        inputs: Mapping[str, bytes | Path],
        outputs: Iterable[str],
        limits: sandbox.Limits | None = None,
    ) -> CommandRun:
        """Run a manifest command with its placeholders filled in.

        ``inputs``: placeholder name -> content, or a host path that an earlier run returned; the
        learner sees a read-only file (CSV inputs end in ``.csv``), or for a
        ``folder_input.PackedFolder`` a read-only folder. ``outputs``: placeholder names
        that the command must write. A command that fails is an answer, not an exception.
        """

    def serve(
        self,
        endpoints: MockEndpoints | None = None,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[LearnerServer]:
        """The learner's server, started; only for a project with ``serves``.

        ``endpoints``: what it can reach besides itself. ``variables``: set inside, as where the
        endpoints are.
        """

    def report(self, test: Test) -> None:
        """Hand over a finished check; the page shows it at once."""

    def measure(self, metric: Metric) -> None: ...

    def draw(self, chart: Chart) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    value: float
    error: float  # the standard error of a learner's own: on a fifth of the starter data


@dataclass(frozen=True, slots=True, kw_only=True)
class Remeasurement:
    """The learner's commands once more, on the data that this learner has at home."""

    data: Mapping[str, bytes]  # inputs of train
    question: Mapping[str, bytes]  # inputs of predict: rows of the same process
    measure: Callable[[Path], Estimate]  # of what predict wrote. Raises UnusableOutput.


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadmeFigure:
    """A figure that every README of the project states, as its brief asks."""

    name: str  # "RMSE of the log price"
    words: re.Pattern[str]  # how people write it
    example: str  # "RMSE 0.143"
    remeasure: Callable[[bytes], Remeasurement]  # for the seed of a learner's starter data


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    slug: str
    version: str  # of the checker; goes up with every change that can change a verdict
    commands: tuple[str, ...]  # the manifest must have these
    limits: Mapping[str, sandbox.Limits]  # per command or "serve", published on the project page
    checks: tuple[CheckSpec, ...]  # of stage behaviour, in the order of the page
    # seed -> file name -> content: what a learner downloads. The training data of a check come
    # from the same process with another seed.
    starter_data: Callable[[bytes], Mapping[str, bytes]]
    # Runs the project's own checks and reports each one of ``checks`` once.
    behaviour: Callable[[Session], None]
    # Two trainings on the same data and seed: the inputs of train, and of predict, for the
    # reproducibility stage (the predictions of both must be equal within ``tolerance``).
    reproducibility_inputs: Callable[[bytes], tuple[Mapping[str, bytes], Mapping[str, bytes]]]
    read_predictions: Callable[[Path], "list[float]"]
    readme_figure: ReadmeFigure
    tolerance: float = 1e-9
    serves: bool = False  # the manifest must have [serve]
