"""What a check tells while it runs: frozen messages, stored by the worker and shown live."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from apps.checks.results import Stage, Test
from apps.checks.snapshot import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted:
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFinished:
    stage: Stage
    status: Literal["passed", "failed", "not_run"]
    summary: str = ""  # one short sentence: "312 files, 1.4 MB", or why it was not run


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFinished:
    __test__: ClassVar[bool] = False  # pytest: not a class of tests

    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A piece of what the learner's code or an install prints; untrusted text."""

    stage: Stage
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesFetched:
    """What was handed in, once; untrusted text."""

    commit: str  # git SHA, or SHA-256 of the zip
    files: tuple[SourceFile, ...]


type Event = StageStarted | StageFinished | TestFinished | Output | FilesFetched
type EventCallback = Callable[[Event], None]
