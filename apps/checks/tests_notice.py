"""Whether the learner's tests notice when the learner's code is broken (mutation testing)."""

import contextlib
import dataclasses
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from apps import sandbox
from apps.checks.mutants import Mutant, choose_mutants
from apps.checks.mutation import Operator
from apps.checks.project import CommandRun
from apps.checks.results import JSON, Test
from apps.checks.session import DEFAULT_LIMITS, RepositorySession
from apps.checks.stages import TESTS_NOTICE
from apps.checks.text_file import shown
from apps.checks.verdicts import failed, log_of, not_run, passed

# Processor time for all mutants; the run that confirms comes on top. Once it is used up, only those
# are tried that can still turn the verdict, which so is the same on a slow machine.
BUDGET_S = 40.0
# Of the mutants that ran. Some change nothing that any test could see: 8 of 20 in Grün, Schuler
# and Zeller, The Impact of Equivalent Mutants (Mutation 2009), so that not all can be asked for.
NEEDED = 0.5
MUTANTS = "mutants"  # in the evidence: file, line, before, after, noticed of each

_TESTS_THAT_NOTICE = {
    Operator.COMPARISON: "one value on each side of the limit, and one exactly at it",
    Operator.ARITHMETIC: "a result that you worked out by hand",
    Operator.NUMBER: "the exact result that this number leads to",
    Operator.LOGIC: "a case in which only one of the two conditions holds",
    Operator.CONDITION: "one case in which this condition holds, and one in which it does not",
    Operator.RETURN: "what is given back, compared with a value that you know",
    Operator.FUNCTION: "values for which the two functions give different results",
}


@dataclass(frozen=True, slots=True)
class _Trial:
    mutant: Mutant
    noticed: bool


def check_tests_notice(session: RepositorySession, *, own_tests: Test) -> Test:
    """Break the code in a few places, one at a time: at least half must make the tests fail.

    ``own_tests``: the verdict on the last run of the test command, on the code as it is.
    """
    if own_tests.status == "failed":
        return not_run(TESTS_NOTICE, "Your tests must pass on the code as it is first.")
    mutants = choose_mutants(session.root)
    if not mutants:
        return _nothing_to_break()
    trials = []
    with _two_at_a_time(session, [*mutants, None]) as run_of:
        for trial in _trials(mutants, run_of, usual=session.runs[-1].result):
            trials.append(trial)
            session.on_output(_told(trial))
        said = _counted(trials, chosen=len(mutants))
        if _enough(trials):
            # Tests that fail now and then, or after a while, would notice everything.
            again = run_of(len(mutants))
            if not again.ok:
                return _unsteady(again, said, evidence=_evidence(trials))
            return passed(TESTS_NOTICE, said, evidence=_evidence(trials))
    survivor = next(trial.mutant for trial in trials if not trial.noticed)
    return failed(
        TESTS_NOTICE,
        f"{said} At least half are needed.",
        hint=_hint(survivor),
        evidence=_evidence(trials),
    )


def _trials(
    mutants: Sequence[Mutant], run_of: Callable[[int], CommandRun], *, usual: sandbox.Result
) -> Iterator[_Trial]:
    """As many as fit into the budget, and those that decide. A test run that hangs has noticed."""
    left, trials = BUDGET_S, list[_Trial]()
    for number, mutant in enumerate(mutants):
        if left < usual.cpu_s and _decided(trials, chosen=len(mutants)):
            return
        run = run_of(number)
        left -= run.result.cpu_s
        trials.append(_Trial(mutant, noticed=not run.ok))
        yield trials[-1]


@contextlib.contextmanager
def _two_at_a_time(
    session: RepositorySession, codes: Sequence[Mutant | None]
) -> Iterator[Callable[[int], CommandRun]]:
    """From a place in ``codes`` to the run of the tests on that code; None is the code as it is.

    While one is waited for, the next runs beside it: a check has two cores, and few tests use both.
    What was begun and is not asked for is ended with the block.
    """
    usual, limits = session.runs[-1].result, session.project.limits.get("test", DEFAULT_LIMITS)
    short = dataclasses.replace(
        limits,
        cpu_s=min(3 * usual.cpu_s + 5, limits.cpu_s),
        # Twice that, as another run and other work of the machine lie beside it.
        wall_s=min(6 * usual.wall_s + 10, limits.wall_s),
    )
    unwanted = threading.Event()

    def run(number: int) -> CommandRun:
        mutant, root = codes[number], session.folder / f"mutant-{number}"
        shutil.copytree(session.root, root, copy_function=os.link)
        if mutant:
            _break(root, mutant)
        # The runs of broken code are no runs of the learner's: neither their output nor the limits
        # that they meet belong to the verdict.
        quiet = dataclasses.replace(
            session,
            root=root,
            runs=[],
            on_output=lambda text: None,
            cancelled=lambda: unwanted.is_set() or session.cancelled(),
        )
        return quiet.run("test", inputs={}, outputs=(), limits=short if mutant else limits)

    begun: dict[int, Future[CommandRun]] = {}
    with ThreadPoolExecutor(2) as pool:

        def run_of(number: int) -> CommandRun:
            for one in range(number, min(number + 2, len(codes))):
                if one not in begun:
                    begun[one] = pool.submit(run, one)
            return begun[number].result()

        try:
            yield run_of
        finally:
            unwanted.set()


def _break(root: Path, mutant: Mutant) -> None:
    """Put one file in another's place: what was there is shared with the original."""
    path, aside = root / mutant.path, root.with_name(f"{root.name}-new")
    aside.write_bytes(mutant.content)
    shutil.copymode(path, aside)
    aside.replace(path)


def _decided(trials: Sequence[_Trial], *, chosen: int) -> bool:
    noticed = sum(trial.noticed for trial in trials)
    possible = chosen - (len(trials) - noticed)
    return noticed >= NEEDED * chosen or possible < NEEDED * chosen


def _enough(trials: Sequence[_Trial]) -> bool:
    return sum(trial.noticed for trial in trials) >= NEEDED * len(trials)


def _hint(survivor: Mutant) -> str:
    return (
        f"Begin with {shown(survivor.path)}, line {survivor.line}: your tests pass with "
        f"“{shown(survivor.before, limit=200)}” and with “{shown(survivor.after, limit=200)}” "
        f"alike. Add a test that asserts {_TESTS_THAT_NOTICE[survivor.operator]}."
    )


def _unsteady(again: CommandRun, said: str, *, evidence: dict[str, JSON]) -> Test:
    return failed(
        TESTS_NOTICE,
        f"{said} But run once more on your code as it is, they failed, too. {again.problem}",
        hint="Let your tests give the same result every time: fix the seeds, and let them depend "
        "neither on the clock nor on an earlier run.",
        evidence=evidence,
        log=log_of(again),
    )


def _nothing_to_break() -> Test:
    return failed(
        TESTS_NOTICE,
        "The checker breaks your code in a few places to see whether your tests notice. It found "
        "no place to break in your Python files.",
        hint="Put the steps of your project into functions in .py files, outside notebooks and "
        "tests, and let your tests import and call them.",
    )


def _counted(trials: Sequence[_Trial], *, chosen: int) -> str:
    noticed, count = sum(trial.noticed for trial in trials), len(trials)
    places = "1 place" if count == 1 else f"{count} places, one at a time"
    more = f" No more fit into {BUDGET_S:g} s of processor time." if count < chosen else ""
    return (
        f"The checker broke your code in {places}. Your tests noticed {noticed} of {count}.{more}"
    )


def _told(trial: _Trial) -> str:
    mutant = trial.mutant
    noticed = "noticed" if trial.noticed else "not noticed"
    return f"{mutant.path}:{mutant.line}: {mutant.before} → {mutant.after}: {noticed}\n"


def _evidence(trials: Sequence[_Trial]) -> dict[str, JSON]:
    mutants: list[JSON] = [
        {
            "file": trial.mutant.path,
            "line": trial.mutant.line,
            "before": trial.mutant.before,
            "after": trial.mutant.after,
            "noticed": trial.noticed,
        }
        for trial in trials
    ]
    return {"noticed": sum(trial.noticed for trial in trials), MUTANTS: mutants}
