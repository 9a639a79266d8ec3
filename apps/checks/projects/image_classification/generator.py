"""The process that makes photographs of tiles: product lines, tiles, and how each was photographed.

Every factory is a draw. A line is a motif of a few strokes and rings; everything else about a tile
says nothing about its line: colours, wear, the motif's size and place, and whether the motif is
lighter or darker than its glaze. So no pixel alone tells a line, a linear model on the pixels stays
far behind, and nothing of one factory helps in another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.checks import draws
from apps.checks.projects.image_classification.names import NAMES
from apps.checks.scoring import Floats

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]
type Pictures = NDArray[np.uint8]  # shape (pictures, SIDE, SIDE, 3), red, green and blue

SIDE = 24  # pixels
LINES = (5, 7)
TRAIN_TILES = 700
SECOND_PHOTO_SHARE = 0.7  # of the training tiles; some of those are photographed a third time
LARGEST_ALIKE = 0.6  # correlation of two motifs in one factory, however they are turned

_REACH = 0.82  # of a tile: the picture reaches from -1 to 1
_PIXEL = 2 / SIDE


def stream(seed: bytes, purpose: str) -> np.random.Generator:
    return draws.stream(seed, f"image-classification/{purpose}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Motif:
    """Strokes and rings within the unit circle; all arrays of floats."""

    strokes: Floats  # shape (strokes, 4): x, y of both ends
    rings: Floats  # shape (rings, 3): x, y, radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The parameters of one factory."""

    names: tuple[str, ...]
    motifs: tuple[Motif, ...]
    shares: Floats  # of the tiles, by line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photos:
    """What decides about photographs; arrays of the same length, one row for each."""

    tile: Ints  # which tile it is, counted from 0
    line: Ints  # index into Process.names
    glaze: Floats  # shape (photos, 3): colours from 0 to 1
    paint: Floats  # of the motif
    background: Floats
    motif: Floats  # shape (photos, 3): x, y and size of the motif on the tile
    camera: Floats  # shape (photos, 3): x, y in the picture, and the turn in degrees
    light: Floats  # factor
    wear: Floats  # shape (photos, 2, 5): scratches, from x, y to x, y; and how strong, 0 is none
    chips: Floats  # shape (photos, 2, 3): x, y and radius of what broke off, 0 is none
    grain: Floats  # standard deviation of the camera's noise, from 0 to 1

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: Ints | Flags) -> Self:
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def turned(self, degrees: Floats) -> Self:
        camera = self.camera.copy()
        camera[:, 2] += degrees
        return replace(self, camera=camera)


# Factories ---------------------------------------------------------------------------------------


def draw_process(seed: bytes) -> Process:
    rng = stream(seed, "process")
    count = int(rng.integers(LINES[0], LINES[1] + 1))
    names = tuple(NAMES[n] for n in rng.choice(len(NAMES), count, replace=False))
    shares = rng.uniform(0.6, 1.4, count)
    return Process(names=names, motifs=draw_motifs(rng, count), shares=shares / shares.sum())


def draw_motifs(rng: np.random.Generator, count: int) -> tuple[Motif, ...]:
    """Motifs of which no two look alike, however one of them is turned."""
    motifs: list[Motif] = []
    turned: list[Floats] = []
    while len(motifs) < count:
        motif = _draw_motif(rng)
        seen = _masks(motif)
        if all(_likeness(seen, others) <= LARGEST_ALIKE for others in turned):
            motifs.append(motif)
            turned.append(seen)
    return tuple(motifs)


def _draw_motif(rng: np.random.Generator) -> Motif:
    strokes, rings = int(rng.integers(2, 4)), int(rng.integers(0, 3))
    angle = rng.uniform(0, 2 * np.pi, (strokes, 2))
    radius = rng.uniform(0.45, 1.0, (strokes, 2))
    angle[:, 1] = angle[:, 0] + rng.uniform(0.6, 1.4, strokes) * np.pi  # not too short
    ends = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    middles = rng.uniform(-0.5, 0.5, (rings, 2))
    sizes = rng.uniform(0.25, 0.5, (rings, 1))
    return Motif(strokes=ends.reshape(strokes, 4), rings=np.hstack([middles, sizes]))


def _masks(motif: Motif) -> Floats:
    """How the motif looks turned by every 12 degrees: shape (30, pixels), standardised."""
    axis = np.linspace(-1.1, 1.1, 16)
    x, y = (part.ravel() for part in np.meshgrid(axis, axis))
    angles = np.deg2rad(np.arange(0, 360, 12.0))[:, None]
    u, v = x * np.cos(angles) + y * np.sin(angles), y * np.cos(angles) - x * np.sin(angles)
    seen = np.clip(1.5 - distance(motif, u, v) / 0.15, 0, 1)  # wider than it is: blurred
    seen -= seen.mean(axis=1, keepdims=True)
    return np.asarray(seen / np.linalg.norm(seen, axis=1, keepdims=True))


def _likeness(seen: Floats, others: Floats) -> float:
    return float((seen[:1] @ others.T).max())


def distance(motif: Motif, x: Floats, y: Floats) -> Floats:
    """From each point to the nearest line of the motif."""
    found = [_to_stroke(x, y, stroke) for stroke in motif.strokes]
    found += [np.abs(np.hypot(x - mx, y - my) - size) for mx, my, size in motif.rings]
    return np.asarray(np.minimum.reduce(found))


def _to_stroke(x: Floats, y: Floats, ends: Sequence[Floats] | Floats) -> Floats:
    x0, y0, x1, y1 = ends
    dx, dy = x1 - x0, y1 - y0
    along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9), 0, 1)
    return np.asarray(np.hypot(x - x0 - along * dx, y - y0 - along * dy))


# Photographs -------------------------------------------------------------------------------------


def draw_photos(process: Process, rng: np.random.Generator, photos_of: Ints) -> Photos:
    """``photos_of``: how often each tile is photographed."""
    tile = np.repeat(np.arange(len(photos_of)), photos_of)
    tiles, count = len(photos_of), len(tile)
    glaze, paint = _draw_colours(rng, tiles)
    strong = rng.uniform(0.15, 0.5, (tiles, 2, 1)) * (rng.random((tiles, 2, 1)) < 0.3)
    broken = rng.uniform(0.08, 0.2, (tiles, 2, 1)) * (rng.random((tiles, 2, 1)) < 0.25)
    sides = rng.uniform(-0.8, 0.8, (tiles, 2, 2))
    sides[:, :, 0] = np.sign(sides[:, :, 0]) * _REACH
    motif = np.hstack([rng.uniform(-0.1, 0.1, (tiles, 2)), rng.uniform(0.55, 0.72, (tiles, 1))])
    of_tile = {
        "line": rng.choice(len(process.names), tiles, p=process.shares),
        "glaze": glaze,
        "paint": paint,
        "motif": motif,
        "wear": np.concatenate([rng.uniform(-0.8, 0.8, (tiles, 2, 4)), strong], axis=2),
        "chips": np.concatenate([sides, broken], axis=2),
    }
    return Photos(
        tile=tile,
        **{name: values[tile] for name, values in of_tile.items()},
        background=rng.uniform(0, 1, (count, 3)),
        camera=np.hstack([rng.uniform(-0.12, 0.12, (count, 2)), rng.normal(0, 3, (count, 1))]),
        light=rng.normal(1, 0.04, count),
        grain=rng.uniform(0.01, 0.05, count),
    )


def _draw_colours(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Of the glaze and of the motif: freely, but for a brightness that differs enough."""
    glaze, paint = rng.uniform(0.05, 0.95, (2, count, 3))
    while True:
        alike = np.abs((glaze - paint) @ LUMA) < 0.25
        if not alike.any():
            return glaze, paint
        glaze[alike], paint[alike] = rng.uniform(0.05, 0.95, (2, int(alike.sum()), 3))


LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as Pillow's mode L


def render(process: Process, photos: Photos, rng: np.random.Generator) -> tuple[Pictures, Flags]:
    """The photographs, and which of their pixels show no tile: shape (photos, SIDE, SIDE)."""
    x, y = _tile_points(photos)
    inside = _covered(np.maximum(np.abs(x), np.abs(y)) - _REACH)
    chips = photos.chips[..., None, None]
    for part in range(chips.shape[1]):
        middle_x, middle_y, size = (chips[:, part, n] for n in range(3))
        inside *= 1 - _covered(np.hypot(x - middle_x, y - middle_y) - size)
    shown = photos.glaze[:, None, None, :]
    shown = _mixed(shown, photos.paint, _motif_cover(process, photos, x, y))
    wear = photos.wear[..., None, None]
    for part in range(wear.shape[1]):
        ends = [wear[:, part, n] for n in range(4)]
        cover = _covered(_to_stroke(x, y, ends) - 0.03) * wear[:, part, 4]
        shown = _mixed(shown, np.ones((len(photos), 3)), cover)
    values = _mixed(photos.background[:, None, None, :], shown, inside)
    values = values * photos.light[:, None, None, None]
    grain = rng.standard_normal(values.shape, dtype=np.float32) * photos.grain[:, None, None, None]
    return to_bytes(values + grain), inside < 0.01


def to_bytes(values: Floats) -> Pictures:
    """Shape as ``values``, which are from 0 to 1 where nothing is too dark or too bright."""
    return np.asarray(np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _tile_points(photos: Photos) -> tuple[Floats, Floats]:
    """Where on its tile each pixel lies: x and y, shape (photos, SIDE, SIDE)."""
    axis = (np.arange(SIDE) + 0.5) * _PIXEL - 1
    x = axis[None, None, :] - photos.camera[:, 0, None, None]
    y = axis[None, :, None] - photos.camera[:, 1, None, None]
    angle = np.deg2rad(photos.camera[:, 2])[:, None, None]
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _motif_cover(process: Process, photos: Photos, x: Floats, y: Floats) -> Floats:
    cover = np.zeros_like(x)
    for line, motif in enumerate(process.motifs):
        rows = photos.line == line
        middle_x, middle_y, size = (photos.motif[rows, n, None, None] for n in range(3))
        apart = distance(motif, (x[rows] - middle_x) / size, (y[rows] - middle_y) / size)
        cover[rows] = _covered(apart * size - 0.065)
    return cover


def _covered(apart: Floats) -> Floats:
    """The share of a pixel that lies inside, from its distance to the edge."""
    return np.asarray(np.clip(0.5 - apart / _PIXEL, 0, 1))


def _mixed(below: Floats, above: Floats, cover: Floats) -> Floats:
    """Colours of shape (photos, 3) or (photos, SIDE, SIDE, 3); ``cover``: of ``above``."""
    if above.ndim == 2:
        above = above[:, None, None, :]
    return np.asarray(below + cover[..., None] * (above - below))


# Samples -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Photographs, as they were meant before they are written to files."""

    photos: Photos
    pictures: Pictures
    outside: Flags  # pixels that show no tile


def draw_past(process: Process, seed: bytes) -> Sample:
    """The training photographs, in random order: of many tiles more than one."""
    rng = stream(seed, "past photographs")
    again = rng.random((TRAIN_TILES, 2)) < (SECOND_PHOTO_SHARE, 0.4)
    photos = draw_photos(process, rng, 1 + again[:, 0] + again.all(axis=1))
    photos = photos.take(rng.permutation(len(photos)))
    pictures, outside = render(process, photos, rng)
    return Sample(photos=photos, pictures=pictures, outside=outside)


def draw_held_out(
    process: Process, rng: np.random.Generator, *, count: int, degrees: Floats | None = None
) -> Sample:
    """Photographs of tiles that nobody has seen; turned by ``degrees``, shape (count,)."""
    photos = draw_photos(process, rng, np.ones(count, dtype=np.int64))
    if degrees is not None:
        photos = photos.turned(degrees)
    pictures, outside = render(process, photos, rng)
    return Sample(photos=photos, pictures=pictures, outside=outside)
