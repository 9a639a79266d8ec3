"""Reads a file that a learner or their code has made, whatever stands under its name."""

import os
import stat
from pathlib import Path


class NotRegular(Exception):
    """A link, a folder, a pipe or a device stands there, or it cannot be opened."""


def read_regular(path: Path, *, max_bytes: int) -> bytes:
    """At most one byte more than ``max_bytes``, by which a larger file is known.

    A link is not followed, a pipe not waited for. Raises FileNotFoundError and NotRegular.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotRegular(str(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegular("not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(max_bytes + 1)
    finally:
        os.close(descriptor)
