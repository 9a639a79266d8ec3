"""Whatever a job leaves in its folder: regular files within the limits come out, nothing else.

The folders are real, with every kind of file that the user of the tests may make.
"""

import contextlib
import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from apps.sandbox import Limits
from apps.sandbox.artifacts import Collected, collect
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import example_folder, regular_files

MIB = 1024**2
LIMITS = Limits(disk_mb=1, inodes=4)
GIANT = 1 << 40  # bytes

type Kind = str | int | bytes | Tree  # what to make: "fifo", the size of a hole, content, a folder
type Tree = list[tuple[bytes, Kind]]

NAMES = st.sampled_from(
    [
        *(b"a", b"b", b"A", b".milepost", b"output.csv", "é".encode(), b" ", b"-r", b"..."),
        *(b"\xff\xfe", b"\xed\xa0\x80", b"\n", b"\x1b[2J", b"\x7f", b"n" * 200, b"n" * 201),
        *(b"n" * 255, "\u202e".encode(), "\u2028".encode(), "\u200b".encode()),
    ]
) | st.binary(min_size=1, max_size=4).map(
    lambda name: name.replace(b"/", b"_").replace(b"\0", b"_").replace(b".", b"d")
)


def make(folder: Path, tree: Tree, outside: Path) -> None:
    for raw, kind in tree:
        path = folder / os.fsdecode(raw)
        if os.path.lexists(path):  # a name may come twice
            continue
        if isinstance(kind, list):
            path.mkdir()
            make(path, kind, outside)
        elif isinstance(kind, bytes):
            path.write_bytes(kind)
        elif isinstance(kind, int):
            with path.open("xb") as file:
                file.truncate(kind)
        else:
            with contextlib.suppress(FileExistsError, PermissionError):  # no devices but for root
                ODD[kind](path, outside)


def make_link(path: Path, _: Path) -> None:
    other = path.with_name("linked")
    other.touch(exist_ok=False)
    path.hardlink_to(other)


def make_socket(path: Path, _: Path) -> None:
    parent = os.open(path.parent, os.O_PATH)
    try:
        # The address of a socket must be short.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as made:
            made.bind(f"/proc/self/fd/{parent}/{path.name}")
    finally:
        os.close(parent)


def make_closed_folder(path: Path, _: Path) -> None:
    path.mkdir()
    (path / "inside").touch()
    path.chmod(0o000)


def make_deep_folder(path: Path, _: Path) -> None:
    inner = path.joinpath(*["d"] * 40)
    inner.mkdir(parents=True)
    (inner / "file").touch()


ODD: dict[str, Callable[[Path, Path], object]] = {
    "large": lambda path, _: path.write_bytes(b"x" * (MIB // 2)),
    "link": lambda path, outside: path.symlink_to(outside / "canary"),
    "folder link": lambda path, outside: path.symlink_to(outside),
    "link inside": lambda path, _: path.symlink_to("a"),
    "hard link": make_link,
    "fifo": lambda path, _: os.mkfifo(path),
    "socket": make_socket,
    "device": lambda path, _: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5)),
    "closed": lambda path, _: path.touch(mode=0o000, exist_ok=False),
    "executable": lambda path, _: path.touch(mode=0o6755, exist_ok=False),
    "closed folder": make_closed_folder,
    "deep": make_deep_folder,
}
CONTENTS = st.binary(max_size=20)
KINDS = st.one_of(
    *(CONTENTS, CONTENTS, CONTENTS),
    st.sampled_from(sorted(ODD)),
    st.sampled_from([1, MIB // 2, MIB, MIB + 1, GIANT]),
)
TREES = st.recursive(
    st.lists(st.tuples(NAMES, KINDS), min_size=1, max_size=5),
    lambda inner: st.lists(st.tuples(NAMES, KINDS | inner), min_size=1, max_size=4),
    max_leaves=8,
)
PATHS = st.lists(
    st.sampled_from(["", "a", "a/", "a/b", "b", "output.csv", "absent", "a//b", "é", "n" * 300]),
    min_size=1,
    max_size=3,
)


def open_folders(folder: Path) -> None:
    """So that the example can be removed."""
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


@FUZZ
@given(tree=TREES, planted=st.just([]) | TREES, paths=st.none() | st.none() | PATHS)
def test_any_folder_gives_its_regular_files_or_says_why_not(
    tmp_path: Path, tree: Tree, planted: Tree, paths: list[str] | None
) -> None:
    with example_folder(tmp_path) as outer:
        job, target, outside = outer / "job", outer / "target", outer / "outside"
        for folder in (job, target, outside):
            folder.mkdir()
        (outside / "canary").write_text("canary")
        make(job, tree, outside)
        make(target, planted, outside)
        descriptor = os.open(job, os.O_RDONLY | os.O_DIRECTORY)
        try:
            found = collect(descriptor, LIMITS, paths=paths, target=target)
        finally:
            os.close(descriptor)
            open_folders(outer)
        _assert_within_limits(found)
        for artifact in found.artifacts:
            copy, original = target / artifact.path, job / artifact.path
            assert stat.S_ISREG(copy.lstat().st_mode)
            assert stat.S_ISREG(original.lstat().st_mode)
            assert original.lstat().st_nlink == 1
            assert copy.resolve() == (target.resolve() / artifact.path)
            assert copy.stat().st_size == original.stat().st_size == artifact.size
            assert copy.read_bytes() == original.read_bytes()
            assert copy.stat().st_mode & 0o7777 in {0o644, 0o755}
        if not planted:
            assert regular_files(target) == {a.path: a.size for a in found.artifacts}
        assert regular_files(outside) == {"canary": 6}
        assert (outside / "canary").read_text() == "canary"
        for folder in (job, target, outside):
            shutil.rmtree(folder)


def _assert_within_limits(found: Collected) -> None:
    event(f"{min(3, len(found.artifacts))} taken, {min(3, found.refused_count)} refused")
    assert len(found.artifacts) <= LIMITS.inodes
    assert sum(artifact.size for artifact in found.artifacts) == found.size
    assert found.size <= LIMITS.disk_mb * MIB
    for artifact in found.artifacts:
        assert artifact.path.isprintable()
        assert len(os.fsencode(artifact.path)) < 32 * 201
    for sentence in found.sentences():
        assert sentence.isprintable()
        assert len(sentence) < 300


def test_sparse_giant_is_refused_and_never_copied(tmp_path: Path) -> None:
    job, target = tmp_path / "job", tmp_path / "target"
    job.mkdir()
    with (job / "giant").open("xb") as file:
        try:
            file.truncate(GIANT)
        except OSError:
            pytest.skip("This file system has no files of a tebibyte.")
    assert (job / "giant").stat().st_blocks == 0
    descriptor = os.open(job, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = collect(descriptor, LIMITS, target=target)
    finally:
        os.close(descriptor)
    assert found.sentences() == ("giant: larger than the disk limit",)
    assert found.artifacts == []
    assert not target.exists()
