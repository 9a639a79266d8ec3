"""Outcomes that a real run meets only by chance or on other machines."""

from typing import Any

import pytest

from apps.sandbox import Limits, Outcome
from apps.sandbox.usage import Usage
from apps.sandbox.verdict import Facts, decide


@pytest.mark.parametrize(
    ("facts", "tier", "outcome"),
    [
        ({"exit_code": 0}, "cgroup2", Outcome.OK),
        ({"exit_code": 1}, "cgroup2", Outcome.NONZERO_EXIT),
        ({"exit_code": 137}, "cgroup2", Outcome.SIGNAL),
        ({"exit_code": 200}, "cgroup2", Outcome.NONZERO_EXIT),
        ({"exit_code": None}, "cgroup2", Outcome.SANDBOX_ERROR),
        # The kernel may have killed any process of the tree: the result cannot be relied on.
        ({"exit_code": 0, "usage": Usage(out_of_memory=True)}, "cgroup1", Outcome.OUT_OF_MEMORY),
        ({"exit_code": 0, "usage": Usage(refused_processes=5)}, "cgroup1", Outcome.OK),
        ({"exit_code": 1, "usage": Usage(refused_processes=5)}, "cgroup1", Outcome.PROCESS_LIMIT),
        ({"exit_code": 0, "disk_was_full": True}, "cgroup1", Outcome.OK),
        ({"exit_code": 1, "disk_was_full": True}, "cgroup1", Outcome.DISK_LIMIT),
        ({"exit_code": 128 + 25}, "cgroup1", Outcome.DISK_LIMIT),  # SIGXFSZ
        # Full only as long as the program held a file that it had deleted.
        (
            {"exit_code": 1, "last_errors": b"OSError: [Errno 28] No space left on device\n"},
            "cgroup1",
            Outcome.DISK_LIMIT,
        ),
        ({"exit_code": None, "ending": "wall"}, "cgroup1", Outcome.TIMEOUT),
        ({"exit_code": None, "ending": "cpu"}, "cgroup1", Outcome.TIMEOUT),
        ({"exit_code": 137, "usage": Usage(cpu_s=61)}, "fallback", Outcome.TIMEOUT),
        ({"exit_code": None, "ending": "stderr"}, "cgroup1", Outcome.OUTPUT_LIMIT),
        ({"exit_code": 1, "last_errors": b"MemoryError\n"}, "fallback", Outcome.OUT_OF_MEMORY),
        ({"exit_code": 0, "last_errors": b"MemoryError\n"}, "fallback", Outcome.OK),
        ({"exit_code": 1, "last_errors": b"MemoryError\n"}, "cgroup1", Outcome.NONZERO_EXIT),
        (
            {"exit_code": 1, "last_errors": b"RuntimeError: can't start new thread\n"},
            "fallback",
            Outcome.PROCESS_LIMIT,
        ),
    ],
    ids=str,
)
def test_outcome_follows_from_the_facts(facts: dict[str, Any], tier: str, outcome: Outcome) -> None:
    known = {"ending": None, "usage": Usage(), "disk_was_full": False}

    verdict = decide(Facts(**(known | facts)), Limits(), tier)

    assert verdict.outcome is outcome
    assert (verdict.message == "") == (outcome is Outcome.OK)
