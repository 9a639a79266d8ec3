"""check_repo, or milepost check, started by root gives root up before it touches anything."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.checks.command import WRONG_USAGE
from apps.checks.leave_root import give_files_of_root
from apps.sandbox.identity import Identity
from tests.checks.samples import lay_out
from tests.checks.test_command import milepost
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


def test_files_of_root_are_given_but_no_link_is_followed(folder: Path) -> None:
    user = Identity(62103, 62103)
    outside, home = folder / "outside", folder / "home"
    for path in (outside, home, home / "deep"):
        path.mkdir()
    for path in (outside / "secret", outside / "linked", home / "deep" / "own"):
        path.write_text("")
    (home / "file").symlink_to(outside / "secret")
    (home / "folder").symlink_to(outside)
    (home / "deep" / "hard").hardlink_to(outside / "linked")

    give_files_of_root(home, user=user)

    given = {path.name for path in folder.rglob("*") if path.lstat().st_uid == user.uid}
    assert given == {"home", "deep", "own"}


def test_folder_swapped_for_a_link_is_not_entered(folder: Path) -> None:
    """The one whose files they are may change them while root looks."""
    user = Identity(62103, 62103)
    outside, home = folder / "outside", folder / "home"
    for path in (outside, home):
        path.mkdir()
    (outside / "secret").write_text("")
    ending = threading.Event()

    def swap() -> None:
        while not ending.is_set():
            (home / "swapped").mkdir()
            (home / "swapped").rmdir()
            (home / "swapped").symlink_to(outside)
            (home / "swapped").unlink()

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _ in range(2000):
            give_files_of_root(home, user=user)
    finally:
        ending.set()
        swapping.join()

    assert (outside.stat().st_uid, (outside / "secret").stat().st_uid) == (0, 0)


def test_root_is_told_of_a_folder_that_is_closed_to_the_check(folder: Path) -> None:
    closed = lay_out("house-price-prediction", "reference", folder / "closed")
    closed.chmod(0o700)
    ended = milepost(folder, "check", str(closed))
    assert ended.returncode == WRONG_USAGE
    said = "is closed to the user that checks run as when root starts them"
    assert f"{closed} {said}" in ended.stderr
    folder.chmod(0o700)  # as where an installer keeps what root installs
    ended = milepost(folder, "check", str(closed))
    assert ended.returncode == WRONG_USAGE
    assert f"apps/checks/command.py {said}" in ended.stderr
