"""Runs commands of the learner's and reads what they wrote, or says why nothing can be read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.checks.outputs import UnusableOutput
from apps.checks.project import CheckSpec, CommandRun, Session
from apps.checks.results import Test
from apps.checks.verdicts import failed, hint_of, log_of, not_run


class NoAnswer(Exception):
    """A command did not end well, or wrote nothing that can be read. ``problem`` says so."""

    def __init__(self, run: CommandRun, problem: str) -> None:
        super().__init__(problem)
        self.run, self.problem = run, problem

    def failed(self, spec: CheckSpec, *, hint: str) -> Test:
        """The check that needed the answer. ``hint``: where no better one is known."""
        hint = hint_of(self.run, otherwise=hint)
        return failed(spec, self.problem, hint=hint, log=log_of(self.run))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An input file of a command, with the ids of its rows in the checker's order."""

    content: bytes
    ids: tuple[str, ...]


def train(session: Session, data: bytes) -> Path:
    """The model that the learner's command made of ``data``. Raises NoAnswer."""
    run = session.run("train", inputs={"data": data}, outputs=("model",))
    if not run.ok:
        raise NoAnswer(run, run.problem)
    return run.outputs["model"]


def ask[T](
    session: Session,
    command: str,
    *,
    inputs: Mapping[str, bytes | Path],
    read: Callable[[Path], T],
    output: str = "output",
) -> T:
    """What ``read`` finds in the file that the command wrote. Raises NoAnswer."""
    run = session.run(command, inputs=inputs, outputs=(output,))
    if not run.ok:
        raise NoAnswer(run, run.problem)
    try:
        return read(run.outputs[output])
    except UnusableOutput as error:
        raise NoAnswer(run, str(error)) from error


def report_unreached(session: Session, specs: Sequence[CheckSpec], because: str) -> None:
    for spec in specs:
        session.report(not_run(spec, because))
