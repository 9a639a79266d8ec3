"""What all formats share: the file's bytes, its text, and how pieces of it are shown."""

from pathlib import Path

from apps.checks.regular_file import NotRegular, read_regular


class UnusableOutput(ValueError):
    """The file cannot be used; the message tells the learner what to change."""


def read_content(path: Path, *, max_bytes: int) -> bytes:
    """All bytes of a regular file that is not empty. Raises UnusableOutput."""
    try:
        content = read_regular(path, max_bytes=max_bytes)
    except (FileNotFoundError, NotRegular):
        raise UnusableOutput(
            "The output is not an ordinary file. Write a file, not a folder or a link."
        ) from None
    if len(content) > max_bytes:
        raise UnusableOutput(
            f"The file is larger than {size_shown(max_bytes)}. Write only what the brief asks for."
        )
    if not content:
        raise UnusableOutput("The file is empty. Write to it, and close it, before you exit.")
    return content


def decoded(content: bytes) -> str:
    """Text without a byte order mark, in memory up to four times its bytes.

    Raises UnusableOutput for what is not UTF-8 or holds a NUL character.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnusableOutput(
            f"The file is not UTF-8 text. Line {line} has other bytes; open the file for writing "
            'with encoding="utf-8".'
        ) from None
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise UnusableOutput(f"Line {line} holds a NUL character. Write plain text.")
    return text


def size_shown(size: int) -> str:
    """Bytes for people: "4 MiB", "64 KiB"."""
    for unit, factor in (("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} bytes"


def shown(text: str) -> str:
    """A piece of the learner's text for a message: one line, printable, not long."""
    line = "".join(char if char.isprintable() else "·" for char in text[:40])
    return f"{line}…" if len(text) > 40 else line
