"""Makes a check's outcome from its announcement: passed, failed, or not run."""

import re

from apps import sandbox
from apps.checks.project import CheckSpec, CommandRun
from apps.checks.results import Test

LOG_TAIL = 4_000  # characters of a command's output that stay with a check

_LIMIT_HINTS = {
    sandbox.Outcome.TIMEOUT: (
        "Make it quicker, and time it at home: whole columns instead of loops over rows, fewer "
        "candidates in a search, no waiting for input or for the network."
    ),
    sandbox.Outcome.OUT_OF_MEMORY: (
        "Hold less at once: narrower types, a smaller model, fewer processes side by side."
    ),
    sandbox.Outcome.OUTPUT_LIMIT: "Print a few lines, not one for every row or step.",
    sandbox.Outcome.DISK_LIMIT: (
        "Write only the files that are asked for, without copies and caches, and smaller ones."
    ),
    sandbox.Outcome.PROCESS_LIMIT: (
        "Start fewer processes and threads, for example with n_jobs=1 or num_workers=0."
    ),
}
_MISSING_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]{1,80})'")


def passed(spec: CheckSpec, output: str, **fields: object) -> Test:
    return _test(spec, output, status="passed", score=spec.max_score, **fields)


def failed(spec: CheckSpec, output: str, *, hint: str, **fields: object) -> Test:
    return _test(spec, output, status="failed", score=0.0, hint=hint, **fields)


def not_run(spec: CheckSpec, because: str) -> Test:
    return _test(spec, "", status="failed", score=0.0, not_run_because=because)


def _test(spec: CheckSpec, output: str, **fields: object) -> Test:
    return Test(
        name=spec.name,
        title=spec.title,
        stage=spec.stage,
        max_score=spec.max_score,
        required=spec.required,
        concepts=spec.concepts,
        output=output,
        **fields,  # type: ignore[arg-type]
    )


def hint_of(run: CommandRun, *, otherwise: str) -> str:
    """What to change about a command that did not end well; ``otherwise``: no reason is known."""
    missing = _MISSING_MODULE.search(run.problem)
    if missing:
        return (
            f"If {missing[1]} comes from a package, add that package to your dependencies (sklearn "
            "comes from scikit-learn). If it is your own, see that its files are in the repository."
        )
    if run.result.outcome is sandbox.Outcome.OK and run.result.refused:
        return (
            "Write an ordinary file to the path that the command is given: no link, no folder and "
            "no pipe."
        )
    return _LIMIT_HINTS.get(run.result.outcome, otherwise)


def log_of(run: CommandRun) -> str:
    """What the command printed, its end, for the page."""
    text = "\n".join(part for part in (run.result.stdout, run.result.stderr) if part.strip())
    return f"$ {run.command}\n{text[-LOG_TAIL:]}"
