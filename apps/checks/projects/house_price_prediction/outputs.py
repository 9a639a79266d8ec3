"""Reads what the learner's commands wrote: untrusted files, under strict limits.

Every failure is one sentence that says what is wrong with the file.
"""

import csv
import math
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.checks.projects.house_price_prediction.export import FEATURES

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 20_000
MAX_CELL = 200  # characters
MAX_LINE = 4_000  # characters
LOWEST_PRICE, HIGHEST_PRICE = 1.0, 1e12
SCALES = ("log_price", "price")
# Plain decimal notation: float() also takes "1_000", "inf" and other scripts' digits.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


class UnusableOutput(ValueError):
    """The file cannot be used; the message tells the learner why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One house: ``base`` and the contributions, by column, on ``scale``."""

    scale: str
    base: float
    contributions: Mapping[str, float]

    @property
    def total(self) -> float:
        return math.fsum((self.base, *self.contributions.values()))

    @property
    def log_price(self) -> float:
        """The log of the price that it adds up to; NaN when that is no price."""
        if self.scale == "log_price":
            return self.total
        return math.log(self.total) if self.total > 0 else math.nan


def read_predictions(path: Path, ids: Collection[str] | None = None) -> dict[str, float]:
    """Log price by id. With ``ids``, exactly these must be there.

    Raises UnusableOutput.
    """
    predictions: dict[str, float] = {}
    rows = _rows(path)
    header = next(rows, None)
    if header is None or header.cells != ["id", "price"]:
        raise UnusableOutput(
            f"The first line of the predictions is {_quoted(header)}; it must be “id,price”."
        )
    for row in rows:
        house, cell = row.cells
        price = _number(cell, row, column="price")
        if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            raise UnusableOutput(
                f"Line {row.line}: the price is {price:g}. A price must be between 1 and a "
                "million million; did you forget to turn the log price back into a price?"
            )
        _check_new(house, predictions, row)
        predictions[house] = math.log(price)
    _check_ids(predictions, ids, what="prediction")
    return predictions


def read_explanations(path: Path, ids: Collection[str]) -> dict[str, Explanation]:
    """Explanations by id. Raises UnusableOutput."""
    rows = _rows(path)
    header = next(rows, None)
    columns = _contribution_columns(header)
    explanations: dict[str, Explanation] = {}
    for row in rows:
        house, scale, *cells = row.cells
        if scale not in SCALES:
            raise UnusableOutput(
                f"Line {row.line}: the scale is “{_shown(scale)}”; it must be log_price or price."
            )
        base, *values = (
            _number(cell, row, column=column)
            for cell, column in zip(cells, ("base", *columns), strict=True)
        )
        if any(abs(value) > HIGHEST_PRICE for value in (base, *values)):
            raise UnusableOutput(
                f"Line {row.line}: a number is beyond a million million. No contribution to a "
                "price is that large; was it computed on the scale that the line names?"
            )
        _check_new(house, explanations, row)
        explanations[house] = Explanation(
            scale=scale, base=base, contributions=dict(zip(columns, values, strict=True))
        )
    _check_ids(explanations, ids, what="explanation")
    return explanations


def _contribution_columns(header: "_Row | None") -> list[str]:
    if header is None or header.cells[:3] != ["id", "scale", "base"]:
        raise UnusableOutput(
            f"The first line of the explanations is {_quoted(header)}; it must begin with "
            "“id,scale,base”."
        )
    columns = header.cells[3:]
    unknown = [name for name in columns if name not in FEATURES]
    if unknown:
        raise UnusableOutput(
            f"“{_shown(unknown[0])}” is no column of the data dictionary. Add up what belongs to "
            "one column, and name it as it is named there."
        )
    if len(set(columns)) != len(columns):
        raise UnusableOutput("A column of the explanations appears twice in its first line.")
    missing = [name for name in ("size", "location", "year_built") if name not in columns]
    if missing:
        raise UnusableOutput(f"The explanations have no column {missing[0]}.")
    return columns


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]


def _rows(path: Path) -> Iterator[_Row]:
    """The rows of a CSV file, header first, each as long as the header; empty lines left out."""
    width = None
    for line, cells in _parsed(_lines(path)):
        if not cells:
            continue
        width = width or len(cells)
        if len(cells) != width:
            raise UnusableOutput(f"Line {line} has {len(cells)} cells; the first line has {width}.")
        if line > MAX_ROWS:
            raise UnusableOutput(f"The file has more than {MAX_ROWS} rows.")
        yield _Row(line, [cell.strip()[: MAX_CELL + 1] for cell in cells])


def _parsed(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnusableOutput(f"Line {reader.line_num} is not CSV: {error}.") from None


def _lines(path: Path) -> list[str]:
    try:
        text = _content(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableOutput("The file is not UTF-8 text.") from None
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            raise UnusableOutput(f"Line {number} is longer than {MAX_LINE} characters.")
    return lines


def _content(path: Path) -> bytes:
    """A link is not followed, a pipe not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise UnusableOutput("The output is not an ordinary file.") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnusableOutput("The output is a folder or a device, not an ordinary file.")
        content = _read_all(descriptor, limit=MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise UnusableOutput(f"The file is larger than {MAX_BYTES // 2**20} MiB.")
    if not content.strip():
        raise UnusableOutput("The file is empty.")
    return content


def _read_all(descriptor: int, *, limit: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read(limit)


def _number(cell: str, row: _Row, *, column: str) -> float:
    if not cell or cell.lower() in {"nan", "none", "null", "na"}:
        raise UnusableOutput(
            f"Line {row.line}: {column} is {_shown(cell) or 'empty'}. A value that your code "
            "could not compute is not an answer; fill in what is missing before you predict."
        )
    if cell.lower().lstrip("+-") in {"inf", "infinity"}:
        raise UnusableOutput(f"Line {row.line}: {column} is infinite.")
    if not _NUMBER.fullmatch(cell):
        raise UnusableOutput(f"Line {row.line}: {column} is “{_shown(cell)}”, not a number.")
    value = float(cell)
    if not math.isfinite(value):
        raise UnusableOutput(f"Line {row.line}: {column} is infinite.")
    return value


def _check_new(house: str, seen: Collection[str], row: _Row) -> None:
    if house in seen:
        raise UnusableOutput(
            f"Line {row.line}: the id {_shown(house)} appears a second time. Write one line for "
            "each id, even when the input has it twice."
        )


def _check_ids(found: Collection[str], ids: Collection[str] | None, *, what: str) -> None:
    if ids is None:
        return
    wanted = set(ids)
    missing = [house for house in ids if house not in found]
    if missing:
        raise UnusableOutput(
            f"{len(missing)} of {len(wanted)} houses have no {what}; the first one is {missing[0]}."
        )
    extra = next((house for house in found if house not in wanted), None)
    if extra is not None:
        raise UnusableOutput(f"There is a {what} for “{_shown(extra)}”, which is not in the input.")


def _shown(text: str) -> str:
    line = "".join(char if char.isprintable() else "·" for char in text[:40])
    return f"{line}…" if len(text) > 40 else line


def _quoted(row: _Row | None) -> str:
    return "missing" if row is None else f"“{_shown(','.join(row.cells))}”"
