"""The check of one repository: six stages in order, one result. Runs in a worker or on a laptop."""

import contextlib
import errno
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from apps import sandbox
from apps.checks import stages
from apps.checks.environment import Environment, EnvironmentConfig, prepare
from apps.checks.errors import Cancelled, CheckError, InvalidSubmission, PlatformError
from apps.checks.events import (
    EventCallback,
    FilesFetched,
    Output,
    StageFinished,
    StageStarted,
    TestFinished,
)
from apps.checks.fetch import fetch
from apps.checks.interpreters import choose_interpreter, find_interpreters
from apps.checks.job import job_folder
from apps.checks.manifest import Manifest, read_manifest
from apps.checks.meanwhile import meanwhile
from apps.checks.project import CheckSpec, Project
from apps.checks.projects import PROJECTS
from apps.checks.readme import check_readme, check_readme_figure
from apps.checks.requirements import Requirements, read_requirements
from apps.checks.results import CheckResult, Outcome, Phase, Provenance, Stage, Test
from apps.checks.server import OUTPUTS
from apps.checks.session import RepositorySession
from apps.checks.snapshot import read_snapshot
from apps.checks.source import FetchConfig, Fetched, Source
from apps.checks.tests_notice import check_tests_notice
from apps.checks.verdicts import failed, not_run, passed

logger = logging.getLogger(__name__)

SEED_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConfig:
    """What an installation decides; the same for every check."""

    home: Path  # environments, caches and the folders of running jobs
    packages: EnvironmentConfig
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    allow_local: bool = False  # file:// and http:// repositories
    ca_bundle: Path | None = None

    @property
    def environments(self) -> Path:
        return self.home / "environments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One repository to check."""

    project: Project
    source: Source
    seed: bytes = field(repr=False)
    # The token that must stand in the manifest; None: not judged (check_repo).
    token: str | None = field(default=None, repr=False)
    # Of the data that the learner has at home; None: not known, as at home.
    starter_seed: bytes | None = field(default=None, repr=False)


def announced_checks(project: Project) -> tuple[CheckSpec, ...]:
    """Every check of a project in the order of the page, the ones of all projects included."""
    return (*stages.BEFORE_BEHAVIOUR, *project.checks, *stages.AFTER_BEHAVIOUR)


def seed_id(seed: bytes) -> str:
    """Names a seed without giving it away: a truncated HMAC."""
    return hmac.new(seed, b"milepost seed id", hashlib.sha256).hexdigest()[:16]


def check_repository(
    request: Request,
    *,
    config: CheckConfig,
    on_event: EventCallback = lambda event: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> CheckResult:
    """Run all six stages. Never raises: whatever goes wrong becomes the result's outcome.

    ``on_event`` is called in this thread, in order. ``cancelled`` is asked several times a
    second; once True, the check ends with outcome ``cancelled``.
    """
    check = _Check(request, config, on_event, cancelled)
    started = time.monotonic()
    try:
        with contextlib.ExitStack() as held:
            check.run(held.enter_context(job_folder(config.home)), held=held)
    except CheckError as error:
        ended = error
    except sandbox.SandboxUnavailable as error:
        ended = PlatformError("no_sandbox", str(error))
    except OSError as error:
        logger.exception("check of %s", request.project.slug)
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        ended = PlatformError("disk_full" if full else "internal", str(error))
    except Exception as error:  # a defect of ours must not become the learner's failure
        logger.exception("check of %s", request.project.slug)
        ended = PlatformError("internal", f"{type(error).__name__}: {error}")
    else:
        return check.result(time.monotonic() - started)
    return check.ended_by(ended, time.monotonic() - started)


class _Check:
    def __init__(
        self,
        request: Request,
        config: CheckConfig,
        on_event: EventCallback,
        cancelled: Callable[[], bool],
    ) -> None:
        self.request = request
        self.project = request.project
        self.config = config
        self.on_event = on_event
        self.cancelled = cancelled
        self.specs = announced_checks(request.project)
        self.tests: dict[str, Test] = {}
        self.phases: list[Phase] = []
        self.fetched: Fetched | None = None
        self.environment: Environment | None = None
        self.session: RepositorySession | None = None

    # The stages, in order ----------------------------------------------------------------------

    def run(self, folder: Path, *, held: contextlib.ExitStack) -> None:
        with self._stage(Stage.REPOSITORY):
            manifest = self._fetch(folder / "repository")
        with self._stage(Stage.ENVIRONMENT):
            self.environment = self._prepare(folder / "repository", manifest, held=held)
        session = self.session = self._open_session(folder, manifest, self.environment)
        with self._stage(Stage.DOCUMENTATION):
            self._report(check_readme(session.root))
        # The project keeps what it makes of a seed, so the next stage finds it made.
        ahead = meanwhile(lambda: self.project.reproducibility_inputs(self.request.seed))
        with self._stage(Stage.TESTS), ahead:
            own_tests = stages.check_own_tests(session)
            self._report(own_tests)
            self._report(check_tests_notice(session, own_tests=own_tests))
        with self._stage(Stage.BEHAVIOUR):
            self.project.behaviour(session)
            self._all_reported(Stage.BEHAVIOUR)
        with self._stage(Stage.REPRODUCIBILITY):
            self._reproduce(session)

    def _fetch(self, into: Path) -> Manifest:
        request, config = self.request, self.config
        self.fetched = fetch(
            request.source,
            into=into,
            config=FetchConfig(
                allow_local=config.allow_local,
                allowed_networks=config.allowed_networks,
                ca_bundle=config.ca_bundle,
            ),
            cancelled=self.cancelled,
        )
        self.on_event(FilesFetched(commit=self.fetched.commit, files=read_snapshot(into)))
        manifest = read_manifest(
            into, project=self.project, slugs=PROJECTS, pythons=find_interpreters()
        )
        if request.token is not None and not hmac.compare_digest(manifest.token, request.token):
            raise InvalidSubmission(
                "foreign_token",
                "The token in milepost.toml is not yours. "
                "Copy the one from this project's page into [project] token.",
            )
        if (into / OUTPUTS).exists():
            raise InvalidSubmission(
                "reserved_name",
                f"The repository has a {OUTPUTS} at its root, where the checker collects what your "
                "commands write. Remove or rename it.",
            )
        (into / OUTPUTS).mkdir()
        self._report(
            passed(
                stages.REPOSITORY,
                f"{self.fetched.files} files, {_size(self.fetched.size)}; milepost.toml is right.",
                evidence={"files": self.fetched.files, "bytes": self.fetched.size},
            )
        )
        return manifest

    def _prepare(
        self, root: Path, manifest: Manifest, *, held: contextlib.ExitStack
    ) -> Environment:
        requirements = read_requirements(root)
        environment = held.enter_context(
            prepare(
                requirements,
                python=choose_interpreter(manifest.python),
                store=self.config.environments,
                config=self.config.packages,
                cancelled=self.cancelled,
                on_output=self._tell_output,
            )
        )
        self._report(
            passed(
                stages.ENVIRONMENT,
                f"{_installed(requirements)} on Python {environment.python}.",
                evidence={"requirements": list(requirements.lines)},
            )
        )
        return environment

    def _open_session(
        self, folder: Path, manifest: Manifest, environment: Environment
    ) -> RepositorySession:
        return RepositorySession(
            project=self.project,
            manifest=manifest,
            environment=environment,
            root=folder / "repository",
            folder=folder,
            seed=self.request.seed,
            on_output=self._tell_output,
            on_test=self._report,
            cancelled=self.cancelled,
        )

    def _reproduce(self, session: RepositorySession) -> None:
        broken = next((run for run in session.runs if run.command == "train" and not run.ok), None)
        if broken:
            for spec in stages.AFTER_BEHAVIOUR:
                self._report(not_run(spec, "Training failed, so it cannot be repeated."))
        else:
            self._report(stages.check_reproducible(session))
            self._report(check_readme_figure(session, self.request.starter_seed))

    # Telling -----------------------------------------------------------------------------------

    _current = Stage.REPOSITORY

    @contextlib.contextmanager
    def _stage(self, stage: Stage) -> Iterator[None]:
        if self.cancelled():
            raise Cancelled
        self._current = stage
        started = time.time()
        self.on_event(StageStarted(stage=stage))
        try:
            yield
        finally:
            self.phases.append(Phase(stage=stage, started=started, ended=time.time()))
        self.on_event(StageFinished(stage=stage, status=self._status(stage)))

    def _status(self, stage: Stage) -> Literal["passed", "failed", "not_run"]:
        tests = [test for test in self.tests.values() if test.stage is stage]
        if not any(test.ran for test in tests):
            return "not_run"
        return "failed" if any(_counts_against(test) for test in tests) else "passed"

    def _report(self, test: Test) -> None:
        self.tests[test.name] = test
        self.on_event(TestFinished(test=test))

    def _all_reported(self, stage: Stage) -> None:
        silent = [s.name for s in self.specs if s.stage is stage and s.name not in self.tests]
        if silent:
            raise PlatformError("silent_check", f"No answer from {', '.join(silent)}.")

    def _tell_output(self, text: str) -> None:
        self.on_event(Output(stage=self._current, text=text))

    # The result --------------------------------------------------------------------------------

    def result(self, seconds: float) -> CheckResult:
        against = [test for test in self.tests.values() if _counts_against(test)]
        outcome = self._limit_hit() or Outcome.FAILED if against else Outcome.PASSED
        output = _left_to_mend(against) or f"Every required check passed: {self._points()}."
        return self._document(outcome, output, seconds)

    def _limit_hit(self) -> Outcome | None:
        """The limit that one of the learner's commands ran into first, if any did."""
        limits = {outcome.value for outcome in Outcome}
        runs = self.session.runs if self.session else []
        hit = next((run.result.outcome for run in runs if run.result.outcome in limits), None)
        return Outcome(hit) if hit else None

    def _points(self) -> str:
        score = sum(test.score for test in self.tests.values())
        return f"{score:g} of {sum(spec.max_score for spec in self.specs):g} points"

    def ended_by(self, error: CheckError, seconds: float) -> CheckResult:
        """A check that ended before its verdict: the stage that it ended in, and what it missed."""
        specs = [spec for spec in self.specs if spec.name not in self.tests]
        learners = isinstance(error, InvalidSubmission)
        for spec in specs:
            if learners and spec is specs[0]:
                self._report(failed(spec, error.message, hint="", tags=(error.code,)))
            else:
                self._report(not_run(spec, _BECAUSE[error.outcome]))
        reached = {phase.stage for phase in self.phases}
        for stage in Stage:
            if stage is self._current or stage not in reached:
                self.on_event(StageFinished(stage=stage, status=self._status(stage)))
        return self._document(error.outcome, error.message, seconds, code=error.code)

    def _document(
        self, outcome: Outcome, output: str, seconds: float, *, code: str = ""
    ) -> CheckResult:
        session = self.session
        return CheckResult(
            outcome=outcome,
            output=output,
            code=code,
            execution_time=round(seconds, 3),
            tests=tuple(self.tests[spec.name] for spec in self.specs),
            metrics=tuple(session.metrics) if session else (),
            artifacts=tuple(session.charts) if session else (),
            provenance=self._provenance(),
        )

    def _provenance(self) -> Provenance:
        runs = self.session.runs if self.session else []
        return Provenance(
            checker_version=f"{self.project.slug} {self.project.version}",
            commit=self.fetched.commit if self.fetched else "",
            lock_hash=self.environment.lock_hash if self.environment else "",
            python=self.environment.python if self.environment else "",
            seed_id=seed_id(self.request.seed),
            limits={
                command: {
                    "wall_s": limits.wall_s,
                    "cpu_s": limits.cpu_s,
                    "memory_mb": limits.memory_mb,
                    "processes": limits.pids,
                    "disk_mb": limits.disk_mb,
                }
                for command, limits in self.project.limits.items()
            },
            backend=runs[-1].result.backend if runs else "",
            limit_tier=runs[-1].result.limit_tier if runs else "",
            phases=tuple(self.phases),
        )


_BECAUSE = {
    Outcome.INVALID_SUBMISSION: "The check ended before it.",
    Outcome.PLATFORM_ERROR: "The check broke on our side before it.",
    Outcome.CANCELLED: "You cancelled the check before it.",
}


def _counts_against(test: Test) -> bool:
    return test.required and test.status == "failed"


def _left_to_mend(against: Sequence[Test]) -> str:
    """Those that failed, and those that only wait for them; empty if there are none."""
    failures = [test for test in against if test.ran] or list(against)
    if not failures:
        return ""
    count, first = len(failures), _lower_first(failures[0].title)
    if count == 1:
        text = f"One check is left to mend: {first}."
    else:
        text = f"{count} checks are left to mend, first: {first}."
    waiting = len(against) - count
    return f"{text} {waiting} more could not run." if waiting else text


def _installed(requirements: Requirements) -> str:
    if not requirements.source:
        return (
            "There is no requirements.txt, pyproject.toml or uv.lock, so pytest alone is installed,"
        )
    count = len(requirements.lines)
    noun = "requirement" if count == 1 else "requirements"
    return f"{count} {noun} from {requirements.source}, pytest included,"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def _lower_first(title: str) -> str:
    return title[:1].lower() + title[1:]
