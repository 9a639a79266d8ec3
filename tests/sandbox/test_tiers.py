"""Each tier of limits, for a user that root chooses."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.sandbox import cgroups
from tests.sandbox.conftest import PYTHON
from tests.sandbox.traces import CGROUPS

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run as other users")

# Nobody else's, so that no folder of them can be prepared already.
USER, OTHER_USER = 62177, 62178
FORKS = "import os, time\nwhile os.fork(): pass\ntime.sleep(60)"
MEMORY = "held = [b'x' * (1 << 20) for _ in range(400)]"
# Touches one MiB after the other and says so; ends by itself where it is refused.
FILLING = """
import mmap
touched = 0
try:
    while touched < 400:
        block = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        block.write(bytes(1 << 20))
        globals()[f"block-{touched}"] = block
        touched += 1
        print(touched, flush=True)
except (OSError, MemoryError):
    raise MemoryError
"""


@pytest.fixture
def prepared() -> Iterator[str]:
    with preparing(USER) as tier:
        yield tier


@contextlib.contextmanager
def preparing(user: int) -> Iterator[str]:
    tier = cgroups.prepare(user, user)
    if tier is None:
        pytest.skip("this machine lets nobody make control groups")
    yield tier
    clean_up(user)


def clean_up(user: int) -> None:
    for pattern in (f"milepost-{user}/main", f"milepost-{user}", f"*/milepost-{user}"):
        for folder in CGROUPS.glob(pattern):
            remove(folder)


def remove(folder: Path) -> None:
    """Fails when a leaf is left."""
    deadline = time.monotonic() + 30
    while folder.exists():
        for process in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):  # it ended just now
                (CGROUPS / "cgroup.procs").write_text(process)
        try:
            folder.rmdir()
        except OSError:  # a process that is ending still counts
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


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


def test_root_prepares_one_user_after_another(shared_folder: Path) -> None:
    with preparing(OTHER_USER), preparing(USER) as tier:
        result = run_as_user(shared_folder, "print('x')")

    assert (result["limit_tier"], result["outcome"]) == (tier, "ok")


def test_prepare_says_whether_the_user_has_exact_limits_now(prepared: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "apps.sandbox", "prepare", f"--uid={OTHER_USER}"],
        capture_output=True,
        text=True,
        check=False,
    )
    clean_up(OTHER_USER)

    if prepared == "cgroup2":
        assert (done.returncode, done.stdout) == (1, "")
        assert "systemd-run --user --scope -p Delegate=yes" in done.stderr
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"User {OTHER_USER} may now make control groups (cgroup1).\n"


def test_one_process_passes_the_limit_of_the_fallback_by_a_twentieth_at_most(
    shared_folder: Path,
) -> None:
    result = run_as_user(shared_folder, FILLING)

    assert (result["limit_tier"], result["outcome"]) == ("fallback", "out_of_memory")
    assert int(str(result["stdout"]).split()[-1]) <= 64 * 1.05
