"""Reads a small text file of a learner's repository, whatever stands under its name."""

import re
from pathlib import Path

from apps.checks.errors import InvalidSubmission
from apps.checks.regular_file import NotRegular, read_regular


def read_text(path: Path, *, max_bytes: int) -> str:
    """The file's text, without a byte order mark.

    Raises FileNotFoundError when there is none, InvalidSubmission when it is not a regular file,
    is larger than ``max_bytes`` or is not UTF-8.
    """
    name = path.name
    try:
        content = read_regular(path, max_bytes=max_bytes)
    except NotRegular:
        raise InvalidSubmission(
            "not_a_file", f"{name} is not an ordinary file. Replace it with one, not with a link."
        ) from None
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


def shown(text: str, *, limit: int = 60) -> str:
    """A piece of the learner's text for a message: one line, printable, not long."""
    line = "".join(char if char.isprintable() else "·" for char in text.strip())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def last_line(output: str) -> str:
    """The last thing that a program said, shortened: for a Python traceback, the error itself."""
    lines = output.strip().splitlines()
    return re.sub(r"\s+", " ", lines[-1])[:300].strip() if lines else ""
