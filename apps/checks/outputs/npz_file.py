"""Reads NPZ, the zip of arrays that ``numpy.savez`` writes. Never a pickle.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import io
import math
import re
import struct
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from apps.checks.damaged_zip import DAMAGED
from apps.checks.outputs.file import UnusableOutput, read_content, shown

# zipfile reads the central directory in one piece, and makes an object of each entry of at least
# 46 bytes in it: this bounds both.
_MAX_DIRECTORY = 128 * 1024
_MAX_HEADER = 2_000  # bytes; numpy writes 118
_MAX_DIMENSIONS = 8
_CHUNK = 64 * 1024
_MEMBER = re.compile(r"([\w.-]{1,100})\.npy", re.ASCII)
# As numpy writes it. A list of fields in place of the quoted type is a structured array.
_HEADER = re.compile(
    r"\{\s*'descr':\s*'([<>|=])([a-zA-Z])(\d{0,6})',\s*'fortran_order':\s*(True|False),"
    r"\s*'shape':\s*\(([\d, ]{0,200})\),?\s*\}\s*",
    re.ASCII,
)
_ITEM_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8)}


class _BoundedBytes(io.BytesIO):
    """Bytes whose single reads are bounded, whatever length the archive asks for."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _MAX_DIRECTORY:
            raise zipfile.BadZipFile("too large a directory")
        return super().read(size)


@dataclass(frozen=True, slots=True)
class _Header:
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool

    @property
    def size(self) -> int:
        """Bytes of the data; of each empty dimension, as if it were one."""
        return math.prod(max(1, length) for length in self.shape) * self.dtype.itemsize


def read_npz(
    path: Path, *, max_bytes: int, max_arrays: int, max_array_bytes: int, max_text: int = 200
) -> dict[str, NDArray[Any]]:
    """The arrays at ``path`` by name: booleans, integers, finite floats, texts, in native order.

    ``max_bytes``: of the file. ``max_array_bytes``: of all arrays together, unpacked.
    ``max_text``: characters of a text. Raises UnusableOutput. Memory: the file, the arrays, four
    times the largest array, and 3 MiB.
    """
    content = read_content(path, max_bytes=max_bytes)
    arrays: dict[str, NDArray[Any]] = {}
    left = max_array_bytes
    try:
        if not content.startswith((b"PK\3\4", b"PK\5\6")):  # zipfile takes what has one inside
            raise zipfile.BadZipFile("no zip")
        with zipfile.ZipFile(_BoundedBytes(content)) as archive:
            members = archive.infolist()
            if len(members) > max_arrays:
                raise UnusableOutput(
                    f"The file holds more than {max_arrays} arrays. Write only those asked for."
                )
            for member in members:
                name = _name(member, taken=arrays.keys())
                with archive.open(member) as stream:
                    arrays[name] = _array(stream, name, max_size=left, max_text=max_text)
                left -= arrays[name].nbytes
    except UnusableOutput:
        raise
    except DAMAGED as error:
        raise UnusableOutput(
            "The file is not an NPZ file that can be read. Write it with numpy.savez, and let it "
            "finish before you exit."
        ) from error
    return arrays


def _name(member: zipfile.ZipInfo, *, taken: Collection[str]) -> str:
    match = _MEMBER.fullmatch(member.orig_filename)
    if match is None:
        raise UnusableOutput(
            f"The file holds “{shown(member.orig_filename)}”. Name each array with letters, "
            "digits, “_”, “-” and “.”, and put nothing else into the file."
        )
    if match[1] in taken:
        raise UnusableOutput(f"The array {match[1]} is in the file twice. Write it once.")
    packed = member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if not packed or member.flag_bits & 0x1:
        raise UnusableOutput(
            f"The array {match[1]} is packed in a way that is not read. Write the file with "
            "numpy.savez or numpy.savez_compressed."
        )
    return match[1]


def _array(stream: IO[bytes], name: str, *, max_size: int, max_text: int) -> NDArray[Any]:
    header = _header(stream, name, max_text=max_text)
    if header.size > max_size:
        raise UnusableOutput(
            f"The array {name} has the shape {header.shape}: with it, the arrays are larger than "
            "allowed. Write only what the brief asks for."
        )
    expected = 0 if 0 in header.shape else header.size
    data = bytearray()
    while len(data) <= expected and (chunk := stream.read(_CHUNK)):
        data += chunk
    if len(data) != expected:
        raise UnusableOutput(
            f"The array {name} has more or fewer bytes than its shape {header.shape} says. Write "
            "it with numpy.savez."
        )
    array = np.frombuffer(data, dtype=header.dtype)
    _judge_values(array, name)
    native = array.astype(header.dtype.newbyteorder("="), copy=False)
    if header.fortran_order:
        return native.reshape(header.shape[::-1]).transpose()
    return native.reshape(header.shape)


def _header(stream: IO[bytes], name: str, *, max_text: int) -> _Header:
    start = stream.read(8)
    if len(start) < 8 or start[:6] != b"\x93NUMPY" or start[6] not in {1, 2, 3}:
        raise UnusableOutput(f"The array {name} is not in the format of NumPy. Use numpy.savez.")
    length_format = "<H" if start[6] == 1 else "<I"
    (length,) = struct.unpack(length_format, stream.read(struct.calcsize(length_format)))
    if length > _MAX_HEADER:
        raise _not_plain(name)
    match = _HEADER.fullmatch(stream.read(length).decode("latin-1"))
    lengths = re.findall(r"\d+", match[5]) if match else []
    if match is None or len(lengths) > _MAX_DIMENSIONS or any(len(text) > 15 for text in lengths):
        raise _not_plain(name)
    byte_order, kind, item = match[1], match[2], int(match[3] or 0)
    if kind == "U" and item > max_text:
        raise UnusableOutput(
            f"The array {name} holds texts of {item} characters; {max_text} are allowed. Cut them."
        )
    if (kind == "U" and not item) or (kind != "U" and item not in _ITEM_SIZES.get(kind, ())):
        raise _not_plain(name)
    return _Header(
        np.dtype(f"{byte_order}{kind}{item}"), tuple(map(int, lengths)), match[4] == "True"
    )


def _not_plain(name: str) -> UnusableOutput:
    return UnusableOutput(
        f"The array {name} does not hold plain numbers or texts. Turn it into an array of float, "
        "int, bool or text of fixed length (not dtype object) before you save it."
    )


def _judge_values(array: NDArray[Any], name: str) -> None:
    """What NumPy takes from a file without a look, and stumbles over later."""
    match array.dtype.kind:
        case "f" if not np.isfinite(array).all():
            raise UnusableOutput(
                f"The array {name} holds NaN or infinity. Find the value that could not be "
                "computed, and write finite numbers."
            )
        case "b" if (array.view(np.uint8) > 1).any():
            raise UnusableOutput(
                f"The array {name} holds booleans that are neither true nor false. Save an array "
                "of dtype bool."
            )
        case "U" if len(array):
            codes = array.view(array.dtype.str[0] + "u4").reshape(len(array), -1)
            surrogates = (codes >= 0xD800) & (codes <= 0xDFFF)
            inner_nul = (codes[:, :-1] == 0) & (codes[:, 1:] != 0)
            if (codes > 0x10FFFF).any() or surrogates.any() or inner_nul.any():
                raise UnusableOutput(
                    f"The array {name} holds characters that are none. Leave out the bytes that "
                    "are not text before you save it."
                )
