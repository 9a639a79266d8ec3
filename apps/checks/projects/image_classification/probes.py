"""The files with which one draw is checked, and what the checker knows about them.

Names of files are random and differ from file to file, so they tell nothing, and no picture can be
found again by its name.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from apps.checks.asking import Question
from apps.checks.folder_input import PackedFolder, pack
from apps.checks.projects.image_classification import in_house
from apps.checks.projects.image_classification.disturb import CLEAN, CONDITIONS, draw_disturbed
from apps.checks.projects.image_classification.export import (
    FAULTS,
    JPEG,
    PNG,
    UNREADABLE,
    PictureFile,
    write_all,
    write_fault,
)
from apps.checks.projects.image_classification.generator import (
    Flags,
    Ints,
    Process,
    Sample,
    draw_past,
    draw_process,
    stream,
)
from apps.checks.scoring import Floats

HELD_OUT_PICTURES = 400  # for each condition
REPEATED_PICTURES = 20  # of the training pictures: again, under another name
UNREADABLE_PICTURES = 4  # of the training pictures, for each of UNREADABLE
WRONG_ENDINGS = 20  # of the training pictures
ORDINARY, ORDINARY_WRONG_ENDING = 120, 20  # pictures of the question about bad files
FAULTS_EACH = 3
LABELS = "labels.csv"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draw:
    """All that follows from one seed, without the checker's own models."""

    seed: bytes
    process: Process
    past: Sample

    def lines(self, labels: Sequence[str]) -> Ints:
        """Index of each label, -1 for any other text."""
        place = {name: number for number, name in enumerate(self.process.names)}
        return np.array([place.get(label, -1) for label in labels], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """Pictures that ``predict`` is asked about, in the order of ``question.ids``."""

    question: Question
    line: Ints  # the right ones
    condition: Ints  # index into CONDITIONS
    strength: Floats  # of ``Disturbed``
    in_house: Ints  # what the checker's own network says
    linear: Ints  # what a linear model says
    files: tuple[PictureFile, ...]

    def rows(self, condition: str) -> Flags:
        return np.asarray(self.condition == CONDITIONS.index(condition))


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFiles:
    """Pictures of the main question again, among files that are not to be taken."""

    question: Question  # the pictures first, then the faults
    rows: tuple[int, ...]  # of the main question, of each of the pictures
    kinds: tuple[str, ...]  # of each of the faults


@lru_cache(maxsize=2)  # a check has two draws, and asks for the first one again at its end
def make_draw(seed: bytes) -> Draw:
    process = draw_process(seed)
    return Draw(seed=seed, process=process, past=draw_past(process, seed))


@lru_cache(maxsize=2)
def models(draw: Draw) -> in_house.InHouseModels:
    return in_house.train_models(draw.past, draw.seed, classes=len(draw.process.names))


@lru_cache(maxsize=2)
def training_folder(draw: Draw) -> PackedFolder:
    rng = stream(draw.seed, "training files")
    chance = python_random(rng)
    past, names = draw.past, draw.process.names
    files = write_all(chance, past.pictures, past.outside)
    for row in chance.sample(range(len(files)), WRONG_ENDINGS):
        files[row] = wrong_ending(files[row])
    tiles = rng.choice(90_000, int(past.photos.tile.max()) + 1, replace=False) + 10_000
    rows = [(names[line], tiles[tile]) for line, tile in zip(past.photos.line, past.photos.tile)]  # noqa: B905
    again = rng.choice(len(files), REPEATED_PICTURES, replace=False).tolist()
    broken = rng.choice(len(files), UNREADABLE_PICTURES * len(UNREADABLE), replace=False).tolist()
    files += [files[row] for row in again]
    files += [
        write_fault(chance, past.pictures[row], UNREADABLE[place % len(UNREADABLE)])
        for place, row in enumerate(broken)
    ]
    rows += [rows[row] for row in (*again, *broken)]
    paths = draw_paths(rng, files)
    lines = ["file,label,tile"]
    for place in rng.permutation(len(files)).tolist():
        label, tile = rows[place]
        lines.append(f"{paths[place]},{label},T-{tile}")
    table = "\n".join([*lines, ""]).encode()
    contents = {path: file.content for path, file in zip(paths, files, strict=True)}
    return pack({LABELS: table, **dict(sorted(contents.items()))})


def python_random(rng: np.random.Generator) -> random.Random:
    """For single choices, which NumPy makes slowly."""
    return random.Random(int(rng.integers(2**63)))  # noqa: S311 - no secret comes of it


def wrong_ending(file: PictureFile) -> PictureFile:
    return PictureFile(file.content, JPEG if file.suffix == PNG else PNG, file.form)


def draw_paths(rng: np.random.Generator, files: Sequence[PictureFile]) -> tuple[str, ...]:
    numbers = rng.choice(1_000_000, len(files), replace=False)
    return tuple(
        f"images/{number:06d}{file.suffix}" for number, file in zip(numbers, files, strict=True)
    )


def _question(rng: np.random.Generator, files: Sequence[PictureFile]) -> Question:
    paths = draw_paths(rng, files)
    contents = {path: file.content for path, file in zip(paths, files, strict=True)}
    return Question(content=pack(dict(sorted(contents.items()))), ids=paths)


def main_question(draw: Draw, *, factor: int = 1) -> Asked:
    """Pictures in all conditions. ``factor``: how many times the usual ones, for a verdict that
    these leave open."""
    return _usual_question(draw) if factor == 1 else _ask_about(draw, factor)


@lru_cache(maxsize=2)
def _usual_question(draw: Draw) -> Asked:
    return _ask_about(draw, 1)


def _ask_about(draw: Draw, factor: int) -> Asked:
    rng = stream(draw.seed, f"held-out {factor}")
    count = factor * HELD_OUT_PICTURES
    parts = [draw_disturbed(draw.process, rng, name, count=count) for name in CONDITIONS]
    pictures = np.concatenate([part.sample.pictures for part in parts])
    outside = np.concatenate([part.sample.outside for part in parts])
    files = write_all(python_random(rng), pictures, outside)
    own = models(draw)
    return Asked(
        question=_question(rng, files),
        line=np.concatenate([part.sample.photos.line for part in parts]),
        condition=np.repeat(np.arange(len(CONDITIONS)), count),
        strength=np.concatenate([part.strength for part in parts]),
        in_house=in_house.lines_of(own.network, pictures),
        linear=in_house.lines_of(own.linear, pictures),
        files=tuple(files),
    )


def clean_question(draw: Draw, *, count: int) -> tuple[Question, Ints]:
    """Pictures without any change, and their lines."""
    rng = stream(draw.seed, "clean pictures")
    sample = draw_disturbed(draw.process, rng, CLEAN, count=count).sample
    files = write_all(python_random(rng), sample.pictures, sample.outside)
    return _question(rng, files), sample.photos.line


def bad_files_question(draw: Draw, main: Asked) -> BadFiles:
    """A few of the pictures have the ending of the other format."""
    rng = stream(draw.seed, "bad files")
    chance = python_random(rng)
    rows = rng.choice(len(main.files), ORDINARY, replace=False).tolist()
    files = [main.files[row] for row in rows]
    files[:ORDINARY_WRONG_ENDING] = map(wrong_ending, files[:ORDINARY_WRONG_ENDING])
    kinds = [kind for kind in FAULTS for _ in range(FAULTS_EACH)]
    faults = [
        write_fault(chance, draw.past.pictures[int(rng.integers(len(draw.past.pictures)))], kind)
        for kind in kinds
    ]
    question = _question(rng, [*files, *faults])
    return BadFiles(question=question, rows=tuple(rows), kinds=tuple(kinds))
