"""A submission handed in as a zip file. Read in this process, with memory and output bounded.

Nothing the archive says about itself is believed: sizes are judged as declared, and counted again
while reading.
"""

import hashlib
import io
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from apps.checks.damaged_zip import DAMAGED
from apps.checks.errors import InvalidSubmission
from apps.checks.source import FetchConfig, Fetched
from apps.checks.tree import (
    IGNORED,
    MIB,
    Entry,
    disk_errors,
    filled,
    judge,
    shown,
    symlink,
    too_large,
    write_file,
)

# zipfile reads the central directory in one piece and makes an object of each entry: this bounds
# both (an entry takes at least 46 bytes). A project with its virtual environment fits.
_MAX_DIRECTORY = 4 * MIB
_MAX_RATIO = 200  # of a file over 1 MiB; text compresses by 5 to 20, deflate ends at 1032
_CHUNK = 64 * 1024
_READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class _BoundedFile(io.FileIO):
    """A file whose single reads are bounded, whatever length the archive asks for."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _MAX_DIRECTORY:
            raise InvalidSubmission(
                "too_many_files",
                "The zip lists too many files. Make it without virtual environments, data and "
                "other generated files.",
            )
        return super().read(size) or b""


def fetch_zip(path: Path, *, into: Path, config: FetchConfig) -> Fetched:
    """Unpack the zip at ``path`` into ``into``. Raises InvalidSubmission, PlatformError."""
    with disk_errors():
        file = _BoundedFile(path)
        size = path.stat().st_size
    with file, _damage_told():
        if size > config.max_size_mb * MIB:
            raise too_large(config)
        commit = _sha256(file)
        with zipfile.ZipFile(file) as archive:
            members = _members(archive, size)
            entries = _entries(members)
            judge(entries, config)
            with filled(into):
                for member, entry in zip(members, entries, strict=True):
                    write_file(into, entry, _content(archive, member))
    unpacked = sum(entry.size for entry in entries)
    return Fetched(root=into, commit=commit, files=len(entries), size=unpacked)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        raise InvalidSubmission(
            "bad_zip",
            "This is not a zip file that can be read: it is damaged or of another kind. "
            "Make it again and hand in the new one.",
        ) from error


def _sha256(file: io.FileIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _members(archive: zipfile.ZipFile, archive_size: int) -> list[zipfile.ZipInfo]:
    """The files in it that belong to the project; raises for what cannot be read safely."""
    members = []
    packed = 0
    for member in archive.infolist():
        if not IGNORED.isdisjoint(member.orig_filename.split("/")):
            continue
        _judge_kind(member)
        packed += member.compress_size
        # Entries that overlap share their bytes: small file, endless output.
        if packed > archive_size or _ratio(member) > _MAX_RATIO:
            raise InvalidSubmission(
                "zip_bomb",
                f"{shown(member.orig_filename)} unpacks to far more than is stored. "
                "Take it out, or commit a smaller sample of it.",
            )
        if not member.is_dir():
            members.append(member)
    return members


def _ratio(member: zipfile.ZipInfo) -> float:
    return member.file_size / max(1, member.compress_size) if member.file_size > MIB else 0.0


def _judge_kind(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise symlink(name)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise InvalidSubmission(
            "special_file", f"{shown(name)} is neither a file nor a folder. Remove it."
        )
    if member.flag_bits & 0x1:
        raise InvalidSubmission(
            "zip_encrypted", "The zip is protected by a password. Make one without."
        )
    if member.compress_type not in _READABLE:
        raise InvalidSubmission(
            "zip_method",
            f"{shown(name)} is packed by an unusual method. Make the zip with your system's own "
            "tool, or with: git archive --format=zip -o project.zip HEAD",
        )


def _entries(members: Sequence[zipfile.ZipInfo]) -> list[Entry]:
    """Judged by ``orig_filename``: ``filename`` is what zipfile made of it."""
    names = [member.orig_filename for member in members]
    prefix = _single_folder(names)
    return [
        Entry(
            name.removeprefix(prefix),
            member.file_size,
            executable=bool(member.external_attr >> 16 & stat.S_IXUSR),
        )
        for name, member in zip(names, members, strict=True)
    ]


def _single_folder(names: Sequence[str]) -> str:
    """The folder that holds everything, as in GitHub's downloads: "house-price-main/"."""
    tops = {name.partition("/")[:2] for name in names}
    top, slash = tops.pop() if len(tops) == 1 else ("", "")
    return f"{top}/" if slash and top not in {"", ".", ".."} and ":" not in top else ""


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    left = member.file_size
    try:
        with archive.open(member) as content:
            while chunk := content.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
    except OSError as error:
        # Not a trouble of the disk that is written to, as which it would be taken.
        raise zipfile.BadZipFile(str(error)) from error
    if left != 0:
        raise zipfile.BadZipFile("size differs from the one declared")
