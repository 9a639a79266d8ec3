"""What a page shows of a run: plain data for the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.checks.untrusted_text import visible
from apps.exercises.models import Outcome, Run, State
from apps.exercises.running import NOT_TRIED

# A page asks often at first, when most runs end, and then less.
POLL_MS, SLOW_POLL_MS, SLOW_AFTER_S = 150, 1_000, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    number: int
    name: str
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCase:
    """The first case that is not right, to look at."""

    name: str
    problem: str
    arguments: tuple[str, ...]
    expected: str
    answer: str
    printed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    run: Run
    state: str  # whose shape and colour it has
    word: str
    sentence: str
    poll_ms: int = 0  # nothing more to ask for
    output: str = ""
    figures: tuple[str, ...] = ()  # PNG in base64
    took: str = ""
    told: str = ""  # a traceback from before any case
    cases: tuple[CaseLine, ...] = ()
    failed: FailedCase | None = None

    @property
    def passed(self) -> bool:
        return self.run.outcome == Outcome.PASSED


def run_page(run: Run) -> RunPage:
    if run.in_progress:
        return _waiting(run)
    if run.outcome == Outcome.WITHDRAWN:
        sentence = "You ran something else before this began. Run it again to see what it does."
        return RunPage(run=run, state="not_run", word="Not run", sentence=sentence)
    if run.outcome == Outcome.OURS or run.result is None:
        sentence = "Something of ours broke, not your code. It is kept here: run it again."
        return RunPage(run=run, state="ours", word="Our fault", sentence=sentence)
    if run.exercise_id:
        return _tried(run, run.result)
    return _ran(run, run.result)


def _waiting(run: Run) -> RunPage:
    waited = (timezone.now() - run.created).total_seconds()
    slow = waited > SLOW_AFTER_S
    if run.state == State.RUNNING:
        word, sentence = "Running", "Your code is running."
    elif slow:
        word, sentence = "Waiting", "Others' code runs first. This page goes on by itself."
    else:
        word, sentence = "Waiting", "It starts in a moment."
    return RunPage(
        run=run,
        state="running",
        word=word,
        sentence=sentence,
        poll_ms=SLOW_POLL_MS if slow else POLL_MS,
    )


def _ran(run: Run, result: Mapping[str, Any]) -> RunPage:
    ended = run.outcome == Outcome.PASSED
    output = visible(result["output"])
    figures = tuple(result["figures"])
    if ended:
        sentence = "" if output or figures else "It ran to its end and printed nothing."
    else:
        sentence = result["message"] or "It stopped with an error; the last line says which."
    return RunPage(
        run=run,
        state="passed" if ended else "failed",
        word="Done" if ended else "Stopped",
        sentence=visible(sentence),
        output=output,
        figures=figures,
        took=_seconds(result["seconds"]),
    )


def _tried(run: Run, result: Mapping[str, Any]) -> RunPage:
    cases = result["cases"]
    right = sum(case["right"] for case in cases)
    wrong = next((case for case in cases if not case["right"]), None)
    if result["problem"]:
        word, sentence = "Stopped", f"{result['problem']} The last line says why."
    elif wrong is None:
        word = "Passed"
        sentence = "Every case is right."
    else:
        word = "Not yet"
        are = "is" if right == 1 else "are"
        sentence = f"{right} of {len(cases)} cases {are} right. Here is the first one that is not."
    return RunPage(
        run=run,
        state="passed" if run.outcome == Outcome.PASSED else "failed",
        word=word,
        sentence=sentence,
        told=visible(result["told"]),
        took=_seconds(result["seconds"]),
        cases=tuple(_case_line(number, case) for number, case in enumerate(cases, start=1)),
        failed=_failed_case(wrong) if wrong else None,
    )


def _case_line(number: int, case: Mapping[str, Any]) -> CaseLine:
    state, word = ("passed", "right") if case["right"] else ("failed", "not right")
    if case["problem"] == NOT_TRIED:
        state, word = "not_run", "not tried"
    return CaseLine(number=number, name=visible(case["name"]), state=state, word=word)


def _failed_case(case: Mapping[str, Any]) -> FailedCase:
    return FailedCase(
        name=visible(case["name"]),
        problem=visible(case["problem"]),
        arguments=tuple(visible(one) for one in case["arguments"]),
        expected=visible(case["expected"]),
        answer=visible(case["answer"]),
        printed=visible(case["printed"]),
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{1000 * seconds:.0f} ms"
