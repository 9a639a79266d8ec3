import hashlib
import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from apps.checks.errors import InvalidSubmission
from apps.checks.fetch import FetchConfig, Fetched, ZipFile, fetch

SMALL = FetchConfig(max_files=20, max_size_mb=3, max_file_mb=2)


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_mode(name: str, mode: int, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
    return buffer.getvalue()


def fetched(data: bytes, folder: Path, config: FetchConfig = SMALL) -> Fetched:
    (folder / "handed-in.zip").write_bytes(data)
    return fetch(ZipFile(folder / "handed-in.zip"), into=folder / "into", config=config)


def code(data: bytes, folder: Path, config: FetchConfig = SMALL) -> str:
    """The code of the refusal, which leaves nothing behind."""
    with pytest.raises(InvalidSubmission) as refused:
        fetched(data, folder, config)
    assert [path.name for path in folder.iterdir()] == ["handed-in.zip"]
    return refused.value.code


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_zip_is_unpacked(tmp_path: Path) -> None:
    files = {"milepost.toml": b"a", "src/häuser/model.py": b"import numpy\n" * 9}
    data = zipped(files)
    result = fetched(data, tmp_path)
    assert files_in(result.root) == files
    assert result.commit == hashlib.sha256(data).hexdigest()
    assert (result.files, result.size) == (2, 118)


def test_zip_files_can_be_read_by_everyone(tmp_path: Path) -> None:
    root = fetched(with_mode("p/bin/run.sh", stat.S_IFREG | 0o700), tmp_path).root
    assert stat.S_IMODE((root / "bin" / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "bin").stat().st_mode) == 0o755
    assert stat.S_IMODE(root.stat().st_mode) == 0o755


def test_setuid_bit_is_not_taken_over(tmp_path: Path) -> None:
    root = fetched(with_mode("run", stat.S_IFREG | 0o6777), tmp_path).root
    assert stat.S_IMODE((root / "run").stat().st_mode) == 0o755


def test_single_top_folder_is_stripped(tmp_path: Path) -> None:
    data = zipped({"houses-main/": b"", "houses-main/a.py": b"1", "houses-main/b/c.py": b"2"})
    assert files_in(fetched(data, tmp_path).root) == {"a.py": b"1", "b/c.py": b"2"}


def test_two_top_folders_are_kept(tmp_path: Path) -> None:
    data = zipped({"a/x": b"1", "b/x": b"2"})
    assert set(files_in(fetched(data, tmp_path).root)) == {"a/x", "b/x"}


def test_what_tools_leave_behind_is_passed_over(tmp_path: Path) -> None:
    left = ["__MACOSX/p/._a", "p/.DS_Store", "p/.git/hooks/post-checkout", "p/.venv/bin/python"]
    data = zipped({"p/a": b"1"} | dict.fromkeys(left, b"x"))
    assert files_in(fetched(data, tmp_path).root) == {"a": b"1"}


def test_zip_inside_a_zip_stays_one_file(tmp_path: Path) -> None:
    inner = zipped({"x": b"0" * 1_000_000})
    assert files_in(fetched(zipped({"a.zip": inner, "b": b""}), tmp_path).root)["a.zip"] == inner


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../evil", "bad_name"),
        ("a/../../evil", "bad_name"),
        ("/etc/passwd", "bad_name"),
        ("C:/evil", "bad_name"),
        ("a\\b", "bad_name"),
        ("./a", "bad_name"),
        ("a//b", "bad_name"),
        ("a\nb", "bad_name"),
        ("a\u202eb", "bad_name"),
        ("a/.GIT/config", "bad_name"),
        ("d/" * 40 + "x", "bad_name"),
        ("x" * 300, "bad_name"),
    ],
)
def test_name_that_leads_out_is_refused(name: str, expected: str, tmp_path: Path) -> None:
    assert code(zipped({"ok": b"", name: b"x"}), tmp_path) == expected


@pytest.mark.parametrize("name", ["../evil", "/evil", "./evil", "C:/evil"])
def test_name_that_leads_out_is_no_top_folder(name: str, tmp_path: Path) -> None:
    assert code(zipped({name: b"x"}), tmp_path) == "bad_name"


def test_name_with_a_nul_is_refused(tmp_path: Path) -> None:
    data = zipped({"okXevil": b"x", "b": b""}).replace(b"okXevil", b"ok\0evil")
    assert code(data, tmp_path) == "bad_name"


def test_symlink_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        fetched(with_mode("data/link", stat.S_IFLNK | 0o777, b"/etc/passwd"), tmp_path)
    assert refused.value.code == "symlink"
    assert "data/link" in refused.value.message


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_special_file_is_refused(kind: int, tmp_path: Path) -> None:
    assert code(with_mode("x", kind | 0o666), tmp_path) == "special_file"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("a", b"2")
    assert code(buffer.getvalue(), tmp_path) == "duplicate_name"


def test_name_that_is_file_and_folder_is_refused(tmp_path: Path) -> None:
    assert code(zipped({"a": b"1", "a/b": b"2"}), tmp_path) == "duplicate_name"


def test_names_that_differ_in_case_are_fine(tmp_path: Path) -> None:
    assert set(files_in(fetched(zipped({"a": b"", "A": b""}), tmp_path).root)) == {"a", "A"}


def text(size: int) -> bytes:
    """Packs to half of its size: no bomb."""
    digests = (hashlib.sha256(b"%d" % number).hexdigest() for number in range(size // 64 + 1))
    return "".join(digests).encode()[:size]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "empty_repository"),
        ({"folder/": b""}, "empty_repository"),
        ({f"f{number}": b"" for number in range(21)}, "too_many_files"),
        ({"big": text(2 * 1024**2 + 1)}, "file_too_large"),
        ({f"f{number}": text(1_200_000) for number in range(3)}, "too_large"),
    ],
)
def test_contents_out_of_bounds_are_refused(
    files: Mapping[str, bytes], expected: str, tmp_path: Path
) -> None:
    assert code(zipped(files), tmp_path) == expected


def test_ten_thousand_files_are_refused(tmp_path: Path) -> None:
    data = zipped({f"f{number}": b"" for number in range(10_000)}, method=zipfile.ZIP_STORED)
    assert code(data, tmp_path, FetchConfig()) == "too_many_files"


def test_archive_larger_than_all_may_be_is_refused(tmp_path: Path) -> None:
    assert code(b"x" * (3 * 1024**2 + 1), tmp_path) == "too_large"


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    assert code(zipped({"bomb": b"\0" * 1_500_000, "a": b""}), tmp_path) == "zip_bomb"


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """Fifield's bomb: many entries of the directory point at one packed kernel."""
    content = {"a": b"x" * 10_000, "b": b"", "c": b""}
    data = bytearray(zipped(content, method=zipfile.ZIP_STORED))
    first = data.index(b"PK\1\2")
    sizes = data[first + 16 : first + 28]  # checksum, packed and unpacked size
    second = data.index(b"PK\1\2", first + 4)
    third = data.index(b"PK\1\2", second + 4)
    for entry in (second, third):
        data[entry + 16 : entry + 28] = sizes
        data[entry + 42 : entry + 46] = bytes(4)  # offset of the first
    assert code(bytes(data), tmp_path) == "zip_bomb"


@pytest.mark.parametrize("declared", [1, 4095, 5000])
def test_declared_size_that_lies_is_refused(declared: int, tmp_path: Path) -> None:
    data = bytearray(zipped({"a": b"x" * 4096, "b": b""}))
    position = data.index(b"PK\1\2") + 24
    data[position : position + 4] = struct.pack("<I", declared)
    assert code(bytes(data), tmp_path) == "bad_zip"


def test_encrypted_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a": b"secret"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert code(bytes(data), tmp_path) == "zip_encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_method_whose_output_cannot_be_bounded_is_refused(method: int, tmp_path: Path) -> None:
    assert code(zipped({"a": b"x" * 100}, method=method), tmp_path) == "zip_method"


def test_directory_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """Of files that would all be passed over, were it read."""
    names = (f".venv/{number:0200}" for number in range(17_500))
    data = zipped({"a": b"x"} | dict.fromkeys(names, b""), method=zipfile.ZIP_STORED)
    assert code(data, tmp_path, FetchConfig()) == "too_many_files"


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", b"PK\3\4" + b"\0" * 100])
def test_what_is_no_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    assert code(data, tmp_path) == "bad_zip"


def test_truncated_zip_is_refused(tmp_path: Path) -> None:
    assert code(zipped({"a": b"x" * 1000})[:-10], tmp_path) == "bad_zip"
