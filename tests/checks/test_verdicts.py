"""Each project's samples through the whole check, in the real sandbox.

A test run tries the reference and one variant of each project on one draw: the variant that the
content of the unit chooses, so that each change meets another one. ``make verify`` sets
``MILEPOST_TEST_SEEDS`` to 5 and tries them all.
"""

import hashlib
import os
from pathlib import Path

import pytest

from apps.checks.check import CheckConfig, Request, check_repository
from apps.checks.projects import PROJECTS
from apps.checks.results import CheckResult, Outcome
from apps.checks.source import Folder
from tests.checks.samples import Variant, lay_out, unit_hash, variants

VERIFIES = "MILEPOST_TEST_SEEDS" in os.environ
SEEDS = range(int(os.environ.get("MILEPOST_TEST_SEEDS", "1")))


def tried(project: str) -> list[Variant]:
    """All variants, or the one whose turn it is."""
    found = variants(project)
    return found if VERIFIES else [found[int(unit_hash(project), 16) % len(found)]]


TRIED = [variant for slug in PROJECTS for variant in tried(slug)]


def check(
    folder: Path, *, project: str, seed: int, config: CheckConfig, token: str | None = None
) -> CheckResult:
    return check_repository(
        Request(
            project=PROJECTS[project],
            source=Folder(folder),
            seed=hashlib.sha256(f"verdict {seed}".encode()).digest(),
            token=token,
        ),
        config=config,
    )


def failed(result: CheckResult) -> set[str]:
    return {test.name for test in result.tests if test.status == "failed"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("project", PROJECTS)
def test_reference_passes(
    project: str, seed: int, tmp_path: Path, check_config: CheckConfig
) -> None:
    folder = lay_out(project, "reference", tmp_path / "repository")
    result = check(folder, project=project, seed=seed, config=check_config)
    assert (result.outcome, failed(result)) == (Outcome.PASSED, set()), result.output


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", TRIED, ids=lambda v: f"{v.project}/{v.name}")
def test_variant_fails_its_own_check_and_no_unrelated_one(
    variant: Variant, seed: int, tmp_path: Path, check_config: CheckConfig
) -> None:
    folder = lay_out(variant.project, variant.name, tmp_path / "repository")
    result = check(folder, project=variant.project, seed=seed, config=check_config)
    assert result.outcome is Outcome.FAILED, result.output
    assert variant.fails in failed(result)
    assert failed(result) <= {variant.fails} | variant.follows


@pytest.mark.parametrize("project", PROJECTS)
def test_every_check_has_a_variant_that_fails_it(project: str) -> None:
    shown = {variant.fails for variant in variants(project)}
    announced = {spec.name for spec in PROJECTS[project].checks}
    assert announced | {"readme", "own_tests", "tests_notice", "reproducible"} <= shown
