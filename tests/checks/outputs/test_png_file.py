"""Reading pictures that learners' commands wrote."""

import re
import struct
import zlib
from pathlib import Path

import pytest

from apps.checks.outputs import Png, UnusableOutput, read_png

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = (b"IEND", b"")


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def header(
    width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0
) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)


def pixels(size: int) -> tuple[bytes, bytes]:
    return b"IDAT", zlib.compress(bytes(size))


def read(folder: Path, content: bytes) -> Png:
    path = folder / "figure.png"
    path.write_bytes(content)
    return read_png(path, max_bytes=10_000, max_pixels=1000)


@pytest.mark.parametrize(
    ("chunks", "size"),
    [
        ([header(3, 2), pixels(20)], (3, 2)),
        ([header(9, 2, 1, 0), pixels(6)], (9, 2)),
        ([header(1, 1, 16, 6), pixels(9)], (1, 1)),
        ([header(5, 3, 8, 0, 1), pixels(2 + 2 + 2 + 4 + 6 + 6)], (5, 3)),
        ([header(2, 1, 4, 3), (b"PLTE", bytes(48)), (b"tRNS", bytes(16)), pixels(2)], (2, 1)),
        ([header(1, 1), (b"PLTE", bytes(3)), (b"tRNS", bytes(6)), pixels(4)], (1, 1)),
    ],
)
def test_png_is_read(
    tmp_path: Path, chunks: list[tuple[bytes, bytes]], size: tuple[int, int]
) -> None:
    content = png(*chunks, END)
    assert read(tmp_path, content) == Png(*size, content)


def test_png_is_written_anew_with_its_picture_only(tmp_path: Path) -> None:
    packed = pixels(20)[1]
    content = png(
        header(3, 2),
        (b"tEXt", b"Author\0somebody"),
        (b"acTL", bytes(8)),
        (b"IDAT", packed[:3]),
        (b"IDAT", b""),
        (b"IDAT", packed[3:]),
        (b"eXIf", b"where it was made"),
        END,
    )
    assert read(tmp_path, content).content == png(header(3, 2), (b"IDAT", packed), END)


GOOD = [header(3, 2), pixels(20)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xff\xd8\xff", "The file is not a PNG picture."),
        (png(header(100, 11), END), "The picture is 100 by 11 pixels; up to 1000 are allowed"),
        (png(*GOOD), "The picture is damaged: it has no end."),
        (png(*GOOD, END)[:-1], "The picture is damaged: it has no end."),
        (png(*GOOD, END) + b"PK", "The picture is damaged: it has something after its end."),
        (png(*GOOD, (b"IEND", b"x")), "The picture is damaged: it has a part of the wrong size."),
        (png(END), "The picture is damaged: it has no header."),
        (png(header(0, 2), END), "The picture is damaged: it has no size."),
        (png(header(3, 2, 4, 2), END), "The picture is damaged: it has colours or a packing"),
        (png(header(3, 2, 8, 5), END), "The picture is damaged: it has colours or a packing"),
        (png(header(3, 2, 8, 2, 2), END), "The picture is damaged: it has colours or a packing"),
        (png(header(3, 2), END), "The picture is damaged: it has its parts in a wrong order."),
        (png(pixels(20), header(3, 2), END), "The picture is damaged: it has its parts in a"),
        (png(*GOOD, (b"PLTE", bytes(3)), END), "The picture is damaged: it has its parts in a"),
        (png(*GOOD, header(3, 2), END), "The picture is damaged: it has a second IHDR part."),
        (
            png(header(3, 2), (b"IDAT", b""), (b"tIME", b""), pixels(20), END),
            "The picture is damaged: it has a second IDAT part.",
        ),
        (png(*GOOD, (b"EVIL", b""), END), "The picture is damaged: it has a part of an unknown"),
        (png(*GOOD, (b"a b!", b""), END), "The picture is damaged: it has a part of the wrong"),
        (png(header(1, 1, 8, 3), pixels(2), END), "The picture is damaged: it has no palette"),
        (
            png(header(1, 1, 8, 0), (b"PLTE", bytes(3)), pixels(2), END),
            "The picture is damaged: it has no palette where it needs one, or one too many.",
        ),
        (
            png(header(1, 1, 1, 3), (b"PLTE", bytes(9)), pixels(2), END),
            "The picture is damaged: it has a palette of the wrong size.",
        ),
        (
            png(header(1, 1, 8, 6), (b"tRNS", bytes(2)), pixels(5), END),
            "The picture is damaged: it has a part of the wrong size.",
        ),
        (
            png(header(1, 1, 8, 3), (b"PLTE", bytes(3)), (b"tRNS", bytes(2)), pixels(2), END),
            "The picture is damaged: it has a part of the wrong size.",
        ),
        (png(header(3, 2), pixels(19), END), "The picture is damaged: it has more or fewer pixels"),
        (png(header(3, 2), pixels(21), END), "The picture is damaged: it has more or fewer pixels"),
        (
            png(header(3, 2), (b"IDAT", pixels(20)[1] + b"x"), END),
            "The picture is damaged: it has more or fewer pixels",
        ),
        (
            png(header(3, 2), (b"IDAT", pixels(20)[1][:-2]), END),
            "The picture is damaged: it has more or fewer pixels",
        ),
        (
            png(header(3, 2), (b"IDAT", b"not packed"), END),
            "The picture is damaged: it has pixels that cannot be unpacked.",
        ),
        (png(header(3, 2), pixels(9_000_000), END), "The picture is damaged: it has more or fewer"),
    ],
)
def test_unusable_png_is_told_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(UnusableOutput, match=f"^{re.escape(sentence)}"):
        read(tmp_path, content)


def test_png_with_a_wrong_checksum_is_told(tmp_path: Path) -> None:
    content = bytearray(png(*GOOD, END))
    content[20] ^= 1
    with pytest.raises(UnusableOutput, match="a part with a wrong checksum"):
        read(tmp_path, bytes(content))
