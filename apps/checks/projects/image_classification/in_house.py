"""The checker's own models: a small convolutional network trained with augmentation, and a linear
model on the pixels. Both see the brightness of the training pictures as they were meant, and what
the published ranges say of the belt. Their accuracy says how much can be had on this draw.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.checks.projects.image_classification import disturb
from apps.checks.projects.image_classification.generator import (
    LUMA,
    SIDE,
    Ints,
    Pictures,
    Sample,
    stream,
)
from apps.checks.projects.image_classification.network import (
    Dense,
    Network,
    Values,
    convolutional,
    train,
)

CHANNELS = (8, 16, 32)
EPOCHS = 10
BATCH = 25
_AUGMENTED = 0.7  # of the pictures that are darkened, blurred or covered; all are turned


@dataclass(frozen=True, slots=True, kw_only=True)
class InHouseModels:
    network: Network
    linear: Network


def train_models(sample: Sample, seed: bytes, *, classes: int) -> InHouseModels:
    rng = stream(seed, "in-house models")
    grey, labels = greys(sample.pictures), sample.photos.line
    network = convolutional(rng, side=SIDE, channels=CHANNELS, classes=classes)
    train(network, batches(rng, grey, labels, augment), epochs=EPOCHS, rate=3e-3, decay=1e-2)
    linear = Network((Dense(rng, SIDE * SIDE, classes),))
    train(
        linear, batches(rng, grey, labels, lambda _, part: part), epochs=15, rate=1e-3, decay=1e-1
    )
    return InHouseModels(network=network, linear=linear)


def lines_of(model: Network, pictures: Pictures) -> Ints:
    """Which line the model says that each picture shows."""
    return model.classes(standardised(greys(pictures)))


def greys(pictures: Pictures) -> Values:
    """Brightness from 0 to 1: shape (pictures, SIDE, SIDE)."""
    return np.asarray(pictures @ (LUMA / 255).astype(np.float32))


def standardised(grey: Values) -> Values:
    """Mean 0 and deviation 1 in each picture, and a channel: what the networks see."""
    centred = grey - grey.mean(axis=(1, 2), keepdims=True)
    spread = centred.std(axis=(1, 2), keepdims=True)
    return np.asarray(centred / (spread + np.float32(0.02)))[..., None]


def batches(
    rng: np.random.Generator,
    grey: Values,
    labels: Ints,
    change: Callable[[np.random.Generator, Values], Values],
) -> Callable[[], Iterator[tuple[Values, NDArray[np.int64]]]]:
    def epoch() -> Iterator[tuple[Values, NDArray[np.int64]]]:
        order = rng.permutation(len(labels))
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            yield standardised(change(rng, grey[rows])), labels[rows]

    return epoch


# Augmentation ------------------------------------------------------------------------------------


def augment(rng: np.random.Generator, grey: Values) -> Values:
    """Each picture turned, moved and scaled, and most with one more change of the belt's."""
    grey = _moved(rng, grey)
    kind = rng.choice(4, len(grey), p=[1 - _AUGMENTED, *[_AUGMENTED / 3] * 3])
    for number, change in enumerate((_brightened, _blurred, _covered), start=1):
        rows = np.flatnonzero(kind == number)
        if len(rows):
            grey[rows] = change(rng, grey[rows])
    return grey


def _moved(rng: np.random.Generator, grey: Values) -> Values:
    """By bilinear interpolation; the edge goes on beyond the picture."""
    count, limit = len(grey), disturb.DEGREES[1]
    angle = np.deg2rad(rng.uniform(-limit, limit, count)).astype(np.float32)[:, None, None]
    scale = rng.uniform(0.9, 1.1, (count, 1, 1)).astype(np.float32)
    shift = rng.uniform(-1.5, 1.5, (2, count, 1, 1)).astype(np.float32)
    middle = np.float32((SIDE - 1) / 2)
    axis = (np.arange(SIDE, dtype=np.float32) - middle) * scale
    x, y = axis, axis.swapaxes(1, 2)
    across = x * np.cos(angle) + y * np.sin(angle) + middle + shift[0]
    down = y * np.cos(angle) - x * np.sin(angle) + middle + shift[1]
    across, down = (np.clip(part, 0, SIDE - 1.001) for part in (across, down))
    left, top = across.astype(np.int64), down.astype(np.int64)
    right_share, low_share = across - left, down - top
    place = (np.arange(count)[:, None, None] * SIDE + top) * SIDE + left
    flat = grey.ravel()
    upper = flat[place] * (1 - right_share) + flat[place + 1] * right_share
    lower = flat[place + SIDE] * (1 - right_share) + flat[place + SIDE + 1] * right_share
    return np.asarray(upper * (1 - low_share) + lower * low_share)


def _brightened(rng: np.random.Generator, grey: Values) -> Values:
    factor = np.exp(rng.uniform(np.log(disturb.DARKER[0]), np.log(disturb.BRIGHTER[1]), len(grey)))
    return np.asarray(np.clip(grey * factor.astype(np.float32)[:, None, None], 0, 1))


def _blurred(rng: np.random.Generator, grey: Values) -> Values:
    """All of them by the same width."""
    width = float(rng.uniform(0.5, disturb.BLUR_PIXELS[1]))
    apart = (np.arange(SIDE)[:, None] - np.arange(SIDE)[None, :]) ** 2
    kernel = np.exp(-apart / (2 * width * width))
    kernel = (kernel / kernel.sum(axis=1, keepdims=True)).astype(np.float32)
    return np.asarray(kernel @ grey @ kernel.T)


def _covered(rng: np.random.Generator, grey: Values) -> Values:
    for picture, patch in zip(
        grey, disturb.patches(rng, rng.uniform(*disturb.COVERED, len(grey))), strict=True
    ):
        picture[patch] = rng.random()
    return grey
