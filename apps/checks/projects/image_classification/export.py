"""Writes photographs the way cameras and colleagues leave them: in several forms, some broken.

Files are only written here. What is read back from a learner is text.
"""

import io
import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apps.checks.folder_input import pack
from apps.checks.projects.image_classification.generator import SIDE, Flags, Pictures

LARGEST_PIXELS = 4_000_000  # of a picture that is to be taken
LARGEST_BYTES = 4_000_000  # of a file that is to be taken
PNG, JPEG = ".png", ".jpg"

type Picture = NDArray[np.uint8]  # shape (SIDE, SIDE, 3)

# What a picture that is in order can look like, in percent.
FORMS: Mapping[str, int] = {
    "RGB": 60,
    "grey": 8,
    "palette": 5,
    "alpha": 9,
    "JPEG": 12,
    "JPEG turned by EXIF": 6,
}
_OTHER_SIZE = 0.1  # of the pictures
# EXIF's tag and three of its values, each with what undoes it.
_ORIENTATION = 0x0112
_UNDONE = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, slots=True)
class PictureFile:
    content: bytes
    suffix: str
    form: str  # of FORMS, or a kind of fault


def write_picture(
    chance: random.Random, picture: Picture, outside: NDArray[np.bool_], *, form: str = ""
) -> PictureFile:
    """In ``form``, of FORMS, or in one that is drawn. ``outside``: what may be transparent."""
    form = form or chance.choices(list(FORMS), list(FORMS.values()))[0]
    image = _IN_FORM.get(form, _as_it_is)(chance, Image.fromarray(picture), outside)
    if chance.random() < _OTHER_SIZE and form != "palette":
        size = chance.randint(SIDE, 2 * SIDE), chance.randint(SIDE, 2 * SIDE)
        image = image.resize(size, Image.Resampling.BILINEAR)
    if form.startswith("JPEG"):
        turned = chance.choice(list(_UNDONE)) if form == "JPEG turned by EXIF" else None
        return PictureFile(jpeg(image, orientation=turned), JPEG, form)
    return PictureFile(png(image), PNG, form)


def _as_it_is(_chance: random.Random, image: Image.Image, _outside: Flags) -> Image.Image:
    return image


def _grey(_chance: random.Random, image: Image.Image, _outside: Flags) -> Image.Image:
    return image.convert("L")


def _palette(_chance: random.Random, image: Image.Image, _outside: Flags) -> Image.Image:
    return image.quantize(64)


def _alpha(chance: random.Random, image: Image.Image, outside: Flags) -> Image.Image:
    """Nothing to be seen beside the tile, and there any colours below."""
    values = np.array(image)
    noise = np.frombuffer(chance.randbytes(values.size), np.uint8).reshape(values.shape)
    values[outside] = noise[outside]
    shown = np.where(outside, 0, 255).astype(np.uint8)
    return Image.fromarray(np.dstack([values, shown]))


_IN_FORM: Mapping[str, Callable[[random.Random, Image.Image, Flags], Image.Image]] = {
    "grey": _grey,
    "palette": _palette,
    "alpha": _alpha,
}


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg(image: Image.Image, *, orientation: int | None = None) -> bytes:
    """``orientation``: of EXIF; the picture is stored so that it comes out upright."""
    exif = Image.Exif()
    if orientation is not None:
        exif[_ORIENTATION] = orientation
        image = image.transpose(_UNDONE[orientation])
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92, subsampling=0, exif=exif)
    return buffer.getvalue()


# Faults ------------------------------------------------------------------------------------------

CUT_OFF, BROKEN_SUM, EMPTY, TEXT, OTHER_KIND = (
    "cut off", "broken checksum", "empty", "text", "another kind of file",
)  # fmt: skip
HUGE, CMYK, DEEP = "huge in pixels", "CMYK", "16 bits a channel"
UNREADABLE = (CUT_OFF, BROKEN_SUM, EMPTY)  # what occurs in training data
FAULTS = (*UNREADABLE, TEXT, OTHER_KIND, HUGE, CMYK, DEEP)
_HUGE_SIDE = 10_000  # pixels: 100 megapixels, of which the file shows nothing


def write_fault(chance: random.Random, picture: Picture, kind: str) -> PictureFile:
    """A file that is not to be taken: one of FAULTS."""
    image = Image.fromarray(picture)
    in_jpeg = chance.random() < 0.5
    good = jpeg(image) if in_jpeg else png(image)
    suffix = JPEG if in_jpeg else PNG
    if kind == CUT_OFF:
        return PictureFile(good[: int(len(good) * chance.uniform(0.4, 0.8))], suffix, kind)
    if kind == BROKEN_SUM:
        changed = bytearray(png(image))
        changed[_HEADER_SUM] ^= 1 + chance.randrange(255)
        return PictureFile(bytes(changed), PNG, kind)
    if kind == CMYK:
        return PictureFile(jpeg(image.convert("CMYK")), JPEG, kind)
    if kind == DEEP:
        values = np.asarray(image.convert("L")).astype(np.uint16) * 257
        return PictureFile(png(Image.fromarray(values)), PNG, kind)
    content = {
        EMPTY: b"",
        TEXT: b"<!doctype html>\n<title>404 Not Found</title>\n<p>There is no such picture.</p>\n",
        OTHER_KIND: bytes(pack({"tiles.txt": chance.randbytes(500)})),
    }.get(kind)
    if content is None:
        return PictureFile(huge_picture(), PNG, kind)
    return PictureFile(content, suffix, kind)


# A PNG begins with 8 bytes of signature; then come a length, "IHDR", 13 bytes, and their checksum.
_HEADER_SUM = 8 + 4 + 4 + 13


@lru_cache(maxsize=1)
def huge_picture() -> bytes:
    """A grey PNG of 100 megapixels in 100 kB: all black."""
    row = bytes(1 + _HUGE_SIDE)
    packer = zlib.compressobj(1)
    rows = b"".join(
        [*(packer.compress(row * 100) for _ in range(_HUGE_SIDE // 100)), packer.flush()]
    )
    size = _HUGE_SIDE.to_bytes(4)
    header = size + size + bytes([8, 0, 0, 0, 0])
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)


def picture_of_many_bytes(rng: np.random.Generator) -> bytes:
    """A PNG within the limit of pixels, above the limit of bytes."""
    side = 1_300
    content = png(Image.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8)))
    if side * side >= LARGEST_PIXELS or len(content) <= LARGEST_BYTES:
        raise AssertionError("the picture does not break the limit that it is made to break")
    return content


def write_all(chance: random.Random, pictures: Pictures, outside: Flags) -> list[PictureFile]:
    return [
        write_picture(chance, picture, hidden)
        for picture, hidden in zip(pictures, outside, strict=True)
    ]
