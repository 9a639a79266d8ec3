"""Whatever tree git lists: its files in the folder asked for, or a sentence and nothing.

The objects are written as git stores them, since git's own commands refuse to make the odd ones,
and are listed and read by git with the commands of ``apps.checks.git``. What git itself refuses
(``fsck``, on the way in) is refused a second time here.
"""

import hashlib
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from apps.checks import git as checks_git
from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.source import FetchConfig
from apps.checks.tree import filled, judge, write_file
from tests.checks.git_server import git
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import assert_told, example_folder, regular_files

SMALL = FetchConfig(max_files=20, max_size_mb=2, max_file_mb=1)
MIB = 1024**2
CONTENTS = [b"", b"print(1)\r\n", bytes(2000), bytes(MIB), bytes(MIB + 1), b"\xff\0blob 3\n"]
CONTENTS += [b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"]

type Tree = list[tuple[str, bytes, "int | Tree"]]  # mode, name, which of CONTENTS or a folder

ODD_NAMES = st.sampled_from(
    [
        *(b"A", b"a", "é".encode(), "e\u0301".encode(), b".gitmodules", b"git~1", b" ", b"-r"),
        *(b"..", b".", b".git", b".GIT", b".g\xe2\x80\x8cit", b"C:", b"a\\b", b"\n", b"\t"),
        *(b"a/b", b"../f0", b"/f0", b"a/../../f0", b"\xff\xfe", b"\xed\xa0\x80"),
        *("\u202e".encode(), "\u2028".encode(), b"n" * 255, b"n" * 256, b"x" * 5000),
    ]
) | st.binary(min_size=1, max_size=6).map(lambda name: name.replace(b"\0", b"\1"))
ODD_MODES = st.sampled_from(["120000", "160000", "0", "177777", "644", "100664", "100600"])
# Most of a tree is as it should be, or the first odd entry would hide what is behind it.
NAMES = st.integers(0, 40).map(lambda number: b"f%d" % number)
BLOBS = st.integers(0, 2)
PLAIN = st.tuples(st.sampled_from(["100644", "100644", "100755"]), NAMES, BLOBS)
ODD = st.one_of(
    st.tuples(st.just("100644"), ODD_NAMES, BLOBS),
    st.tuples(st.just("100644"), NAMES, st.integers(0, len(CONTENTS) - 1)),
    st.tuples(ODD_MODES, NAMES, BLOBS),
)


def folders(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    names = NAMES | NAMES | NAMES | ODD_NAMES
    folder = st.tuples(st.sampled_from(["40000", "40000", "040000"]), names, inner)
    return st.lists(folder | PLAIN, min_size=1, max_size=4)


TREES = st.tuples(
    st.recursive(st.lists(PLAIN, min_size=1, max_size=4), folders, max_leaves=6),
    st.lists(ODD, max_size=1) | st.lists(ODD, max_size=3),
).map(lambda parts: [*parts[0], *parts[1]])


class Store:
    """The objects of a bare repository, written as git stores loose ones."""

    def __init__(self, repository: Path) -> None:
        git(repository, "init", "--quiet", "--bare")
        self.repository = repository
        self.blobs = [self.add(b"blob", content) for content in CONTENTS]

    def add(self, kind: bytes, content: bytes) -> str:
        data = b"%s %d\0%s" % (kind, len(content), content)
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        path = self.repository / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(data, 1))
        return name

    def add_tree(self, tree: Tree) -> str:
        content = b""
        for mode, name, inner in tree:
            named = self.blobs[inner] if isinstance(inner, int) else self.add_tree(inner)
            content += mode.encode() + b" " + name + b"\0" + bytes.fromhex(named)
        return self.add(b"tree", content)

    def listing(self, tree: str, cap: int) -> bytes:
        """As the first job writes it: with an end mark if git was content, cut at ``cap``."""
        arguments = ["ls-tree", "-r", "-l", "-z", "--full-tree", tree]
        with subprocess.Popen(
            ["git", "-C", str(self.repository), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            listed = process.stdout.read(cap)
            process.stdout.close()
            complete = process.wait() == 0
        return (listed + checks_git._END if complete else listed)[:cap]

    def write(self, blobs: Sequence[checks_git._Blob], into: Path, scratch: Path) -> None:
        """What the second job and the end of ``fetch_git`` do."""
        wanted = "".join(f"{blob.name}\n" for blob in blobs).encode()
        with (scratch / "blobs").open("w+b") as stream:
            subprocess.run(
                ["git", "-C", str(self.repository), "cat-file", "--batch"],
                input=wanted,
                stdout=stream,
                check=True,
            )
            stream.seek(0)
            with filled(into), (scratch / "blobs").open("rb") as found:
                for blob in blobs:
                    write_file(into, blob.entry, checks_git._content(found, blob))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@FUZZ
@given(TREES)
def test_any_tree_of_git_is_written_or_refused(store: Store, tmp_path: Path, tree: Tree) -> None:
    cap = SMALL.max_files * 512
    listing = store.listing(store.add_tree(tree), cap)
    complete = listing.endswith(checks_git._END) or len(listing) == cap
    with example_folder(tmp_path) as folder:
        try:
            blobs = checks_git._parsed(listing, cap, SMALL)
            judge([blob.entry for blob in blobs], SMALL)
            store.write(blobs, folder / "into", folder)
        except InvalidSubmission as error:
            event(error.code)
            assert_told(error)
            assert not (folder / "into").exists()
        except PlatformError:
            event("git failed")
            assert not complete
        else:
            found = regular_files(folder / "into")
            assert found == {blob.entry.path: blob.entry.size for blob in blobs}
            assert sum(found.values()) <= SMALL.max_size_mb * MIB


def test_tree_that_repeats_itself_is_listed_no_further(store: Store) -> None:
    """Ten folders of ten folders, and so on: 10**30 files from thirty objects."""
    tree = store.add_tree([("100644", b"f", 1)])
    for _ in range(30):
        content = b"".join(b"40000 %d\0%s" % (n, bytes.fromhex(tree)) for n in range(10))
        tree = store.add(b"tree", content)
    cap = SMALL.max_files * 512
    with pytest.raises(InvalidSubmission, match="more than 20 files"):
        checks_git._parsed(store.listing(tree, cap), cap, SMALL)


def test_pointer_of_lfs_is_known_wherever_it_stands(store: Store, tmp_path: Path) -> None:
    """Also at the end of what was read ahead, where no more than a byte of it may be at hand."""
    pointer = CONTENTS[-1]
    for size in range(8_000, 8_200, 7):
        before = store.add(b"blob", bytes(size))
        tree = store.add(
            b"tree",
            b"100644 a\0%s100644 b\0%s" % (bytes.fromhex(before), bytes.fromhex(store.blobs[-1])),
        )
        blobs = checks_git._parsed(store.listing(tree, 1000), 1000, SMALL)
        assert [blob.entry.size for blob in blobs] == [size, len(pointer)]
        with pytest.raises(InvalidSubmission, match=r"^b is stored in Git LFS"):
            store.write(blobs, tmp_path / "into", tmp_path)
