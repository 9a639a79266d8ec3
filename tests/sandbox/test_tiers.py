"""Each tier of limits, for a user that root chooses."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.sandbox import cgroups
from tests.sandbox.conftest import CGROUPS, PYTHON

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run as other users")

USER = 62177  # nobody else's, so that no folder of it can be prepared already
FORKS = "import os, time\nwhile os.fork(): pass\ntime.sleep(60)"
MEMORY = "held = [b'x' * (1 << 20) for _ in range(400)]"


@pytest.fixture
def prepared() -> Iterator[str]:
    tier = cgroups.prepare(USER, USER)
    if tier is None:
        pytest.skip("this machine lets nobody make control groups")
    yield tier
    for pattern in (f"milepost-{USER}/main", f"milepost-{USER}", f"*/milepost-{USER}"):
        for folder in CGROUPS.glob(pattern):
            for process in (folder / "cgroup.procs").read_text().split():
                (CGROUPS / "cgroup.procs").write_text(process)
            folder.rmdir()  # fails when a leaf is left


def run_as_user(directory: Path, code: str) -> dict[str, object]:
    limits = ["--memory=64", "--pids=16", "--wall=10"]
    program = [PYTHON, "-c", code]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "apps.sandbox",
            "run",
            f"--dir={directory}",
            *limits,
            "--",
            *program,
        ],
        capture_output=True,
        text=True,
        user=USER,
        group=USER,
        extra_groups=[],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(FORKS, "process_limit"), (MEMORY, "out_of_memory"), ("print('x')", "ok")],
    ids=["forks", "memory", "ordinary"],
)
class TestOrdinaryUser:
    def test_prepared_user_has_exact_limits(
        self, code: str, outcome: str, prepared: str, shared_folder: Path
    ) -> None:
        result = run_as_user(shared_folder, code)

        assert (result["limit_tier"], result["outcome"]) == (prepared, outcome)

    def test_user_without_control_groups_has_the_fallback(
        self, code: str, outcome: str, shared_folder: Path
    ) -> None:
        result = run_as_user(shared_folder, code)

        assert (result["limit_tier"], result["outcome"]) == ("fallback", outcome)
