"""A check as it goes, in a terminal: what is at work, each verdict, and what to do next."""

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from apps.checks.events import Event, Output, StageFinished, StageStarted, TestFinished
from apps.checks.results import CheckResult, Metric, Outcome, Test
from apps.checks.untrusted_text import visible

_LONGEST_LINE = 100  # of what the learner's code prints, beside the stage at work


class Terminal:
    """Tells the events of one check, and then its result. Everything shown is made visible: a
    learner's code prints what it likes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._stage = ""

    def tell(self, event: Event) -> None:
        match event:
            case StageStarted(stage=stage):
                self._stage = stage.capitalize()
                self._console.print(Text(self._stage, style="bold"))
                self._status = self._console.status(Text(self._stage))
                self._status.start()
            case StageFinished():
                self._stop()
            case TestFinished(test=test):
                self._console.print(Padding(_line(test), (0, 0, 0, 2)))
            case Output(text=text) if self._status and (line := text.strip().split("\n")[-1]):
                said = visible(line)[:_LONGEST_LINE]
                self._status.update(Text.assemble(self._stage, ("  " + said, "dim")))
            case _:
                pass

    def conclude(self, result: CheckResult) -> None:
        """What failed with its numbers and one next step each, what was measured, the verdict."""
        self._stop()
        for test in result.tests:
            if test.status == "failed" and test.ran:
                self._console.print()
                self._console.print(_line(test, with_output=False))
                self._print_below(test.output)
                if test.hint:
                    self._print_below(f"Next: {test.hint}", style="cyan")
        if result.metrics:
            self._console.print()
        for metric in result.metrics:
            self._console.print(Text(_figure(metric)))
        passed = result.outcome is Outcome.PASSED
        verdict = Text(result.outcome.replace("_", " ").upper(), style="bold")
        verdict.stylize("green" if passed else "red")
        self._console.print()
        self._console.print(Text.assemble(verdict, "  ", visible(result.output)))

    def _print_below(self, text: str, *, style: str = "") -> None:
        self._console.print(Padding(Text(visible(text), style=style), (0, 0, 0, 2)))

    def _stop(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None


def _line(test: Test, *, with_output: bool = True) -> Table:
    mark, style = ("✓", "green") if test.status == "passed" else ("✗", "red")
    if not test.ran:
        mark, style = "-", "dim"
    said = test.output or test.not_run_because
    line = Table.grid(padding=(0, 1))  # so that long texts stay beside the mark
    line.add_row(
        Text(mark, style=style),
        Text.assemble(test.title, visible(f": {said}") if with_output and said else ""),
    )
    return line


def _figure(metric: Metric) -> str:
    unit = f" {metric.unit}" if metric.unit else ""
    parts = [f"{metric.title}: {metric.value:.4g}{unit}"]
    for name, value in (
        ("needed", metric.threshold),
        ("naive", metric.baseline),
        ("the checker's own model", metric.in_house),
        ("best possible", metric.achievable),
    ):
        if value is not None:
            parts.append(f"{name} {value:.4g}")
    return "; ".join(parts)
