"""How the fallback tier finds a job's processes. What it measures is in ``test_tiers.py``."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.sandbox import watchdog

# A parent without a /proc, whose child has one: bubblewrap while it builds the job's root folder.
PARENT = """
import os, sys, time
if os.fork() == 0:
    time.sleep(60)
    os._exit(0)
os.unshare(os.CLONE_NEWUSER)  # in which it may
os.chroot(sys.argv[1])
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield process.pid
    os.killpg(process.pid, 9)
    process.wait()
    process.stdout.close()


def test_no_descriptor_stays_open_when_a_job_ends_while_it_is_looked_for(parent: int) -> None:
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    with pytest.raises(FileNotFoundError):
        watchdog._inner_processes(parent)
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208
