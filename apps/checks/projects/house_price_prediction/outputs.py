"""Reads what the learner's commands wrote: untrusted files, under strict limits.

Every failure is an UnusableOutput, one or two sentences that say what is wrong with the file.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.checks.outputs import Table, UnusableOutput, read_csv, read_ids, shown
from apps.checks.projects.house_price_prediction.export import FEATURES

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 20_000
LOWEST_PRICE, HIGHEST_PRICE = 1.0, 1e12
SCALES = ("log_price", "price")


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
    table = read_csv(path, columns=("id", "price"), max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    prices = table.numbers("price").tolist()
    for line, price in zip(table.lines, prices, strict=True):
        if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            raise UnusableOutput(
                f"Line {line}: the price is {price:g}. A price must be between 1 and a "
                "million million; did you forget to turn the log price back into a price?"
            )
    houses = read_ids(table, ids, rows="houses", what="prediction")
    return {house: math.log(price) for house, price in zip(houses, prices, strict=True)}


def read_explanations(path: Path, ids: Collection[str]) -> dict[str, Explanation]:
    """Explanations by id. Raises UnusableOutput."""
    table = read_csv(
        path,
        columns=("id", "scale", "base"),
        further_columns=len(FEATURES),
        max_bytes=MAX_BYTES,
        max_rows=MAX_ROWS,
    )
    columns = _contribution_columns(table)
    _judge_scales(table)
    bases, *contributions = (table.numbers(column).tolist() for column in ("base", *columns))
    _judge_size(table, [bases, *contributions])
    houses = read_ids(table, ids, rows="houses", what="explanation")
    rows = zip(houses, table.texts("scale"), bases, *contributions, strict=True)
    return {
        house: Explanation(
            scale=scale, base=base, contributions=dict(zip(columns, values, strict=True))
        )
        for house, scale, base, *values in rows
    }


def _contribution_columns(table: Table) -> Sequence[str]:
    columns = table.columns[3:]
    unknown = [name for name in columns if name not in FEATURES]
    if unknown:
        raise UnusableOutput(
            f"“{shown(unknown[0])}” is no column of the data dictionary. Add up what belongs to "
            "one column, and name it as it is named there."
        )
    missing = [name for name in ("size", "location", "year_built") if name not in columns]
    if missing:
        raise UnusableOutput(f"The explanations have no column {missing[0]}. Add one.")
    return columns


def _judge_scales(table: Table) -> None:
    for line, scale in zip(table.lines, table.texts("scale"), strict=True):
        if scale not in SCALES:
            raise UnusableOutput(
                f"Line {line}: the scale is “{shown(scale)}”; it must be log_price or price."
            )


def _judge_size(table: Table, columns: Sequence[Sequence[float]]) -> None:
    too_large = (np.abs(np.array(columns)) > HIGHEST_PRICE).any(axis=0)
    if too_large.any():
        raise UnusableOutput(
            f"Line {table.lines[int(too_large.argmax())]}: a number is beyond a million million. "
            "No contribution to a price is that large; was it computed on the scale that the line "
            "names?"
        )
