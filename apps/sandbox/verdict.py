"""Decides from the facts of a run what its outcome is called."""

import signal
from dataclasses import dataclass
from typing import Literal

from apps.sandbox.model import Limits, Outcome
from apps.sandbox.usage import Usage

# Why we ended a run ourselves.
type Ending = Literal[
    "wall", "cpu", "memory", "processes", "stdout", "stderr", "cancelled", "input_too_large"
]

# bubblewrap reports a signal as a shell does; 64 signals exist.
_SIGNAL_BASE = 128
_LAST_SIGNAL = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    exit_code: int | None  # as a shell gives it; None when we killed the command
    ending: Ending | None  # None when the command ended by itself
    usage: Usage
    disk_was_full: bool
    start_error: str = ""  # why the command could not be started, as a sentence
    # The end of standard error. A disk that was full only until its files were deleted shows
    # nowhere else, nor does what was refused in the fallback tier.
    last_errors: bytes = b""


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    exit_code: int | None
    signal: int | None
    message: str


def decide(facts: Facts, limits: Limits, tier: str) -> Verdict:
    """A limit counts only for a command that failed, except memory: there a process was killed.

    A program that exits with 0 although it was refused a thread or a block has coped with that.
    An exit code above 128 counts as a signal, as in a shell.
    """
    code, signal_number = _split(facts.exit_code)
    found = _limit_that_was_met(facts, limits, tier, signal_number)
    if found is not None:  # an exit code would be that of the limit, not the program's own
        return Verdict(found[0], None, None, found[1])
    if signal_number is not None:
        name = _signal_name(signal_number)
        return Verdict(Outcome.SIGNAL, None, signal_number, f"The program was ended by {name}.")
    if code is None:
        return Verdict(Outcome.SANDBOX_ERROR, None, None, "The sandbox ended before the program.")
    if code != 0:
        sentence = f"The program ended with exit code {code}."
        return Verdict(Outcome.NONZERO_EXIT, code, None, facts.start_error or sentence)
    return Verdict(Outcome.OK, 0, None, "")


def _split(exit_code: int | None) -> tuple[int | None, int | None]:
    if exit_code is not None and _SIGNAL_BASE < exit_code <= _SIGNAL_BASE + _LAST_SIGNAL:
        return None, exit_code - _SIGNAL_BASE
    return exit_code, None


def _signal_name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def _limit_that_was_met(
    facts: Facts, limits: Limits, tier: str, signal_number: int | None
) -> tuple[Outcome, str] | None:
    """The first limit that explains the end of the run, with its sentence."""
    failed = facts.exit_code != 0
    ending = facts.ending
    refused = _refused_in_fallback(facts.last_errors) if failed and tier == "fallback" else None
    full = (
        facts.disk_was_full
        or signal_number == signal.SIGXFSZ
        or b"No space left on device" in facts.last_errors
    )
    over_cpu = signal_number == signal.SIGKILL and facts.usage.cpu_s >= limits.cpu_s
    disk = f"more than {limits.disk_mb} MiB or are more than {limits.inodes}."
    limits_met = (
        (ending == "cancelled", Outcome.SANDBOX_ERROR, "The run was cancelled."),
        (
            ending == "memory" or facts.usage.out_of_memory or refused == "memory",
            Outcome.OUT_OF_MEMORY,
            f"The program used more than {limits.memory_mb} MiB of memory.",
        ),
        (
            ending in ("stdout", "stderr"),
            Outcome.OUTPUT_LIMIT,
            f"The program wrote more than {limits.output_kb} KiB to {ending}.",
        ),
        (
            failed and (facts.usage.refused_processes > 0 or refused == "processes"),
            Outcome.PROCESS_LIMIT,
            f"The program started more than {limits.pids} processes and threads at once.",
        ),
        (ending == "input_too_large", Outcome.DISK_LIMIT, f"The files to run need {disk}"),
        (failed and full, Outcome.DISK_LIMIT, f"The program's files need {disk}"),
        (
            ending == "cpu" or over_cpu,
            Outcome.TIMEOUT,
            f"The program used more than {limits.cpu_s:g} s of processor time.",
        ),
        (ending == "wall", Outcome.TIMEOUT, f"The program ran for more than {limits.wall_s:g} s."),
    )
    return next(((outcome, sentence) for met, outcome, sentence in limits_met if met), None)


def _refused_in_fallback(errors: bytes) -> Literal["memory", "processes"] | None:
    """Only for the sentence that a learner reads, so that a program may lie here."""
    if b"MemoryError" in errors or b"Cannot allocate memory" in errors:
        return "memory"
    if b"Resource temporarily unavailable" in errors or b"can't start new thread" in errors:
        return "processes"
    return None
