"""The stages that are the same for every project: documentation, own tests, reproducibility."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.checks.project import CheckSpec, CommandRun
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
README = CheckSpec(
    name="readme",
    title="The README tells a stranger what they need",
    stage=Stage.DOCUMENTATION,
    max_score=10,
    concepts=("documentation",),
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
AFTER_BEHAVIOUR = (REPRODUCIBLE,)

MAX_README = 200_000  # bytes read
PYTEST_NO_TESTS = 5  # pytest's exit status when it collected nothing


# Documentation ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Something a README must tell: found by a heading with one of these words."""

    title: str
    words: re.Pattern[str]


RESULTS = Part(
    "the results", re.compile(r"result|performance|evaluation|metric|score|how good", re.IGNORECASE)
)
PARTS = (
    Part(
        "the problem",
        re.compile(r"problem|goal|overview|about|purpose|introduction|why", re.IGNORECASE),
    ),
    Part("the data", re.compile(r"\bdata(set)?s?\b|features", re.IGNORECASE)),
    Part(
        "how to run it",
        re.compile(
            r"run|usage|install|set-?\s?up|quick\s?start|getting started|how to", re.IGNORECASE
        ),
    ),
    RESULTS,
    Part(
        "its limits",
        re.compile(r"limit|caveat|known issue|weakness|shortcoming|fail", re.IGNORECASE),
    ),
)
# No two repetitions that can match the same text: a README may be one line of 200,000 spaces.
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)$|^(\S.*)\n(?:={3,}|-{3,})[ \t\r]*$", re.MULTILINE)
MIN_WORDS = 10


def check_readme(root: Path) -> Test:
    """Whether the README has the five parts, each with some words, and a figure in its results."""
    readme = _find_readme(root)
    if readme is None:
        return failed(
            README,
            "There is no README.md at the root of the repository.",
            hint="Write one with five headings: Problem, Data, How to run, Results, Limits.",
        )
    with readme.open("rb") as file:
        text = file.read(MAX_README).decode("utf-8", "replace")
    sections = _sections(text)
    missing = [part.title for part in PARTS if not _covered(part, sections)]
    words = len(text.split())
    evidence = {"words": words, "headings": len(sections), "missing": list(missing)}
    if missing:
        return failed(
            README,
            f"The README has no section of at least {MIN_WORDS} words on {_listed(missing)}.",
            hint="Give each its own heading and two or three honest sentences below it.",
            evidence=evidence,
        )
    if not re.search(
        r"\d", " ".join(body for title, body in sections if PARTS[3].words.search(title))
    ):
        return failed(
            README,
            "The results section of the README names no figure.",
            hint="State what you measured, on which data, and the number that you got.",
            evidence=evidence,
        )
    return passed(README, f"All five parts are there, in {words} words.", evidence=evidence)


def _find_readme(root: Path) -> Path | None:
    names = {path.name.lower(): path for path in sorted(root.iterdir()) if path.is_file()}
    return next((names[n] for n in ("readme.md", "readme.rst", "readme.txt") if n in names), None)


def _sections(text: str) -> list[tuple[str, str]]:
    """(heading, body up to the next heading), code blocks left out of what counts as a heading."""
    masked = re.sub(
        r"^(```|~~~).*?^\1",
        lambda m: re.sub(r"[#=\-]", " ", m.group()),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    headings = list(HEADING.finditer(masked))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return [
        (heading.group(1) or heading.group(2), text[heading.end() : end])
        for heading, end in zip(headings, ends, strict=False)  # without headings: nothing
    ]


def _covered(part: Part, sections: list[tuple[str, str]]) -> bool:
    return any(
        part.words.search(title) and len(body.split()) >= MIN_WORDS for title, body in sections
    )


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


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
