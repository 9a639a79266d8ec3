"""What the page of a project shows besides its brief: plain data for the template."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from apps.accounts.models import User
from apps.checks.check import announced_checks
from apps.checks.manifest import PLACEHOLDERS
from apps.checks.project import CheckSpec, Project
from apps.checks.projects import PROJECTS
from apps.checks.results import Stage
from apps.checks.wheel import build_wheel
from apps.curriculum.models import ProjectBrief
from apps.submissions import queries
from apps.submissions.models import Submission
from apps.submissions.wording import STAGE_EXPLANATIONS, STAGE_TITLES, state_and_word

TRIES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOfProject:
    title: str
    explanation: str
    checks: tuple[CheckSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    name: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    command: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPage:
    stages: tuple[StageOfProject, ...]
    limits: tuple[LimitLine, ...]
    starter_files: tuple[str, ...]
    wheel: str  # name of the checker that learners install
    commands: tuple[CommandLine, ...]
    attempts_left: int
    attempts_a_day: int
    tries: tuple[tuple[Submission, str, str], ...]  # with the state and word of its badge
    more_tries: bool
    in_progress: Submission | None


def project_page(*, learner: User, brief: ProjectBrief) -> ProjectPage:
    project = PROJECTS[brief.slug]
    used = queries.attempts_today(learner=learner, brief=brief)
    tries = list(queries.tries_of(learner=learner, brief=brief)[: TRIES_SHOWN + 1])
    return ProjectPage(
        stages=tuple(_stages(project)),
        limits=tuple(_limits(project)),
        starter_files=starter_files(brief.slug),
        wheel=build_wheel().filename,
        commands=tuple(_command(name) for name in project.commands),
        attempts_left=max(0, queries.ATTEMPTS_PER_DAY - used),
        attempts_a_day=queries.ATTEMPTS_PER_DAY,
        tries=tuple((one, *state_and_word(one)) for one in tries[:TRIES_SHOWN]),
        more_tries=len(tries) > TRIES_SHOWN,
        in_progress=queries.in_progress_of(learner=learner),
    )


@functools.cache
def starter_files(slug: str) -> tuple[str, ...]:
    """The names of a project's starter files; they do not depend on the seed."""
    return tuple(sorted(PROJECTS[slug].starter_data(bytes(32))))


def _stages(project: Project) -> Iterator[StageOfProject]:
    specs = announced_checks(project)
    for stage in Stage:
        yield StageOfProject(
            title=STAGE_TITLES[stage],
            explanation=STAGE_EXPLANATIONS[stage],
            checks=tuple(spec for spec in specs if spec.stage is stage),
        )


def _command(name: str) -> CommandLine:
    """A line of the manifest that works once the learner has put their own module in."""
    if name == "test":
        return CommandLine(name=name, example="python -m pytest -q")
    options = "".join(f" --{option} {{{option}}}" for option in PLACEHOLDERS.get(name, ()))
    return CommandLine(name=name, example=f"python -m your_module {name}{options}")


def _limits(project: Project) -> Iterator[LimitLine]:
    for command, limits in project.limits.items():
        yield LimitLine(
            command=command,
            text=(
                f"{limits.wall_s:g} s, {limits.memory_mb} MiB of memory, "
                f"{limits.pids} processes, {limits.disk_mb} MiB of disk"
            ),
        )
