"""Reads PNG (https://www.w3.org/TR/png-3/) far enough to show it: structure, sums and sizes."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.checks.outputs.file import UnusableOutput, read_content

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = 64 * 1024
# Colour type -> samples for each pixel, and the bit depths that it may have.
_COLOURS = {
    0: (1, (1, 2, 4, 8, 16)),  # grey
    2: (3, (8, 16)),  # red, green, blue
    3: (1, (1, 2, 4, 8)),  # palette
    4: (2, (8, 16)),  # grey, alpha
    6: (4, (8, 16)),  # red, green, blue, alpha
}
# Adam7: first column, first row and the steps of each pass.
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@dataclass(frozen=True, slots=True)
class Png:
    width: int  # pixels
    height: int
    content: bytes  # written anew: the picture, without texts, times, profiles and animations


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    bit_depth: int
    colour: int
    interlaced: bool

    def unpacked_size(self) -> int:
        """Bytes of all rows, each with its filter byte in front."""
        bits = self.bit_depth * _COLOURS[self.colour][0]
        passes = _PASSES if self.interlaced else ((0, 0, 1, 1),)
        size = 0
        for column, row, across, down in passes:
            width = -(-(self.width - column) // across)
            height = -(-(self.height - row) // down)
            if width > 0 and height > 0:
                size += height * (1 + -(-width * bits // 8))
        return size


def read_png(path: Path, *, max_bytes: int, max_pixels: int) -> Png:
    """The picture at ``path``. Raises UnusableOutput. Memory: 6 times the file."""
    content = read_content(path, max_bytes=max_bytes)
    if not content.startswith(_SIGNATURE):
        raise UnusableOutput("The file is not a PNG picture. Save the figure with the format png.")
    kept: dict[bytes, bytearray] = {}
    last = b""
    for kind, data in _chunks(content):
        if kind in {b"IHDR", b"PLTE", b"tRNS", b"IEND", b"IDAT"}:
            if kind in kept and (kind != b"IDAT" or last != b"IDAT"):
                raise _damaged(f"a second {kind.decode()} part")
            kept.setdefault(kind, bytearray()).extend(data)
        elif not kind[0] & 0x20:
            raise _damaged("a part of an unknown kind")
        last = kind
    header = _header(bytes(kept.get(b"IHDR", b"")), max_pixels=max_pixels)
    _judge_order(list(kept), header)
    _judge_palette(header, kept)
    _judge_pixels(bytes(kept[b"IDAT"]), header)
    parts = (_chunk(kind, bytes(data)) for kind, data in kept.items())
    return Png(header.width, header.height, _SIGNATURE + b"".join(parts))


def _damaged(what: str) -> UnusableOutput:
    return UnusableOutput(
        f"The picture is damaged: it has {what}. Save the figure again with the format png."
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Type and data of each chunk up to IEND, after which nothing may follow."""
    position, kind = len(_SIGNATURE), b""
    view = memoryview(content)
    while kind != b"IEND":
        if len(content) - position < 12:
            raise _damaged("no end")
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 8 + length
        if end + 4 > len(content) or not kind.isalpha():
            raise _damaged("a part of the wrong length")
        if zlib.crc32(view[position + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
            raise _damaged("a part with a wrong checksum")
        yield kind, view[position + 8 : end]
        position = end + 4
    if position != len(content):
        raise _damaged("something after its end")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _header(data: bytes, *, max_pixels: int) -> _Header:
    if len(data) != 13:
        raise _damaged("no header")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(
        ">IIBBBBB", data
    )
    depths = _COLOURS.get(colour, (0, ()))[1]
    if width == 0 or height == 0 or max(width, height) >= 2**31:
        raise _damaged("no size")
    if depth not in depths or compression or filtering or interlace > 1:
        raise _damaged("colours or a packing that PNG does not have")
    if width * height > max_pixels:
        raise UnusableOutput(
            f"The picture is {width} by {height} pixels; up to {max_pixels} are allowed in all. "
            "Save it with a smaller size or fewer dots per inch."
        )
    return _Header(width, height, depth, colour, interlace == 1)


def _judge_order(kinds: list[bytes], header: _Header) -> None:
    optional = [kind for kind in (b"PLTE", b"tRNS") if kind in kinds]
    if kinds != [b"IHDR", *optional, b"IDAT", b"IEND"]:
        raise _damaged("its parts in a wrong order")
    if (b"PLTE" in kinds, header.colour) in {(False, 3), (True, 0), (True, 4)}:
        raise _damaged("no palette where it needs one, or one too many")


def _judge_palette(header: _Header, kept: dict[bytes, bytearray]) -> None:
    palette, transparency = len(kept.get(b"PLTE", b"")), len(kept.get(b"tRNS", b""))
    entries = 2**header.bit_depth if header.colour == 3 else 256
    if palette % 3 or palette > 3 * entries or (b"PLTE" in kept and not palette):
        raise _damaged("a palette of the wrong size")
    allowed = {0: {2}, 2: {6}, 3: set(range(1, palette // 3 + 1))}.get(header.colour, set())
    if (b"tRNS" in kept and transparency not in allowed) or len(kept[b"IEND"]):
        raise _damaged("a part of the wrong size")


def _judge_pixels(packed: bytes, header: _Header) -> None:
    """Unpacked a piece at a time, so that no more is held than a piece."""
    expected = header.unpacked_size()
    stream, unpacker = io.BytesIO(packed), zlib.decompressobj()
    try:
        while expected >= 0 and not unpacker.eof:
            piece = unpacker.unconsumed_tail or stream.read(_CHUNK)
            unpacked = unpacker.decompress(piece, 16 * _CHUNK)
            expected -= len(unpacked)
            if not piece and not unpacked:
                break
    except zlib.error:
        raise _damaged("pixels that cannot be unpacked") from None
    if expected or not unpacker.eof or unpacker.unused_data or stream.read(1):
        raise _damaged("more or fewer pixels than its size says")
