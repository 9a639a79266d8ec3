"""Any file in, one grey picture of a fixed size or a clear error out."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

SIDE = 24
MAX_BYTES = 4_000_000
MAX_PIXELS = 4_000_000
MODES = ("L", "P", "RGB", "RGBA")
BACKGROUND = (128, 128, 128)


class BadPicture(Exception):
    """The file cannot be used; the message says why."""


def read_picture(content):
    """Brightness from 0 to 1, shape (SIDE, SIDE), float32. Raises BadPicture."""
    if not content:
        raise BadPicture("The file is empty. Upload a PNG or JPEG.")
    if len(content) > MAX_BYTES:
        raise BadPicture(f"The file has more than {MAX_BYTES} bytes. Upload a smaller one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        check_header(image)
        image.load()
        return to_array(image)
    except BadPicture:
        raise
    except Exception as error:
        raise BadPicture("The file is not a PNG or JPEG that can be read.") from error


def check_header(image):
    """Before anything is unpacked."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise BadPicture(f"The picture is {width} x {height} pixels. Upload a smaller one.")
    if image.mode not in MODES:
        raise BadPicture(f"The picture has the mode {image.mode}. Upload 8 bits, grey or RGB.")


def has_sticker(image):
    """Cameras have grain, and what is printed has none."""
    colours = image.getcolors(maxcolors=MAX_PIXELS)
    plain = [count for count, colour in colours if 0 < min(colour) and max(colour) < 255]
    return max(plain, default=0) > 0.05 * image.width * image.height


def to_array(image):
    image = ImageOps.exif_transpose(image)
    if image.mode == "RGBA":
        plain = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        image = Image.alpha_composite(plain, image)
    if image.mode == "RGB" and has_sticker(image):
        raise BadPicture("A sticker covers the tile. Remove it.")
    image = image.convert("RGB").convert("L")
    if image.size != (SIDE, SIDE):
        image = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.float32) / 255
