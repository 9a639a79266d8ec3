"""check_repo started by root gives root up before it touches anything."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.samples import lay_out
from tests.roadmap_site.site_process import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give root up")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to every user, unlike pytest's own temporary folders."""
    with tempfile.TemporaryDirectory(prefix="milepost-root-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_check_repo_of_root_leaves_no_file_of_root(folder: Path) -> None:
    repository = lay_out("house-price-prediction", "flawed-readme", folder / "repository")
    (repository / "milepost.toml").unlink()
    home = folder / "home"
    done = subprocess.run(
        [sys.executable, "manage.py", "check_repo", "house-price-prediction", str(repository)],
        cwd=ROOT,
        env={**os.environ, "MILEPOST_HOME": str(home), "MILEPOST_CHECKS_HOME": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "milepost.toml" in done.stdout
    assert {path.stat().st_uid for path in (home / "checks").rglob("*")} <= {62103}
    assert (home / "checks").stat().st_uid == 62103
