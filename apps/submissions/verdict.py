"""Reads a raw result: the verdict, whether it counts and why, and the one thing to do next.

Pure functions of the stored result, so that a delivery which died after storing it can be read
again by the next one.
"""

from dataclasses import dataclass

from apps.checks.results import CheckResult, Outcome, Test

OURS = (
    "Something on our side stopped this check. Your code was not judged, and there is nothing "
    "for you to change."
)
CHARGE_REASONS = {
    Outcome.PASSED: "It counts as one of today's attempts, as every judged one does.",
    Outcome.INVALID_SUBMISSION: "It does not count: your code was not run to a verdict.",
    Outcome.PLATFORM_ERROR: "It does not count: the fault is ours.",
    Outcome.CANCELLED: "It does not count: you cancelled it.",
}
CHARGED = "It counts as one of today's attempts: your code ran and was judged."


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a learner reads first."""

    outcome: Outcome
    sentence: str
    charge_reason: str
    code: str = ""
    first_failure: str = ""  # name of the test to mend first
    next_step: str = ""  # empty: the sentence says it already
    checker_version: str = ""


def read(result: CheckResult) -> Verdict:
    """The verdict of a result that is final."""
    if result.outcome is Outcome.PLATFORM_ERROR:
        return ours(code=result.code)
    if result.outcome is Outcome.CANCELLED:
        return cancelled()
    failure = first_failure(result)
    return Verdict(
        outcome=result.outcome,
        sentence=result.output,
        charge_reason=CHARGE_REASONS.get(result.outcome, CHARGED),
        code=result.code[:60],
        first_failure=failure.name[:100] if failure else "",
        next_step=_next_step(result, failure),
        checker_version=result.provenance.checker_version[:40],
    )


def first_failure(result: CheckResult) -> Test | None:
    """The first required check that ran and failed, else one that only adds points."""
    failed = [test for test in result.tests if test.ran and test.status == "failed"]
    return next((test for test in failed if test.required), None) or next(iter(failed), None)


def cancelled() -> Verdict:
    return Verdict(
        outcome=Outcome.CANCELLED,
        sentence="You cancelled this check.",
        charge_reason=CHARGE_REASONS[Outcome.CANCELLED],
        code="cancelled",
        next_step="Hand in again whenever you are ready.",
    )


def ours(*, code: str) -> Verdict:
    return Verdict(
        outcome=Outcome.PLATFORM_ERROR,
        sentence=OURS,
        charge_reason=CHARGE_REASONS[Outcome.PLATFORM_ERROR],
        code=code[:60],
        next_step="Hand in the same repository again in a few minutes.",
    )


def lost() -> Verdict:
    """Its worker died with it, as often as we try."""
    return ours(code="worker_lost")


def _next_step(result: CheckResult, failure: Test | None) -> str:
    if result.outcome is Outcome.PASSED:
        return "Look at the next project, or make this one better: you may hand it in again."
    return failure.hint if failure else ""
