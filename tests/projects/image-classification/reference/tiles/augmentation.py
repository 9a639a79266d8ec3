"""What the belt does to a picture, drawn at random for each training picture."""

import numpy as np

DEGREES = 42.0
FACTORS = (0.2, 2.4)
BLUR = (0.5, 1.9)
COVERED = (0.05, 0.22)


def augment(rng, pictures):
    """Each is turned; most get one more change."""
    pictures = move(
        pictures,
        degrees=rng.uniform(-DEGREES, DEGREES, len(pictures)),
        scale=rng.uniform(0.9, 1.1, len(pictures)),
        shift=rng.uniform(-1.5, 1.5, (2, len(pictures))),
    )
    kind = rng.integers(0, 4, len(pictures))
    for number, change in enumerate((random_light, random_blur, random_patches)):
        rows = np.flatnonzero(kind == number)
        if len(rows) > 0:
            pictures[rows] = change(rng, pictures[rows])
    return pictures


def random_light(rng, pictures):
    low, high = np.log(FACTORS)
    return brighten(pictures, np.exp(rng.uniform(low, high, len(pictures))))


def random_blur(rng, pictures):
    return blur(pictures, rng.uniform(*BLUR))


def random_patches(rng, pictures):
    pictures = pictures.copy()
    side = pictures.shape[1]
    for picture in pictures:
        share = rng.uniform(*COVERED)
        width = np.sqrt(share) * rng.uniform(0.7, 1.4)
        across = max(1, round(side * width))
        down = max(1, round(side * share / width))
        left = rng.integers(0, side - across + 1)
        top = rng.integers(0, side - down + 1)
        picture[top : top + down, left : left + across] = rng.random()
    return pictures


def brighten(pictures, factors):
    return np.clip(pictures * factors[:, None, None], 0, 1).astype(np.float32)


def blur(pictures, width):
    """Gaussian, along rows and columns."""
    place = np.arange(pictures.shape[1])
    kernel = np.exp(-((place[:, None] - place) ** 2) / (2 * width**2))
    kernel = (kernel / kernel.sum(axis=1, keepdims=True)).astype(np.float32)
    return kernel @ pictures @ kernel.T


def move(pictures, degrees, scale, shift):
    """Turned about the middle, scaled and shifted by pixels; bilinear, the edge goes on outside."""
    count, side, _ = pictures.shape
    middle = (side - 1) / 2
    axis = np.arange(side) - middle
    angle = np.deg2rad(degrees)[:, None, None]
    size = scale[:, None, None]
    x, y = axis[None, None, :] / size, axis[None, :, None] / size
    across = x * np.cos(angle) + y * np.sin(angle) + middle + shift[0][:, None, None]
    down = y * np.cos(angle) - x * np.sin(angle) + middle + shift[1][:, None, None]
    across = np.clip(across, 0, side - 1.001).astype(np.float32)
    down = np.clip(down, 0, side - 1.001).astype(np.float32)
    left, top = across.astype(int), down.astype(int)
    right_share, low_share = across - left, down - top
    place = (np.arange(count)[:, None, None] * side + top) * side + left
    flat = pictures.ravel()
    upper = flat[place] * (1 - right_share) + flat[place + 1] * right_share
    lower = flat[place + side] * (1 - right_share) + flat[place + side + 1] * right_share
    return upper * (1 - low_share) + lower * low_share
