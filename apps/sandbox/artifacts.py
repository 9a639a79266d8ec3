"""Reads what a job has left in its folder, once nothing of the job lives any more.

Everything here was chosen by the job: names, kinds of files, sizes, depth.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from apps.sandbox.model import Artifact, Limits

_DEEPEST = 32  # folders
_LONGEST_NAME = 200  # bytes of UTF-8
_LONGEST_PATH = 1000  # bytes; whoever opens a file below another folder needs room for that as well
_MOST_REFUSED = 100  # sentences; the rest is summed up in one
_CLOSED = "the folder is not readable"
_CHUNK = 1 << 20  # bytes
_MIB = 1024 * 1024


@dataclass(slots=True)
class Collected:
    artifacts: list[Artifact] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    size: int = 0  # bytes of all artifacts
    refused_count: int = 0

    def refuse(self, path: str, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < _MOST_REFUSED:
            self.refused.append(f"{_printable(path)}: {reason}")

    def sentences(self) -> tuple[str, ...]:
        more = self.refused_count - len(self.refused)
        return (*self.refused, f"and {more} more files") if more else tuple(self.refused)


def collect(
    job: int, limits: Limits, *, paths: Sequence[str] | None = None, target: Path | None = None
) -> Collected:
    """List the regular files below the descriptor ``job``, and copy them below ``target``.

    ``paths``: only these files and folders, relative to the job's folder. A path that is not
    there is left out silently.
    """
    collector = _Collector(limits, target)
    for path in [""] if paths is None else dict.fromkeys(paths):
        with contextlib.ExitStack() as folders, contextlib.suppress(FileNotFoundError):
            collector.start(job, [part for part in path.split("/") if part], folders)
    return collector.collected


class _Collector:
    def __init__(self, limits: Limits, target: Path | None) -> None:
        self.collected = Collected()
        self._seen: set[str] = set()
        self._most_bytes = limits.disk_mb * _MIB
        self._most_files = limits.inodes
        self._target = target

    def start(self, job: int, parts: list[str], folders: contextlib.ExitStack) -> None:
        """Go down to the asked path one folder at a time, so that no link is followed."""
        if any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
            return
        folder = job
        for index, part in enumerate(parts[:-1]):
            try:
                folder = folders.enter_context(_folder(part, folder))
            except NotADirectoryError:
                self.collected.refuse("/".join(parts[: index + 1]), "not a folder")
                return
            except PermissionError:
                self.collected.refuse("/".join(parts[: index + 1]), _CLOSED)
                return
        try:
            if parts:
                self._entry(folder, parts[-1], "/".join(parts), depth=len(parts))
            else:
                self._walk(folder, "", depth=0)
        except PermissionError:  # it may be listed, but not entered
            self.collected.refuse("/".join(parts[:-1]) or ".", _CLOSED)

    def _walk(self, folder: int, prefix: str, *, depth: int) -> None:
        for name in sorted(os.listdir(folder)):
            self._entry(folder, name, prefix + name, depth=depth + 1)

    def _entry(self, folder: int, name: str, path: str, *, depth: int) -> None:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        reason = _odd_name(name) or _long_path(path)
        if reason is not None:
            self.collected.refuse(path, reason)
        elif stat.S_ISDIR(status.st_mode):
            self._inner_folder(folder, name, path, depth=depth)
        elif path not in self._seen:
            self._seen.add(path)
            reason = self._odd_file(status)
            if reason is not None:
                self.collected.refuse(path, reason)
            else:
                self._take(folder, name, path, status)

    def _inner_folder(self, folder: int, name: str, path: str, *, depth: int) -> None:
        if depth > _DEEPEST:
            self.collected.refuse(path, f"more than {_DEEPEST} folders deep")
            return
        try:
            with _folder(name, folder) as inner:
                self._walk(inner, f"{path}/", depth=depth)
        except PermissionError:
            self.collected.refuse(path, _CLOSED)

    def _odd_file(self, status: os.stat_result) -> str | None:
        if stat.S_ISLNK(status.st_mode):
            return "a symbolic link"
        if not stat.S_ISREG(status.st_mode):
            return "not a regular file"
        if status.st_nlink != 1:
            return "a hard link"
        if self.collected.size + status.st_size > self._most_bytes:
            return "larger than the disk limit"
        if len(self.collected.artifacts) >= self._most_files:
            return "too many files"
        return None

    def _take(self, folder: int, name: str, path: str, status: os.stat_result) -> None:
        if self._target is not None:
            try:
                _copy_out(folder, name, self._target, path, status)
            except PermissionError:
                self.collected.refuse(path, "the file is not readable")
                return
            except (NotADirectoryError, IsADirectoryError):
                self.collected.refuse(path, "something else has its name where it would go")
                return
        self.collected.size += status.st_size
        self.collected.artifacts.append(Artifact(path, status.st_size))


def _copy_out(folder: int, name: str, target: Path, path: str, status: os.stat_result) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as opened:
        source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        opened.callback(os.close, source)
        # One folder at a time: the target may hold links that a learner has made.
        parent = opened.enter_context(_folder(str(target), None))
        for part in path.split("/")[:-1]:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=parent)
            parent = opened.enter_context(_folder(part, parent))
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=parent)
        mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
        copy = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode, dir_fd=parent)
        opened.callback(os.close, copy)
        left = status.st_size  # as judged: whatever was opened, no more is taken
        while left and (sent := os.sendfile(copy, source, None, min(left, _CHUNK))):
            left -= sent


@contextlib.contextmanager
def _folder(name: str, parent: int | None) -> Iterator[int]:
    descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _odd_name(name: str) -> str | None:
    if len(os.fsencode(name)) > _LONGEST_NAME:
        return f"the name is longer than {_LONGEST_NAME} bytes"
    # Control, invisible and bidirectional characters, those of no script, bytes that are no UTF-8.
    if not name.isprintable():
        return "the name has odd characters"
    return None


def _long_path(path: str) -> str | None:
    if len(os.fsencode(path)) > _LONGEST_PATH:
        return f"the path is longer than {_LONGEST_PATH} bytes"
    return None


def _printable(path: str) -> str:
    text = ascii(path)[1:-1] if _odd_name(path.replace("/", "")) else path
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"
