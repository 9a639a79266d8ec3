"""A job that takes all it can get leaves enough for the others, which belong to the same user."""

import resource
from collections.abc import Iterator

import pytest

from apps.sandbox import Outcome
from tests.sandbox.conftest import another_job, run_with_python

MODEST = {
    "watchers": "import ctypes; print(ctypes.CDLL(None).inotify_init1(0) > 0)",
    "signals": "import ctypes; print(ctypes.CDLL(None).timer_create(0, None, bytes(8)) == 0)",
    "descriptors": "print(True)",  # starting a job is what takes descriptors
}


@pytest.fixture
def usual_limit_of_files() -> Iterator[None]:
    """What systemd gives a service, where the tests may have more."""
    usual = 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (usual, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("what", MODEST)
@pytest.mark.usefixtures("usual_limit_of_files")
def test_greedy_job_leaves_enough_for_others(what: str, nothing_left: str) -> None:
    with another_job(nothing_left, "greedy", what):
        result = run_with_python(["-c", MODEST[what]], token=nothing_left)

    assert (result.outcome, result.stdout) == (Outcome.OK, "True\n")
