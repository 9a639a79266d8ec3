"""The files of a repository as they were checked, for people to read beside the verdict."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What a person reads of a file and of a repository; the rest is listed with its size.
MAX_FILE = 200_000  # bytes
MAX_TOTAL = 3_000_000  # bytes
MAX_FILES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    path: str
    size: int  # bytes
    text: str | None  # None: not text, or too long to be kept


def read_snapshot(root: Path) -> tuple[SourceFile, ...]:
    """The files below ``root``, which the fetch wrote: ordinary ones, of names that were judged."""
    kept, files = 0, []
    for path in _walk(root):
        size = path.stat().st_size
        text = _text(path) if size <= MAX_FILE and kept + size <= MAX_TOTAL else None
        kept += size if text is not None else 0
        files.append(SourceFile(path=path.relative_to(root).as_posix(), size=size, text=text))
        if len(files) == MAX_FILES:
            break
    return tuple(files)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _text(path: Path) -> str | None:
    data = path.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
