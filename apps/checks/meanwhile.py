"""Work of the checker's own, done while it waits for the learner's commands."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def meanwhile[T](work: Callable[[], T]) -> Iterator[Future[T]]:
    """Do ``work`` in a thread beside the block, which ends when both are done.

    Raises what the block raised, else what ``work`` raised.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        done = pool.submit(work)
        yield done
    done.result()
