"""Makes a check's outcome from its announcement: passed, failed, or not run."""

from apps.checks.project import CheckSpec, CommandRun
from apps.checks.results import Test

LOG_TAIL = 4_000  # characters of a command's output that stay with a check


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


def log_of(run: CommandRun) -> str:
    """What the command printed, its end, for the page."""
    text = "\n".join(part for part in (run.result.stdout, run.result.stderr) if part.strip())
    return f"$ {run.command}\n{text[-LOG_TAIL:]}"
