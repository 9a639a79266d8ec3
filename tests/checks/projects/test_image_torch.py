"""The image project's reference in PyTorch, through the whole check, where this machine has a CPU
build for Python 3.11."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from apps.checks.check import CheckConfig, Request, check_repository
from apps.checks.interpreters import find_interpreters
from apps.checks.projects.image_classification import PROJECT
from apps.checks.results import Outcome
from apps.checks.source import Folder
from tests.checks.environments import folder_of_torch
from tests.checks.samples import lay_out


def test_reference_in_torch_passes(tmp_path: Path, check_config: CheckConfig) -> None:
    wheels = folder_of_torch()
    if wheels is None:
        pytest.skip("pip names no folder here (find-links) that has PyTorch for Python 3.11")
    if "3.11" not in find_interpreters():
        pytest.skip("this machine has no Python 3.11 that jobs can run")
    packages = dataclasses.replace(check_config.packages, find_links=wheels)
    folder = lay_out(PROJECT.slug, "reference-torch", tmp_path / "repository")

    result = check_repository(
        Request(
            project=PROJECT,
            source=Folder(folder),
            seed=hashlib.sha256(b"torch").digest(),
            starter_seed=hashlib.sha256(b"starter").digest(),
        ),
        config=dataclasses.replace(check_config, packages=packages),
    )

    assert [test.name for test in result.tests if test.status == "failed"] == []
    assert result.outcome is Outcome.PASSED, result.output
