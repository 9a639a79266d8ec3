"""Pictures and files for the tests: white figures on black, and what Pillow makes of them."""

import io

import numpy as np
from PIL import Image
from tiles import model


def encoded(array, format="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, format, **options)
    return buffer.getvalue()


def bars(rng, count, side=8):
    """Half with an upright bar, half with a lying one, anywhere: pictures and labels."""
    pictures = rng.uniform(0, 0.2, (count, side, side)).astype(np.float32)
    labels = []
    for number, picture in enumerate(pictures):
        place = rng.integers(1, side - 1)
        if number % 2:
            picture[place] = 1
        else:
            picture[:, place] = 1
        labels.append("lying" if number % 2 else "upright")
    return pictures, np.array(labels)


def unchanged(rng, pictures):
    return pictures


def trained(epochs=30):
    pictures, labels = bars(np.random.default_rng(2), 60)
    return model.train(pictures, labels, epochs=epochs, change=unchanged)
