import io

import numpy as np
import pytest
from pictures import encoded
from PIL import Image
from tiles.loading import MAX_BYTES, SIDE, BadPicture, read_picture

RAMP = np.tile(np.linspace(0, 250, SIDE).astype(np.uint8), (SIDE, 1))
COLOUR = np.dstack([RAMP] * 3)


def test_grey_values_are_shares_of_255():
    found = read_picture(encoded(RAMP))
    assert found.shape == (SIDE, SIDE)
    assert found.dtype == np.float32
    assert np.allclose(found, RAMP / 255, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA"])
def test_every_mode_gives_the_same_picture(mode):
    buffer = io.BytesIO()
    Image.fromarray(COLOUR).convert(mode, palette=Image.Palette.ADAPTIVE).save(buffer, "PNG")
    assert np.abs(read_picture(buffer.getvalue()) - RAMP / 255).max() < 0.06


def test_jpeg_is_read():
    assert np.abs(read_picture(encoded(COLOUR, "JPEG", quality=95)) - RAMP / 255).max() < 0.04


def test_colour_below_transparent_pixels_has_no_meaning():
    shown = np.full((SIDE, SIDE), 255, np.uint8)
    shown[:4] = 0
    one, other = (np.dstack([COLOUR, shown]) for _ in range(2))
    other[:4, :, :3] = 77
    assert np.array_equal(read_picture(encoded(one)), read_picture(encoded(other)))
    assert np.allclose(read_picture(encoded(one))[:4], 128 / 255)


def test_exif_tells_how_the_picture_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = encoded(COLOUR[::-1, ::-1].copy(), "JPEG", exif=exif, quality=95)
    assert np.abs(read_picture(turned) - RAMP / 255).max() < 0.04


def test_other_sizes_become_one():
    wide = np.repeat(np.repeat(COLOUR, 2, axis=0), 3, axis=1)
    assert np.abs(read_picture(encoded(wide[:, :, 0].copy())) - RAMP / 255).max() < 0.05


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"hello, no picture", "not a PNG or JPEG"),
        (encoded(COLOUR)[:-40], "not a PNG or JPEG"),
        (encoded(COLOUR, "GIF"), "not a PNG or JPEG"),
        (encoded(np.zeros((2001, 2000), np.uint8)), "2000 x 2001 pixels"),
        (encoded(RAMP.astype(np.uint16)), "the mode I;16"),
        (bytes(MAX_BYTES + 1), f"more than {MAX_BYTES} bytes"),
    ],
)
def test_bad_files_are_named(content, said):
    with pytest.raises(BadPicture, match=said):
        read_picture(content)


def test_largest_picture_is_taken():
    assert read_picture(encoded(np.zeros((2000, 2000), np.uint8))).max() == 0


def test_file_of_the_largest_size_is_not_too_large():
    with pytest.raises(BadPicture, match="not a PNG or JPEG"):
        read_picture(bytes(MAX_BYTES))


def test_cmyk_is_refused():
    buffer = io.BytesIO()
    Image.fromarray(COLOUR).convert("CMYK").save(buffer, "JPEG")
    with pytest.raises(BadPicture, match="the mode CMYK"):
        read_picture(buffer.getvalue())
