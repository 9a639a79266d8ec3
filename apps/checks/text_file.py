"""Reads a small text file of a learner's repository, whatever stands under its name."""

import os
import stat
from pathlib import Path

from apps.checks.errors import InvalidSubmission


def read_text(path: Path, *, max_bytes: int) -> str:
    """The file's text, without a byte order mark.

    Raises FileNotFoundError when there is none, InvalidSubmission when it is not a regular file,
    is larger than ``max_bytes`` or is not UTF-8.
    """
    name = path.name
    content = _read(path, max_bytes=max_bytes)
    if len(content) > max_bytes:
        raise InvalidSubmission(
            "file_too_large",
            f"{name} is larger than {max_bytes // 1024} KiB. Keep only what the checker reads.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSubmission(
            "file_not_utf8",
            f"{name} is not UTF-8 text. Save it again with the encoding UTF-8.",
        ) from None


def _read(path: Path, *, max_bytes: int) -> bytes:
    """At most one byte more than ``max_bytes``. A link is not followed, a pipe not waited for."""
    not_a_file = InvalidSubmission(
        "not_a_file", f"{path.name} is not an ordinary file. Replace it with one, not with a link."
    )
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError:
        raise not_a_file from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise not_a_file
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(max_bytes + 1)
    finally:
        os.close(descriptor)


def shown(text: str, *, limit: int = 60) -> str:
    """A piece of the learner's text for a message: one line, printable, not long."""
    line = "".join(char if char.isprintable() else "·" for char in text.strip())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
