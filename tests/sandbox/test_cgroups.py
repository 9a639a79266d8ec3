"""One run's control group: exact, and removed with all that lives in it."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from apps.sandbox import Limits, Outcome, cgroups, identity
from apps.sandbox.cgroups import Leaf
from tests.sandbox.conftest import RunPython

LIMITS = Limits(memory_mb=64, pids=16)
# Never one process for long: each starts the next and ends.
FLEE = "import os, time\nwhile True:\n if os.fork(): os._exit(0)\n time.sleep(0.001)"
CHILD_TAKES_ALL = """
import os
if os.fork() == 0:
    held = [b'x' * (1 << 20) for _ in range(400)]
os.wait()
print('survived')
"""


@pytest.fixture
def leaf() -> Iterator[Leaf]:
    user = identity.current()
    made = cgroups.make_leaf(user.uid, user.gid)
    if made is None:
        pytest.skip("this user has no control groups")
    yield made
    made.close()


def test_closing_a_leaf_ends_all_that_lives_in_it(nothing_left: str, leaf: Leaf) -> None:
    leaf.limit(LIMITS)
    joins = leaf.join_descriptors()
    subprocess.run(
        [sys.executable, "-c", FLEE, nothing_left],
        preexec_fn=lambda: [os.write(join, b"0") for join in joins],
        check=True,
    )
    for join in joins:
        os.close(join)
    assert (leaf.paths[0] / "pids.current").read_text() != "0\n"

    leaf.close()

    assert [path for path in leaf.paths if path.exists()] == []


def test_version_2_limits_memory_without_swap(leaf: Leaf) -> None:
    if leaf.tier != "cgroup2":
        pytest.skip(f"this is {leaf.tier}")
    leaf.limit(LIMITS)

    (folder,) = leaf.paths
    files = ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max")
    # 16, the launcher and the two processes of bubblewrap.
    assert [(folder / name).read_text() for name in files] == ["67108864\n", "0\n", "1\n", "19\n"]


def test_version_2_ends_the_whole_tree_for_memory(run_python: RunPython) -> None:
    result = run_python(CHILD_TAKES_ALL, limits=LIMITS)
    if result.limit_tier != "cgroup2":
        pytest.skip(f"this is {result.limit_tier}")

    assert (result.outcome, result.stdout) == (Outcome.OUT_OF_MEMORY, "")
