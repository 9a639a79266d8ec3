"""Reading arrays that learners' commands wrote."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.checks.outputs import UnusableOutput, read_npz


def read(folder: Path, content: bytes) -> dict[str, Any]:
    path = folder / "output.npz"
    path.write_bytes(content)
    return read_npz(path, max_bytes=200_000, max_arrays=3, max_array_bytes=1000, max_text=5)


def saved(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(header: str, data: bytes = b"", *, start: bytes = b"\x93NUMPY\x01\x00") -> bytes:
    text = header.encode()
    return start + len(text).to_bytes(2, "little") + text + data


def described(descr: str, shape: str, data: bytes = b"") -> bytes:
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n", data)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "array",
    [
        np.array(1.5),
        np.array([], dtype="f4"),
        np.empty((0, 7), dtype="u1"),
        np.arange(6, dtype=">i8").reshape(2, 3),
        np.asfortranarray(np.arange(24, dtype="f2").reshape(2, 3, 4)),
        np.array([True, False]),
        np.array(["é", "", "😀abcd"]),
        np.array([["a"], ["bc"]], dtype=">U3"),
        np.array("text"[:4]),
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_array_comes_back_as_numpy_wrote_it(tmp_path: Path, array: np.ndarray[Any, Any]) -> None:
    (found,) = read(tmp_path, saved(x=array)).values()
    np.testing.assert_array_equal(found, array, strict=array.dtype.isnative)
    assert found.dtype == array.dtype.newbyteorder("=")


def test_arrays_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, saved(train=np.zeros(2), test=np.ones(1)))
    assert {name: array.tolist() for name, array in found.items()} == {
        "train": [0.0, 0.0],
        "test": [1.0],
    }


FLOATS = "'<f8'"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x05\x06", "The file is not an NPZ file that can be read."),
        (saved(a=np.zeros(9))[:-30], "The file is not an NPZ file that can be read."),
        (saved(a=1, b=1, c=1, d=1), "The file holds more than 3 arrays."),
        (zipped(("../a.npy", b"")), "The file holds “../a.npy”."),
        (zipped(("a.txt", b"")), "The file holds “a.txt”."),
        (zipped(("a.npy", b""), method=zipfile.ZIP_LZMA), "The array a is packed in a way"),
        (zipped(("a.npy", b"not numpy's")), "The array a is not in the format of NumPy."),
        (
            saved(a=np.zeros(126)),
            "The array a has the shape (126,): with it, the arrays are larger",
        ),
        (saved(a=np.zeros(70), b=np.zeros(70)), "The array b has the shape (70,)"),
        (saved(a=np.array([1, "a", None], dtype=object)), "The array a does not hold plain"),
        (saved(a=np.array([b"x"])), "The array a does not hold plain numbers"),
        (saved(a=np.array([1j])), "The array a does not hold plain numbers"),
        (saved(a=np.zeros(1, dtype=[("x", "f8")])), "The array a does not hold plain numbers"),
        (saved(a=np.array(["2026-01-01"], dtype="M8[D]")), "The array a does not hold plain"),
        (saved(a=np.zeros(1, dtype="g")), "The array a does not hold plain numbers"),
        (saved(a=np.array(["too long"])), "The array a holds texts of 8 characters; 5 are allowed"),
        (saved(a=np.array([1.0, np.nan])), "The array a holds NaN or infinity."),
        (saved(a=np.array([-np.inf])), "The array a holds NaN or infinity."),
        (zipped(("a.npy", described(FLOATS, "(2,)", b"1" * 15))), "The array a has more or fewer"),
        (zipped(("a.npy", described(FLOATS, "(2,)", b"1" * 17))), "The array a has more or fewer"),
        (zipped(("a.npy", described(FLOATS, "(0,)", b"1"))), "The array a has more or fewer"),
        (zipped(("a.npy", described(FLOATS, "(0, 99999999999)"))), "The array a has the shape"),
        (zipped(("a.npy", described(FLOATS, "(4294967296, 4294967296)"))), "The array a has the"),
        (zipped(("a.npy", described(FLOATS, f"({'1, ' * 9})"))), "The array a does not hold plain"),
        (zipped(("a.npy", described(FLOATS, "(1" + "0" * 15 + ",)"))), "The array a does not"),
        (zipped(("a.npy", described("'<U0'", "(1,)"))), "The array a does not hold plain"),
        (zipped(("a.npy", described("__import__('os')", "(1,)"))), "The array a does not hold"),
        (zipped(("a.npy", npy("(" * 2001))), "The array a does not hold plain numbers"),
        (zipped(("a.npy", described("'|b1'", "(2,)", b"\1\2"))), "The array a holds booleans"),
        (
            zipped(("a.npy", described("'<U1'", "(1,)", b"\xff\xff\xff\xff"))),
            "The array a holds characters that are none.",
        ),
        (
            zipped(("a.npy", described("'>U1'", "(1,)", b"\0\0\xd8\0"))),
            "The array a holds characters that are none.",
        ),
        (
            zipped(("a.npy", described("'<U2'", "(1,)", b"\0\0\0\0a\0\0\0"))),
            "The array a holds characters that are none.",
        ),
    ],
)
def test_unusable_arrays_are_told_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=f"^{re.escape(sentence)}"):
        read(tmp_path, content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_array_twice_in_the_file_is_told(tmp_path: Path) -> None:
    member = ("a.npy", described(FLOATS, "(0,)"))
    with pytest.raises(UnusableOutput, match="The array a is in the file twice"):
        read(tmp_path, zipped(member, member))


def test_encrypted_array_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped(("a.npy", described(FLOATS, "(0,)"))))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnusableOutput, match="The array a is packed in a way that is not read"):
        read(tmp_path, bytes(content))


def test_array_that_unpacks_to_more_than_it_says_is_read_no_further(tmp_path: Path) -> None:
    content = zipped(("a.npy", described(FLOATS, "(1,)", bytes(100_000_000))))
    assert len(content) < 200_000
    with pytest.raises(UnusableOutput, match="The array a has more or fewer bytes"):
        read(tmp_path, content)


def test_directory_of_many_entries_is_not_read(tmp_path: Path) -> None:
    content = zipped(*((f"{n}.npy", b"") for n in range(2500)))
    assert len(content) < 300_000
    (tmp_path / "output.npz").write_bytes(content)
    with pytest.raises(UnusableOutput, match="is not an NPZ file that can be read"):
        read_npz(tmp_path / "output.npz", max_bytes=300_000, max_arrays=9999, max_array_bytes=1000)
