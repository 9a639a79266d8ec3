"""How long the check of each project's reference takes, and what the checker adds to the commands.

``python -m benchmarks.checkers [SLUG …]`` runs it, each check with its environment there already.
The last column is the time in which none of the learner's commands ran, nor their server where
there is one, as a share of the seconds of all commands. Of two beside each other both count, so
that the learner's own work is the same as if they had run in turn.
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.checks import session
from apps.checks.check import CheckConfig, Request, check_repository
from apps.checks.environment import EnvironmentConfig, default_ca_bundle, prepare
from apps.checks.interpreters import choose_interpreter
from apps.checks.project import CommandRun
from apps.checks.projects import PROJECTS
from apps.checks.requirements import read_requirements
from apps.checks.results import CheckResult, Outcome
from apps.checks.server import LearnerServer
from apps.checks.source import Folder
from tests.checks.samples import lay_out

SEED, STARTER_SEED = (hashlib.sha256(text).digest() for text in (b"benchmark", b"starter"))
FIRST_LINE = (
    f"{'check':<34}{'seconds':>9}{'longest training':>18}{'in commands':>13}{'beyond them':>13}"
)


@dataclass(slots=True)
class Spent:
    seconds: float = 0.0
    # Begin and end of the learner's commands and servers; two may run beside each other.
    busy: list[tuple[float, float]] = field(default_factory=list)
    trainings: list[float] = field(default_factory=list)

    @property
    def commands(self) -> float:
        return sum(end - begin for begin, end in self.busy)

    @property
    def beyond(self) -> float:
        """Seconds in which none of them ran."""
        seconds, until = self.seconds, 0.0
        for begin, end in sorted(self.busy):
            seconds -= max(end - max(begin, until), 0)
            until = max(end, until)
        return seconds


def main(slugs: list[str]) -> int:
    sys.stdout.write(f"{FIRST_LINE}\n")
    bundle = default_ca_bundle()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as name:
        home = Path(name)
        home.chmod(0o755)
        config = CheckConfig(
            home=home, packages=EnvironmentConfig(ca_bundle=bundle), ca_bundle=bundle
        )
        for slug in slugs or PROJECTS:
            folder = lay_out(slug, "reference", home / slug)
            warm(folder, config)
            with watched() as spent:
                result = checked(slug, folder, config)
            sys.stdout.write(f"{line(slug, spent)}\n")
            if result.outcome is not Outcome.PASSED:
                sys.stdout.write(f"  {result.output}\n")
                failed = 1
    return failed


def warm(folder: Path, config: CheckConfig) -> None:
    with prepare(
        read_requirements(folder),
        python=choose_interpreter(None),
        store=config.environments,
        config=config.packages,
    ):
        pass


def checked(slug: str, folder: Path, config: CheckConfig) -> CheckResult:
    return check_repository(
        Request(
            project=PROJECTS[slug], source=Folder(folder), seed=SEED, starter_seed=STARTER_SEED
        ),
        config=config,
    )


@contextmanager
def watched() -> Iterator[Spent]:
    spent = Spent()
    run, serve = session.RepositorySession.run, session.RepositorySession.serve

    def timed(self: session.RepositorySession, command: str, **rest: Any) -> CommandRun:
        found = run(self, command, **rest)
        now = time.perf_counter()
        spent.busy.append((now - found.result.wall_s, now))
        if command == "train":
            spent.trainings.append(found.result.wall_s)
        return found

    @contextmanager
    def timed_server(
        self: session.RepositorySession, *given: Any, **rest: Any
    ) -> Iterator[LearnerServer]:
        up = time.perf_counter()
        with serve(self, *given, **rest) as server:
            yield server
        spent.busy.append((up, time.perf_counter()))

    session.RepositorySession.run = timed  # type: ignore[method-assign]
    session.RepositorySession.serve = timed_server  # type: ignore[method-assign]
    started = time.perf_counter()
    try:
        yield spent
    finally:
        session.RepositorySession.run = run  # type: ignore[method-assign]
        session.RepositorySession.serve = serve  # type: ignore[method-assign]
    spent.seconds = time.perf_counter() - started


def line(slug: str, spent: Spent) -> str:
    return (
        f"{slug:<34}{spent.seconds:>9.1f}{max(spent.trainings):>18.1f}{spent.commands:>13.1f}"
        f"{spent.beyond / spent.commands:>13.0%}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
