"""Reads CSV: UTF-8, commas, one line for each row, names in the first line."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.checks.outputs.file import UnusableOutput, decoded, read_content, shown

# Plain decimal notation: float() also takes "1_000", "inf" and other scripts' digits.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LONG_LINE = 10_000  # characters; the parser has a limit of its own on a cell
_NOT_COMPUTED = frozenset({"", "nan", "none", "null", "na", "nat", "<na>"})

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they stand in the file, without spaces around them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # each as long as ``columns``
    lines: tuple[int, ...]  # of each row, for messages

    def texts(self, column: str) -> list[str]:
        index = self.columns.index(column)
        return [row[index] for row in self.rows]

    def numbers(self, column: str) -> Floats:
        """Finite numbers. Raises UnusableOutput that names the line of the first other cell."""
        cells = zip(self.lines, self.texts(column), strict=True)
        return np.array([_number(cell, line, column=column) for line, cell in cells], dtype=float)


def read_csv(
    path: Path,
    *,
    columns: Sequence[str],
    max_bytes: int,
    max_rows: int,
    further_columns: int = 0,
    max_cell: int = 200,
) -> Table:
    """The table at ``path``, whose first line must be ``columns``; empty lines are left out.

    Up to ``further_columns`` more may follow them, of any names. ``max_cell``: characters.
    Raises UnusableOutput. Memory: up to 30 ``max_bytes`` and what the allowed cells take.
    """
    lines = _lines(decoded(read_content(path, max_bytes=max_bytes)))
    header = _header(next(lines, None), columns, further_columns=further_columns)
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, cells in lines:
        if len(rows) == max_rows:
            raise UnusableOutput(
                f"The file has more than {max_rows} rows. Write one row for each that is asked for."
            )
        if len(cells) != len(header):
            raise UnusableOutput(
                f"Line {number} has {len(cells)} cells; the first line has {len(header)}. "
                "Write one cell for each column."
            )
        if max(map(len, cells)) > max_cell:
            raise UnusableOutput(f"Line {number} has a cell of more than {max_cell} characters.")
        rows.append(tuple(cells))
        numbers.append(number)
    return Table(header, tuple(rows), tuple(numbers))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not blank.

    Each is parsed alone, so that a quote that is never closed is found where it was opened.
    """
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if not line.strip():
            continue
        # Most lines have no quotes, and are split three times as fast without a parser each.
        plain = '"' not in line and len(line) < _LONG_LINE
        cells = line.split(",") if plain else _parsed(line, number)
        yield number, [cell.strip() for cell in cells]


def _parsed(line: str, number: int) -> list[str]:
    try:
        (cells,) = csv.reader([line.rstrip("\r\n")], strict=True)
    except csv.Error as error:
        raise _not_csv(number, str(error)) from None
    return cells


def _not_csv(line: int, said: str) -> UnusableOutput:
    if "unexpected end" in said:
        return UnusableOutput(
            f"Line {line} is not CSV: it opens a quote and does not close it. Keep line breaks "
            "out of cells, and write the file with a CSV library."
        )
    if "limit" in said:
        return UnusableOutput(f"Line {line} is not CSV: it has a cell far too long.")
    return UnusableOutput(
        f"Line {line} is not CSV: something follows a closing quote. Double the quotes inside a "
        "cell, or write the file with a CSV library."
    )


def _header(
    found: tuple[int, list[str]] | None, columns: Sequence[str], *, further_columns: int
) -> tuple[str, ...]:
    names = tuple(found[1]) if found else ()
    if names[: len(columns)] != tuple(columns) or len(names) > len(columns) + further_columns:
        must = "begin with" if further_columns else "be"
        raise UnusableOutput(
            f"The first line is “{shown(','.join(names))}”; it must {must} “{','.join(columns)}”."
            if names
            else f"The file has no rows. Its first line must {must} “{','.join(columns)}”."
        )
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise UnusableOutput(
            f"The column “{shown(twice)}” appears twice in the first line. Write it once."
        )
    return names


def _number(cell: str, line: int, *, column: str) -> float:
    where = f"Line {line}: {shown(column)} is"
    if cell.lower() in _NOT_COMPUTED:
        raise UnusableOutput(
            f"{where} {shown(cell) or 'empty'}. A value that your code could not compute is not "
            "an answer; fill in what is missing before you predict."
        )
    value = math.inf
    if cell.lower().lstrip("+-") not in {"inf", "infinity"}:
        if not _NUMBER.fullmatch(cell):
            raise UnusableOutput(f"{where} “{shown(cell)}”, not a number. Write it like 1234.5.")
        value = float(cell)
    if not math.isfinite(value):
        raise UnusableOutput(f"{where} infinite. Find the division or the exponent that made it.")
    return value
