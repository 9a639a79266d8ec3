"""CPU builds of PyTorch from a folder of wheels, where this machine has one."""

from pathlib import Path

import pytest

from apps.checks.environment import EnvironmentConfig, default_ca_bundle
from apps.checks.interpreters import find_interpreters
from tests.checks.environments import folder_of_torch, prepared, run_in


@pytest.mark.slow
def test_torch_is_imported_from_the_operators_wheels(checks_home: Path) -> None:
    wheels = folder_of_torch()
    if wheels is None:
        pytest.skip("pip names no folder here (find-links) that has PyTorch for Python 3.11")
    if "3.11" not in find_interpreters():
        pytest.skip("this machine has no Python 3.11 that jobs can run")
    config = EnvironmentConfig(ca_bundle=default_ca_bundle(), find_links=wheels)

    environment = prepared(
        "torch", "numpy", store=checks_home / "environments", config=config, python="3.11"
    )
    result = run_in(environment, "import torch; print(torch.ones(2).sum())")

    assert (result.stdout, result.stderr) == ("tensor(2.)\n", "")
