"""Files that come in: their size, their encoding, and what is said about them."""

import re
from collections.abc import Iterator
from pathlib import Path

from apps.curriculum.problems import ContentError, Problem

MAX_BYTES = 5_000_000
# Characters of one text, far more than anybody reads in a question.
LONGEST_TEXT = 20_000
# Unicode has some for use inside of a program: the reader of GIFT puts them for escaped signs.
FIRST_NONCHARACTER = "\ufdd0"
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef]")


def read_upload(path: Path) -> str:
    """The text of a file. Raises ContentError with what to change."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refusal(path.name, f"The file has {size:,} bytes; {MAX_BYTES:,} are the most.")
        data = path.read_bytes()
    except OSError as error:
        raise refusal(path.name, f"The file cannot be read: {error.strerror}.") from None
    return decoded(data, file=path.name)


def decoded(data: bytes, *, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise refusal(file, f"The file has {len(data):,} bytes; {MAX_BYTES:,} are the most.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "The line is not UTF-8. Save the file as UTF-8."
        raise refusal(file, message, line=line) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if problems := list(_odd_characters(text, file=file)):
        raise ContentError(problems)
    if not text.strip():
        raise refusal(file, "The file is empty.")
    return text


def _odd_characters(text: str, *, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if odd := ODD.search(line):
            message = (
                f"The line holds the character U+{ord(odd[0]):04X}, which is no text. Take it out."
            )
            yield Problem(file=file, line=number, message=message)


def refusal(file: str, message: str, *, line: int = 0) -> ContentError:
    return ContentError([Problem(file=file, line=line, message=message)])
