"""The stages that are the same for every project: own tests, reproducibility."""

from collections.abc import Mapping
from pathlib import Path

from apps.checks.project import CheckSpec, CommandRun
from apps.checks.readme import README, README_FIGURE
from apps.checks.results import Stage, Test
from apps.checks.session import RepositorySession
from apps.checks.text_file import last_line
from apps.checks.verdicts import failed, hint_of, log_of, passed

REPOSITORY = CheckSpec(
    name="repository",
    title="The repository can be read and its manifest is right",
    stage=Stage.REPOSITORY,
    max_score=0,
    concepts=("project-structure",),
)
ENVIRONMENT = CheckSpec(
    name="environment",
    title="The dependencies install",
    stage=Stage.ENVIRONMENT,
    max_score=0,
    concepts=("dependency-management",),
)
OWN_TESTS = CheckSpec(
    name="own_tests",
    title="Your own tests run and pass",
    stage=Stage.TESTS,
    max_score=10,
    concepts=("testing",),
)
TESTS_NOTICE = CheckSpec(
    name="tests_notice",
    title="Your tests notice when the code is broken",
    stage=Stage.TESTS,
    max_score=5,
    concepts=("testing",),
)
REPRODUCIBLE = CheckSpec(
    name="reproducible",
    title="Training twice gives the same predictions",
    stage=Stage.REPRODUCIBILITY,
    max_score=10,
    concepts=("reproducibility",),
)
BEFORE_BEHAVIOUR = (REPOSITORY, ENVIRONMENT, README, OWN_TESTS, TESTS_NOTICE)
AFTER_BEHAVIOUR = (REPRODUCIBLE, README_FIGURE)

PYTEST_NO_TESTS = 5  # pytest's exit status when it collected nothing


# The learner's own tests -----------------------------------------------------------------------


def check_own_tests(session: RepositorySession) -> Test:
    run = session.run("test", inputs={}, outputs=())
    evidence = {"seconds": round(run.result.wall_s, 1), "exit_status": run.result.exit_code}
    summary = last_line(run.result.stderr.strip() or run.result.stdout)
    if run.ok and not summary:
        return failed(
            OWN_TESTS,
            "The test command ended well but printed nothing, so no test can be seen to have run.",
            hint="Let it run pytest, and let nothing end the process before pytest has reported.",
            evidence=evidence,
            log=log_of(run),
        )
    if run.ok:
        said = f"Your tests pass. They said: “{summary}”"
        return passed(OWN_TESTS, said, evidence=evidence, log=log_of(run))
    if run.result.exit_code == PYTEST_NO_TESTS:
        return failed(
            OWN_TESTS,
            "No tests were found.",
            hint="Write some in tests/test_*.py: one per rule of your data cleaning is a start.",
            evidence=evidence,
            log=log_of(run),
        )
    return failed(
        OWN_TESTS,
        run.problem,
        hint=hint_of(
            run,
            otherwise="Run the test command of milepost.toml in a fresh clone, and mend what fails "
            "there.",
        ),
        evidence=evidence,
        log=log_of(run),
    )


# Reproducibility -------------------------------------------------------------------------------


def check_reproducible(session: RepositorySession) -> Test:
    """Two trainings on the same data, asked about the same rows: the predictions must be equal.

    The first of the two is that of the behaviour checks, where these trained on the same data.
    """
    project = session.project
    train_inputs, predict_inputs = project.reproducibility_inputs(session.seed)
    predictions: list[list[float]] = []
    for first in (True, False):
        train = _trained(session, train_inputs, again=not first)
        run = train
        if train.ok:
            inputs: dict[str, bytes | Path] = {**predict_inputs, "model": train.outputs["model"]}
            run = session.earlier("predict", inputs=inputs) or session.run(
                "predict", inputs=inputs, outputs=("output",)
            )
        if not run.ok:
            return _not_comparable(run)
        try:
            predictions.append(project.read_predictions(run.outputs["output"]))
        except ValueError as error:
            return failed(
                REPRODUCIBLE,
                f"The predictions cannot be compared: {error}",
                hint="Mend the output file first.",
                log=log_of(run),
            )
    return _compared(predictions[0], predictions[1], tolerance=project.tolerance)


def _trained(
    session: RepositorySession, inputs: Mapping[str, bytes | Path], *, again: bool
) -> CommandRun:
    known = None if again else session.earlier("train", inputs=inputs)
    return known or session.run("train", inputs=inputs, outputs=("model",))


def _not_comparable(run: CommandRun) -> Test:
    return failed(
        REPRODUCIBLE,
        f"The two trainings cannot be compared. {run.problem}",
        hint=hint_of(run, otherwise="Mend this command first."),
        log=log_of(run),
    )


def _compared(first: list[float], second: list[float], *, tolerance: float) -> Test:
    if len(first) != len(second):
        return failed(
            REPRODUCIBLE,
            f"The first training predicts {len(first)} rows, the second one {len(second)}.",
            hint="Write exactly one prediction for each row.",
        )
    apart = max(
        (abs(a - b) / max(abs(a), abs(b), 1.0) for a, b in zip(first, second, strict=True)),
        default=0.0,
    )
    differing = sum(
        abs(a - b) / max(abs(a), abs(b), 1.0) > tolerance
        for a, b in zip(first, second, strict=True)
    )
    evidence = {
        "rows": len(first),
        "rows_that_differ": differing,
        "largest_relative_difference": apart,
        "tolerance": tolerance,
    }
    if differing:
        return failed(
            REPRODUCIBLE,
            f"Trained twice on the same data, {differing} of {len(first)} predictions differ, "
            f"by up to {apart:.2g} of their value. Allowed: {tolerance:g}.",
            hint="Pass a fixed random_state (seed) to every split, shuffle and model.",
            evidence=evidence,
        )
    return passed(
        REPRODUCIBLE,
        f"Trained twice on the same data, all {len(first)} predictions are the same.",
        evidence=evidence,
    )
