"""The result of a check: Gradescope's ``results.json`` with optional keys beside its own.

Frozen, versioned dataclasses; ``to_json`` and ``from_json`` are the only way across a boundary.
The keys that are Gradescope's (score, execution_time, output, output_format, visibility, tests,
leaderboard) keep its meaning, so tools that read it go on working:
https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal

SCHEMA_VERSION = 1

type JSON = bool | int | float | str | list[JSON] | dict[str, JSON] | None


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    DISK_LIMIT = "disk_limit"
    PROCESS_LIMIT = "process_limit"
    INVALID_SUBMISSION = "invalid_submission"
    PLATFORM_ERROR = "platform_error"
    CANCELLED = "cancelled"

    @property
    def charged(self) -> bool:
        """Whether it counts as an attempt: a pass does, a fault of ours never."""
        return self not in {
            Outcome.INVALID_SUBMISSION,
            Outcome.PLATFORM_ERROR,
            Outcome.CANCELLED,
        }


class Stage(StrEnum):
    """The six stages, in the order in which they run and stand on the page."""

    REPOSITORY = "repository"
    ENVIRONMENT = "environment"
    DOCUMENTATION = "documentation"
    TESTS = "tests"
    BEHAVIOUR = "behaviour"
    REPRODUCIBILITY = "reproducibility"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One check's outcome. ``status`` is Gradescope's; a check not reached says why."""

    __test__: ClassVar[bool] = False  # pytest: not a class of tests

    name: str  # stable identifier, "gap_closed"
    title: str  # for people, "Predicts prices of houses it has not seen"
    stage: Stage
    status: Literal["passed", "failed"]
    score: float
    max_score: float
    required: bool = True
    output: str = ""  # the verdict with its numbers, one to three plain sentences
    output_format: Literal["text"] = "text"
    hint: str = ""  # what to do next when it failed, one or two sentences
    not_run_because: str = ""  # not reached: why. Its status is then "failed" and its score 0.
    concepts: tuple[str, ...] = ()  # what to relearn when it fails
    evidence: Mapping[str, JSON] = field(default_factory=dict)  # the numbers behind the verdict
    log: str = ""  # the tail of what the learner's own code printed, capped
    tags: tuple[str, ...] = ()
    visibility: Literal["visible"] = "visible"

    @property
    def ran(self) -> bool:
        return not self.not_run_because


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measured figure beside what it is compared with; all in ``unit``."""

    name: str
    title: str
    value: float
    unit: str = ""
    baseline: float | None = None  # the naive solution
    in_house: float | None = None  # the checker's own model on this draw
    achievable: float | None = None  # the best that the process allows
    threshold: float | None = None  # needed for this draw
    ci_low: float | None = None
    ci_high: float | None = None
    n: int | None = None
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLine:
    """A threshold drawn and named: at ``value`` of the axis ("diagonal" has no value)."""

    label: str
    axis: Literal["x", "y", "diagonal"]
    value: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture as data, for the page to draw.

    scatter: ``points`` (x, y). bar: ``labels`` with ``values``. histogram: ``values`` are counts
    between ``edges`` (one more edge than values). line: ``points`` in order of x.
    """

    name: str
    kind: Literal["scatter", "bar", "histogram", "line"]
    title: str
    summary: str  # the text alternative: what one should see
    x_label: str
    y_label: str
    test: str = ""  # name of the test it belongs to
    points: tuple[tuple[float, float], ...] = ()
    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()
    lines: tuple[ReferenceLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """When a stage ran; seconds since the epoch."""

    stage: Stage
    started: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the verdict rests on, enough to make it again together with the seed."""

    checker_version: str = ""
    commit: str = ""  # of a git repository; the SHA-256 of a zip
    lock_hash: str = ""
    python: str = ""
    seed_id: str = ""  # a truncated HMAC of the seed, never the seed
    limits: Mapping[str, JSON] = field(default_factory=dict)
    backend: str = ""
    limit_tier: str = ""
    phases: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    outcome: Outcome
    output: str  # the verdict in one sentence
    code: str = ""  # stable code of the error that ended it, if one did
    execution_time: float = 0.0  # seconds
    tests: tuple[Test, ...] = ()
    metrics: tuple[Metric, ...] = ()
    artifacts: tuple[Chart, ...] = ()
    provenance: Provenance = Provenance()
    leaderboard: tuple[JSON, ...] = ()
    output_format: Literal["text"] = "text"
    visibility: Literal["visible"] = "visible"
    schema_version: int = SCHEMA_VERSION

    @property
    def score(self) -> float:
        return sum(test.score for test in self.tests)

    @property
    def attempt_charged(self) -> bool:
        return self.outcome.charged


def to_json(result: CheckResult) -> dict[str, Any]:
    """As ``results.json``. NaN and infinities, which JSON has not, become null."""
    return {
        **_plain(result),
        "score": result.score,
        "attempt_charged": result.attempt_charged,
    }


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, StrEnum) else value


def from_json(document: Mapping[str, Any]) -> CheckResult:
    """The inverse of ``to_json``. Raises KeyError, TypeError or ValueError on anything else."""
    if document["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"result of schema version {document['schema_version']!r}")
    rest = {k: v for k, v in document.items() if k not in {"score", "attempt_charged"}}
    provenance = dict(rest["provenance"])
    provenance["phases"] = tuple(
        Phase(**{**phase, "stage": Stage(phase["stage"])}) for phase in provenance["phases"]
    )
    return CheckResult(
        **{
            **rest,
            "outcome": Outcome(rest["outcome"]),
            "tests": tuple(_test(test) for test in rest["tests"]),
            "metrics": tuple(Metric(**metric) for metric in rest["metrics"]),
            "artifacts": tuple(_chart(chart) for chart in rest["artifacts"]),
            "provenance": Provenance(**provenance),
            "leaderboard": tuple(rest["leaderboard"]),
        }
    )


def _test(document: Mapping[str, Any]) -> Test:
    return Test(
        **{
            **document,
            "stage": Stage(document["stage"]),
            "concepts": tuple(document["concepts"]),
            "tags": tuple(document["tags"]),
        }
    )


def _chart(document: Mapping[str, Any]) -> Chart:
    return Chart(
        **{
            **document,
            "points": tuple((x, y) for x, y in document["points"]),
            "labels": tuple(document["labels"]),
            "values": tuple(document["values"]),
            "edges": tuple(document["edges"]),
            "lines": tuple(ReferenceLine(**line) for line in document["lines"]),
        }
    )
