"""Copies a folder's files into a job, through a descriptor of the job's folder."""

import contextlib
import os
import posixpath
import stat
from collections.abc import Iterator
from pathlib import Path

from apps.sandbox.identity import Identity

_DEEPEST = 64  # folders; one descriptor is open for each
_CHUNK = 1 << 20  # bytes


def copy_in(directory: Path, job: int, owner: Identity) -> None:
    """Copy regular files, folders and links that stay inside; everything else is left out.

    Raises OSError: ENOSPC when the job's disk is full, ENOTDIR when ``directory`` is no folder.
    """
    with _opened(str(directory), os.O_DIRECTORY) as source:
        _copy_folder(source, job, owner, prefix="", depth=0)


def _copy_folder(source: int, target: int, owner: Identity, *, prefix: str, depth: int) -> None:
    with os.scandir(source) as entries:
        names = [(entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in entries]
    for name, mode in names:
        if stat.S_ISREG(mode):
            _copy_file(source, target, name, owner)
        elif stat.S_ISLNK(mode):
            _copy_link(source, target, name, owner, prefix=prefix)
        elif stat.S_ISDIR(mode) and depth < _DEEPEST:
            with owner.creating_files():
                os.mkdir(name, 0o755, dir_fd=target)
            with (
                _opened(name, os.O_DIRECTORY | os.O_NOFOLLOW, source) as inner,
                _opened(name, os.O_DIRECTORY | os.O_NOFOLLOW, target) as copy,
            ):
                _copy_folder(inner, copy, owner, prefix=f"{prefix}{name}/", depth=depth + 1)
                os.fchmod(copy, 0o755)  # whatever our umask


def _copy_file(source: int, target: int, name: str, owner: Identity) -> None:
    # The file may have become something else since it was listed: no links, no waiting.
    with _opened(name, os.O_NOFOLLOW | os.O_NONBLOCK, source) as original:
        status = os.fstat(original)
        if not stat.S_ISREG(status.st_mode):
            return
        with owner.creating_files():
            copy = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=target)
        try:
            while os.sendfile(copy, original, None, _CHUNK):
                pass
            os.fchmod(copy, 0o755 if status.st_mode & stat.S_IXUSR else 0o644)
        finally:
            os.close(copy)


def _copy_link(source: int, target: int, name: str, owner: Identity, *, prefix: str) -> None:
    aim = os.readlink(name, dir_fd=source)
    if posixpath.isabs(aim) or posixpath.normpath(prefix + aim).split("/")[0] == "..":
        return
    with owner.creating_files():
        os.symlink(aim, name, dir_fd=target)


@contextlib.contextmanager
def _opened(path: str, flags: int, folder: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
