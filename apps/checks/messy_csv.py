"""Writes CSV as people and their programs leave it: what a value means can be read back, but it is
written in many ways, missing in many ways, in two encodings, and some rows stand there twice."""

import csv
import io
import math
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from apps.checks.scoring import Floats

MISSING = ("", "NA", "n/a", "-", "?", "unknown")

# A value, whether to write it otherwise than in the tidy way, and a number in [0, 1) that says
# in which of the other ways.
type WriteCell = Callable[[float, bool, float], str]


def repeat(rows: int, *, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of rows, that share of them a second time, somewhere among the others."""
    repeated = np.flatnonzero(rng.random(rows) < share)
    numbers = np.concatenate([np.arange(rows), repeated])
    return rng.permutation(numbers) if len(repeated) else numbers


def column(
    values: Floats, write: WriteCell, *, share: float, rng: np.random.Generator
) -> list[str]:
    """Cells, that share of them written otherwise; NaN is missing, in one of the usual ways."""
    otherwise = rng.random(len(values)) < share
    styles = rng.random(len(values))
    return [
        one_of(MISSING, style) if math.isnan(value) else write(float(value), bool(other), style)
        for value, other, style in zip(values, otherwise, styles, strict=True)
    ]


def write_lines(
    header: Sequence[str],
    columns: Sequence[Sequence[str]],
    *,
    latin_1: float,
    rng: np.random.Generator,
) -> bytes:
    """The file; that share of its rows in Latin-1, the header and the others in UTF-8."""
    is_latin_1 = rng.random(len(columns[0])) < latin_1
    lines = [_line(header, encoding="utf-8")]
    lines += [
        _line(cells, encoding="latin-1" if latin else "utf-8")
        for cells, latin in zip(zip(*columns, strict=True), is_latin_1, strict=True)
    ]
    return b"".join(lines)


def _line(cells: Sequence[str], *, encoding: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue().encode(encoding)


# Ways to write a value ---------------------------------------------------------------------------


def one_of[T](options: Sequence[T], style: float) -> T:
    return options[int(style * len(options))]


def number(value: float, _otherwise: bool, _style: float) -> str:
    return f"{value:g}"


def day(ordinal: float, otherwise: bool, _style: float) -> str:
    """Of a proleptic ordinal: 2023-04-17, or 17.04.2023."""
    return f"{date.fromordinal(int(ordinal)):{'%d.%m.%Y' if otherwise else '%Y-%m-%d'}}"


def name_of(names: Sequence[str], styles: Sequence[Callable[[str], str]]) -> WriteCell:
    """Of an index into ``names``, otherwise in one of ``styles``."""

    def write(index: float, otherwise: bool, style: float) -> str:
        name = names[int(index)]
        return one_of(styles, style)(name) if otherwise else name

    return write


TYPED: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.capitalize,
    lambda name: f" {name}",
    lambda name: f"{name}  ",
)
