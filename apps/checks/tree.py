"""The files of a submission: judged by name and size before anything is written, then written.

Every source (git, zip, folder) lists first and goes through here, so the rules are the same.
"""

import errno
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.source import FetchConfig

MIB = 1024**2
MAX_PATH = 400  # bytes; leaves room for the folders in front of it
MAX_DEPTH = 30
# Made by tools, never part of what is handed in; a zip or a folder on a laptop is full of them.
IGNORED = frozenset(
    {
        ".git",
        ".venv",
        "venv",
        "__pycache__",
        "node_modules",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".ipynb_checkpoints",
        "__MACOSX",
        ".DS_Store",
    }
)
_BIDI = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


@dataclass(frozen=True, slots=True)
class Entry:
    path: str  # relative, "/" as separator
    size: int  # bytes
    executable: bool = False


def judge(entries: Sequence[Entry], config: FetchConfig) -> None:
    """Raise InvalidSubmission unless all of ``entries`` may be written."""
    if not entries:
        raise InvalidSubmission(
            "empty_repository",
            "There are no files in it. Put your project's files in, then hand it in.",
        )
    if len(entries) > config.max_files:
        raise too_many_files(config)
    for entry in entries:
        judge_name(entry.path)
        if entry.size > config.max_file_mb * MIB:
            raise InvalidSubmission(
                "file_too_large",
                f"{shown(entry.path)} is larger than {config.max_file_mb} MB. "
                "Take it out: data and models are made by your commands, not handed in.",
            )
    if sum(entry.size for entry in entries) > config.max_size_mb * MIB:
        raise too_large(config)
    _judge_collisions(entries)


def too_many_files(config: FetchConfig) -> InvalidSubmission:
    return InvalidSubmission(
        "too_many_files",
        f"There are more than {config.max_files:,} files. "
        "Take out data, virtual environments and other generated files.",
    )


def too_large(config: FetchConfig) -> InvalidSubmission:
    return InvalidSubmission(
        "too_large",
        f"The files are larger than {config.max_size_mb} MB together. "
        "Take out data, models and other large files.",
    )


def judge_name(path: str) -> None:
    """Raise InvalidSubmission unless ``path`` is relative, short and made of plain names."""
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts) or path[1:2] == ":":
        problem = "leads out of the project's folder"
    elif any(part.casefold() == ".git" for part in parts):
        problem = "has the name of git's own folder"
    elif "\\" in path or any(_invisible(char) for char in path):
        problem = "has a backslash or an invisible character in its name"
    elif len(parts) > MAX_DEPTH or len(path.encode()) > MAX_PATH or _longest(parts) > 255:
        problem = "has too long a name or lies too deep"
    else:
        return
    raise InvalidSubmission("bad_name", f"{shown(path)} {problem}. Rename or remove it.")


def _invisible(char: str) -> bool:
    return (
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(char) in _BIDI
    )


def _longest(parts: Iterable[str]) -> int:
    return max(len(part.encode()) for part in parts)


def _judge_collisions(entries: Sequence[Entry]) -> None:
    files: set[str] = set()
    folders: set[str] = set()
    for entry in entries:
        if entry.path in files:
            raise InvalidSubmission(
                "duplicate_name", f"{shown(entry.path)} is there twice. Keep one of them."
            )
        files.add(entry.path)
        parts = entry.path.split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    for path in files & folders:
        raise InvalidSubmission(
            "duplicate_name", f"{shown(path)} is there as a file and as a folder. Keep one of them."
        )


def shown(path: str) -> str:
    """``path`` for a message: short, and with nothing invisible or reordering in it."""
    visible = "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in path[:200])
    return visible if len(visible) <= 80 else f"{visible[:40]}…{visible[-39:]}"


def symlink(path: str) -> InvalidSubmission:
    return InvalidSubmission(
        "symlink", f"{shown(path)} is a symbolic link. Replace it with the file it points to."
    )


@contextmanager
def filled(into: Path) -> Iterator[None]:
    """``into``, made for the body to fill; gone again if the body fails.

    Raises PlatformError when the disk does not take it. ``into`` must not exist, or be empty.
    """
    with disk_errors():
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise OSError(errno.ENOTEMPTY, f"{into} is not empty")
        into.chmod(0o755)
    try:
        yield
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def write_file(root: Path, entry: Entry, chunks: Iterable[bytes]) -> None:
    """Write ``entry`` below ``root``. ``chunks`` must have been judged to be as long as it says.

    Modes are set, not left to the umask: the sandbox reads as another user.
    """
    target = root / entry.path
    with disk_errors():
        _make_parents(root, target)
        with target.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
        target.chmod(0o755 if entry.executable else 0o644)


def _make_parents(root: Path, target: Path) -> None:
    missing = []
    folder = target.parent
    while folder != root and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir()
        folder.chmod(0o755)


@contextmanager
def disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise PlatformError(
            "disk_full" if full else "disk_error",
            "The checker could not store your files. This is our fault; it is tried again.",
        ) from error
