"""Makes ``backbone.npz``, once: run it as a module, from the root of the source.

The weights are those of the in-house network, wider, trained with augmentation on a factory with
many lines. No seed of a check leads to that factory, so the weights know strokes and rings, and no
line of anybody's.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np

from apps.checks.projects.image_classification import in_house
from apps.checks.projects.image_classification.generator import (
    SIDE,
    Process,
    draw_motifs,
    draw_photos,
    render,
    stream,
)
from apps.checks.projects.image_classification.network import convolutional, train
from apps.checks.projects.image_classification.track import BACKBONE

SEED = b"the backbone's own factory"
LINES, TILES, EPOCHS = 30, 6_000, 12
CHANNELS = (12, 24, 48)


def make_backbone() -> bytes:
    """An NPZ file: ``kernel0`` to ``kernel2``, shape (3, 3, channels in, channels out), and
    ``bias0`` to ``bias2``, shape (channels out,)."""
    rng = stream(SEED, "backbone")
    process = Process(
        names=tuple(f"line{number}" for number in range(LINES)),
        motifs=draw_motifs(rng, LINES),
        shares=np.full(LINES, 1 / LINES),
    )
    photos = draw_photos(process, rng, np.ones(TILES, dtype=np.int64))
    pictures, _ = render(process, photos, rng)
    network = convolutional(rng, side=SIDE, channels=CHANNELS, classes=LINES)
    seen = in_house.batches(rng, in_house.greys(pictures), photos.line, in_house.augment)
    train(network, seen, epochs=EPOCHS, rate=3e-3, decay=1e-2)
    arrays: dict[str, Any] = {}
    for number in range(len(CHANNELS)):
        parameters = network.layers[2 * number].parameters
        weight = parameters["weight"]
        arrays[f"kernel{number}"] = weight.reshape(3, 3, -1, weight.shape[1])
        arrays[f"bias{number}"] = parameters["bias"]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


if __name__ == "__main__":
    (Path(__file__).parent / BACKBONE).write_bytes(make_backbone())
