"""Brings what was handed in to a folder of ours: a git repository, a zip or a local folder."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from apps.checks.archive import fetch_zip
from apps.checks.errors import InvalidSubmission
from apps.checks.git import fetch_git
from apps.checks.source import FetchConfig, Fetched, Folder, GitUrl, Source, ZipFile, clean_url
from apps.checks.tree import (
    IGNORED,
    Entry,
    disk_errors,
    filled,
    judge,
    shown,
    symlink,
    too_many_files,
    write_file,
)

__all__ = [
    "FetchConfig",
    "Fetched",
    "Folder",
    "GitUrl",
    "Source",
    "ZipFile",
    "clean_url",
    "fetch",
    "source_from",
]


def source_from(text: str) -> Source:
    """What ``PATH_OR_URL`` of the command line means. Raises InvalidSubmission if nothing."""
    if "://" in text:
        return GitUrl(text)
    path = Path(text)
    if path.is_dir():
        return Folder(path)
    if path.is_file():
        return ZipFile(path)
    if path.exists() or "@" not in text:
        raise InvalidSubmission(
            "no_such_path", f"{shown(text)} is neither a folder, a zip file nor an https address."
        )
    return GitUrl(text)  # git@host:path, which is told to be an SSH address


def fetch(
    source: Source,
    *,
    into: Path,
    config: FetchConfig,
    cancelled: Callable[[], bool] | None = None,
) -> Fetched:
    """Fetch ``source`` into the folder ``into``, which must not exist or be empty.

    Only regular files come out, readable by everyone. When it fails, nothing is left behind.
    Raises InvalidSubmission for what the learner can mend, PlatformError for what they cannot, and
    Cancelled.
    """
    match source:
        case GitUrl(url):
            return fetch_git(url, into=into, config=config, cancelled=cancelled)
        case ZipFile(path):
            return fetch_zip(path, into=into, config=config)
        case Folder(path):
            return _fetch_folder(path, into=into, config=config)


def _fetch_folder(path: Path, *, into: Path, config: FetchConfig) -> Fetched:
    entries = _folder_entries(path, config)
    judge(entries, config)
    digest = hashlib.sha256()
    with filled(into):
        for entry in entries:
            digest.update(f"{entry.path}\0{entry.executable:d}\0{entry.size}\0".encode())
            write_file(into, entry, _content(path / entry.path, entry, digest.update))
    size = sum(entry.size for entry in entries)
    return Fetched(root=into, commit=digest.hexdigest(), files=len(entries), size=size)


def _folder_entries(root: Path, config: FetchConfig) -> list[Entry]:
    """In order of their paths, so that the digest depends on the content only."""
    entries: list[Entry] = []
    folders = [root]
    while folders:
        with disk_errors(), os.scandir(folders.pop()) as listing:
            found = [item for item in listing if item.name not in IGNORED]
        for item in found:
            path = Path(item.path).relative_to(root).as_posix()
            if item.is_symlink():
                raise symlink(path)
            if item.is_dir():
                folders.append(Path(item.path))
            elif item.is_file():
                info = item.stat()
                entries.append(Entry(path, info.st_size, executable=bool(info.st_mode & 0o100)))
            else:
                raise InvalidSubmission(
                    "special_file", f"{shown(path)} is neither a file nor a folder. Remove it."
                )
        if len(entries) > config.max_files:
            raise too_many_files(config)
    return sorted(entries, key=lambda entry: entry.path)


def _content(path: Path, entry: Entry, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    """Exactly as many bytes as were judged, even of a file that grows meanwhile."""
    left = entry.size
    with path.open("rb") as file:
        while left and (chunk := file.read(min(left, 64 * 1024))):
            left -= len(chunk)
            seen(chunk)
            yield chunk
