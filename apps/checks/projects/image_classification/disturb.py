"""What the belt does to a photograph: each change within a published range, one at a time."""

from dataclasses import dataclass, replace

import numpy as np

from apps.checks.projects.image_classification.generator import (
    SIDE,
    Pictures,
    Process,
    Sample,
    draw_held_out,
    to_bytes,
)
from apps.checks.scoring import Floats

CLEAN, ROTATION, BRIGHTNESS, BLUR, OCCLUSION = CONDITIONS = (
    "clean", "rotation", "brightness", "blur", "occlusion",
)  # fmt: skip
DEGREES = (10.0, 40.0)  # to both sides
DARKER, BRIGHTER = (0.2, 0.5), (1.6, 2.4)  # factors
BLUR_PIXELS = (1.0, 1.8)  # standard deviation, in pixels of a picture of SIDE x SIDE
COVERED = (0.08, 0.2)  # share of the picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disturbed:
    """Photographs of new tiles, all with the same change."""

    sample: Sample
    strength: Floats  # shape (photos,): degrees, factors, pixels or shares; 0 where there is none


def draw_disturbed(
    process: Process, rng: np.random.Generator, condition: str, *, count: int
) -> Disturbed:
    """``condition``: of CONDITIONS."""
    strength = _draw_strength(rng, condition, count)
    sample = draw_held_out(
        process, rng, count=count, degrees=strength if condition == ROTATION else None
    )
    if condition == BRIGHTNESS:
        sample = replace(sample, pictures=brighten(sample.pictures, strength))
    elif condition == BLUR:
        sample = replace(sample, pictures=blur(sample.pictures, strength))
    elif condition == OCCLUSION:
        covered = cover(sample.pictures, rng, strength)
        # Every pixel is to be seen, so that the patch is not lost under alpha.
        sample = replace(sample, pictures=covered, outside=np.zeros_like(sample.outside))
    return Disturbed(sample=sample, strength=strength)


def _draw_strength(rng: np.random.Generator, condition: str, count: int) -> Floats:
    if condition == ROTATION:
        return rng.uniform(*DEGREES, count) * rng.choice((-1, 1), count)
    if condition == BRIGHTNESS:
        darker = rng.random(count) < 0.5
        return np.where(darker, rng.uniform(*DARKER, count), rng.uniform(*BRIGHTER, count))
    if condition == BLUR:
        return rng.uniform(*BLUR_PIXELS, count)
    if condition == OCCLUSION:
        return rng.uniform(*COVERED, count)
    return np.zeros(count)


def brighten(pictures: Pictures, factors: Floats) -> Pictures:
    return to_bytes(pictures / 255 * factors[:, None, None, None])


def blur(pictures: Pictures, widths: Floats) -> Pictures:
    """Gaussian of these standard deviations in pixels; the edge goes on beyond the picture."""
    places = np.arange(SIDE)
    apart = (places[:, None] - np.arange(-2 * SIDE, 3 * SIDE)[None, :]) ** 2
    weights = np.exp(-apart / (2 * widths[:, None, None] ** 2))
    weights /= weights.sum(axis=2, keepdims=True)
    kernel = weights[:, :, 2 * SIDE : 3 * SIDE].copy()  # shape (pictures, SIDE, SIDE)
    kernel[:, :, 0] += weights[:, :, : 2 * SIDE].sum(axis=2)
    kernel[:, :, -1] += weights[:, :, 3 * SIDE :].sum(axis=2)
    return to_bytes(_along(kernel, _along(kernel, pictures / 255).swapaxes(1, 2)).swapaxes(1, 2))


def _along(kernel: Floats, values: Floats) -> Floats:
    """Over the rows of pictures."""
    return (kernel @ values.reshape(len(values), SIDE, -1)).reshape(values.shape)


def cover(pictures: Pictures, rng: np.random.Generator, shares: Floats) -> Pictures:
    """A patch of one colour on each: a rectangle of about this share of it."""
    covered = pictures.copy()
    for picture, patch in zip(covered, patches(rng, shares), strict=True):
        picture[patch] = rng.integers(0, 256, 3)
    return covered


def patches(rng: np.random.Generator, shares: Floats) -> list[tuple[slice, slice]]:
    patches = []
    for share in shares.tolist():
        width = float(rng.uniform(0.7, 1.4)) * share**0.5
        across, down = (max(1, round(SIDE * side)) for side in (width, share / width))
        left, top = (int(rng.integers(0, SIDE - side + 1)) for side in (across, down))
        patches.append((slice(top, top + down), slice(left, left + across)))
    return patches
