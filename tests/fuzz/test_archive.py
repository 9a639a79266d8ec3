"""Whatever a zip holds or claims: its files in the folder asked for, or a sentence and nothing."""

import io
import re
import stat
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from apps.checks.errors import InvalidSubmission
from apps.checks.fetch import FetchConfig, ZipFile, fetch
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import assert_told, example_folder, regular_files
from tests.fuzz.mutations import mutated

SMALL = FetchConfig(max_files=20, max_size_mb=2, max_file_mb=1)
MIB = 1024**2
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED] * 4 + [zipfile.ZIP_BZIP2]
KINDS = [0, stat.S_IFREG] * 4 + [stat.S_IFDIR, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFSOCK]

PARTS = st.sampled_from(
    [
        *("a", "b", "src", "A", "é", "e\u0301", ".git", ".GIT", "__MACOSX", ".venv", "con", "nul."),
        *("..", ".", "", " ", "~", "C:", "c:\\x", "a\\b", "\u202e", "\n", "\x7f", "\ud800"),
        *("n" * 255, "n" * 256, "é" * 128, "x/" * 40 + "x", "a*?<>|", "milepost.toml"),
    ]
) | st.text(max_size=6)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join) | st.sampled_from(["/etc/x", "a/"])
CONTENTS = st.one_of(
    st.binary(max_size=50),
    st.sampled_from([0, 1, MIB, MIB + 1, 3 * MIB]).map(bytes),
)


@st.composite
def zipped(draw: st.DrawFn) -> bytes:
    """A zip by its grammar, with odd names, kinds, methods and several entries of one name."""
    buffer = io.BytesIO()
    entries = st.tuples(NAMES, CONTENTS, st.sampled_from(KINDS), st.sampled_from(METHODS))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w") as archive:
        for name, content, kind, method in draw(st.lists(entries, max_size=5)):
            info = zipfile.ZipInfo("x")
            info.filename = name.encode(errors="replace").decode()[:1000]
            info.external_attr = (kind | draw(st.sampled_from([0o644, 0o7777, 0]))) << 16
            archive.writestr(info, content, method)
    return buffer.getvalue()


def plain(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = b"made by hand"
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# Where the numbers of a header stand, and how long they are (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16).
FIELDS = {
    b"PK\3\4": [(4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)],
    b"PK\1\2": [(6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2)],
    b"PK\5\6": [(4, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)],
}
FIELDS[b"PK\1\2"] += [(34, 2), (38, 4), (42, 4), (48, 1)]  # the last: the third byte of the name


@st.composite
def lying(draw: st.DrawFn) -> bytes:
    """A good zip in whose headers up to three numbers are wrong."""
    data = bytearray(draw(st.sampled_from(ORIGINALS[:2])))
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from([b"PK\1\2", b"PK\1\2", b"PK\3\4", b"PK\5\6"]))
        found = [match.start() for match in re.finditer(kind, data)]
        offset, length = draw(st.sampled_from(FIELDS[kind]))
        start = draw(st.sampled_from(found)) + offset
        old, largest = int.from_bytes(data[start : start + length], "little"), 256**length - 1
        near = [old + 1, max(0, old - 1), old + 100, old * 3, 0, 1, 8, largest, largest // 2]
        new = draw(st.sampled_from(near) | st.integers(0, largest))
        data[start : start + length] = min(new, largest).to_bytes(length, "little")
    return bytes(data)


FILES = {"p/milepost.toml": b"[project]\n" * 20, "p/src/a.py": b"pass\n", "p/é": b"", "p/c/": b""}
ORIGINALS = [plain(FILES), plain(FILES, zipfile.ZIP_STORED), plain({"a": bytes(2 * MIB)})]
TOKENS = [
    *(b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08", b"../", b"/", b"\\"),
    *(b"\1\0\x10\0" + b"\xff" * 16, b"up\5\0\1", b"\0" * 22, b"\xff" * 8, b"p/src/a.py"),
]


@pytest.mark.filterwarnings("ignore:Overlapped entries")
@FUZZ
@given(
    mutated(ORIGINALS, TOKENS, binary=True) | lying() | lying() | zipped() | st.binary(max_size=99)
)
def test_any_zip_is_unpacked_or_refused(tmp_path: Path, data: bytes) -> None:
    with example_folder(tmp_path) as folder:
        (folder / "in.zip").write_bytes(data)
        try:
            fetched = fetch(ZipFile(folder / "in.zip"), into=folder / "into", config=SMALL)
        except InvalidSubmission as error:
            event(error.code)
            assert_told(error)
            assert not (folder / "into").exists()
        else:
            found = regular_files(folder / "into")
            assert (len(found), sum(found.values())) == (fetched.files, fetched.size)
            assert 0 < len(found) <= SMALL.max_files
            assert sum(found.values()) <= SMALL.max_size_mb * MIB
        assert {path.name for path in folder.iterdir()} <= {"in.zip", "into"}


def test_valid_zips_are_what_the_changes_start_from(tmp_path: Path) -> None:
    for number, data in enumerate(ORIGINALS[:2]):
        (tmp_path / "in.zip").write_bytes(data)
        into = tmp_path / str(number)
        assert fetch(ZipFile(tmp_path / "in.zip"), into=into, config=SMALL).files == 3
