"""Work that is done while the learner's commands run."""

import threading

import pytest

from apps.checks.meanwhile import meanwhile


def test_work_and_block_run_beside_each_other() -> None:
    ours, theirs = threading.Event(), threading.Event()

    def work() -> int:
        ours.set()
        assert theirs.wait(10)
        return 7

    with meanwhile(work) as done:
        assert ours.wait(10)
        theirs.set()
    assert done.result() == 7


def test_failed_work_is_told_after_the_block() -> None:
    reached = []
    with pytest.raises(ZeroDivisionError), meanwhile(lambda: 1 / 0):
        reached.append("the end of the block")
    assert reached == ["the end of the block"]


def test_what_the_block_raises_goes_first() -> None:
    with pytest.raises(KeyError), meanwhile(lambda: 1 / 0):
        raise KeyError
