"""Each project's samples through the whole check, in the real sandbox.

``make verify`` sets ``MILEPOST_TEST_SEEDS``: then all samples are tried on so many draws, those
whose verdict it has kept left out, and ``docs/checkers.md`` says of which content that holds. A
test run tries the reference and one variant of each unit whose content is another one: the variant
that the content chooses, so that each change meets another one.
"""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.checks.check import CheckConfig, Request, announced_checks, check_repository
from apps.checks.events import Event
from apps.checks.projects import PROJECTS
from apps.checks.results import CheckResult, Outcome, Stage, Test
from apps.checks.source import Folder
from tests.checks import verified
from tests.checks.samples import (
    SAME_CHECKS,
    Variant,
    cell_hash,
    lay_out,
    sample_names,
    unit_hash,
    variants,
)

VERIFIES = "MILEPOST_TEST_SEEDS" in os.environ
# Of the data on which the figures in the samples' READMEs were taken.
STARTER_SEED = hashlib.sha256(b"starter").digest()
SEEDS = range(int(os.environ.get("MILEPOST_TEST_SEEDS", "1")))


def tried(project: str) -> list[str]:
    """Names of samples."""
    if verified.is_verified(project, draws=len(SEEDS) if VERIFIES else 1):
        return []
    if VERIFIES:
        return sample_names(project)
    found = variants(project)
    return ["reference", found[int(unit_hash(project), 16) % len(found)].name]


VARIANTS = {
    (variant.project, variant.name): variant for slug in PROJECTS for variant in variants(slug)
}
TRIED = [(slug, name) for slug in PROJECTS for name in tried(slug)]


def check(
    folder: Path,
    *,
    project: str,
    seed: int,
    config: CheckConfig,
    token: str | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> CheckResult:
    return check_repository(
        Request(
            project=PROJECTS[project],
            source=Folder(folder),
            seed=hashlib.sha256(f"verdict {seed}".encode()).digest(),
            token=token,
            starter_seed=STARTER_SEED,
        ),
        config=config,
        on_event=on_event,
    )


def lacks_picture(test: Test, result: CheckResult) -> bool:
    """Whether a check of the code's behaviour judged an answer, and shows none."""
    judged = test.ran and test.evidence and test.stage is Stage.BEHAVIOUR
    return bool(judged) and all(chart.test != test.name for chart in result.artifacts)


def failed(result: CheckResult) -> set[str]:
    return {test.name for test in result.tests if test.status == "failed"}


@pytest.mark.skipif(not TRIED, reason="every unit is verified as it is: docs/checkers.md")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("project", "name"), TRIED)
def test_sample_fails_its_own_check_and_no_unrelated_one(
    project: str, name: str, seed: int, tmp_path: Path, check_config: CheckConfig
) -> None:
    """The reference fails none."""
    ledger, cell = check_config.home / "verified.jsonl", cell_hash(project, name)
    if any((kept.cell, kept.draw) == (cell, seed) for kept in verified.read(ledger)):
        pytest.skip("verified before, as it is")
    folder = lay_out(project, name, tmp_path / "repository")
    started = time.monotonic()
    result = check(folder, project=project, seed=seed, config=check_config)
    seconds = time.monotonic() - started
    variant = VARIANTS.get((project, name), Variant(project, name, "", frozenset()))
    required = {spec.name for spec in announced_checks(PROJECTS[project]) if spec.required}
    outcome = Outcome.FAILED if variant.fails in required else Outcome.PASSED
    assert result.outcome is outcome, result.output
    assert failed(result) - variant.follows == ({variant.fails} - {""}), result.output
    missing = {test.name for test in result.tests if lacks_picture(test, result)}
    assert not missing
    if VERIFIES:
        listed = tuple(sorted(failed(result)))
        verified.keep(
            ledger, verified.Verdict(cell=cell, draw=seed, failed=listed, seconds=seconds)
        )


@pytest.mark.skipif(VERIFIES, reason="being verified")
@pytest.mark.parametrize("project", PROJECTS)
def test_hash_that_was_verified_is_not_stale(project: str) -> None:
    assert verified.committed_hash(project) in {"", unit_hash(project)}, (
        f"{project} changed since it was verified. Run make verify, and commit docs/checkers.md."
    )


@pytest.mark.parametrize("project", PROJECTS)
def test_every_check_has_a_variant_that_fails_it(project: str) -> None:
    alike = [project, *filter(None, [SAME_CHECKS.get(project)])]
    shown = {variant.fails for slug in alike for variant in variants(slug)}
    announced = {spec.name for spec in announced_checks(PROJECTS[project])}
    assert announced - {"repository", "environment"} <= shown
