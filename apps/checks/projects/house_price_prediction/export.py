"""Writes houses the way the agency's software exports them: CSV, typed in by people.

The same house can be written in many ways. All of them are in the data dictionary, and everything
but a missing value can be read back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from apps.checks.messy_csv import (
    TYPED,
    WriteCell,
    column,
    day,
    name_of,
    number,
    one_of,
    repeat,
    write_lines,
)
from apps.checks.projects.house_price_prediction.generator import (
    CONDITIONS,
    ENERGY_LABELS,
    Houses,
)
from apps.checks.scoring import Floats

SQUARE_FEET = 10.7639  # in a m², as the data dictionary says
FEATURES = (
    "listed_on", "location", "size", "rooms", "year_built", "condition", "lot_size",
    "distance_km", "energy_label",
)  # fmt: skip
COLUMNS = ("id", *FEATURES, "agent_note")
NOTES = (
    "Kitchen renewed, bright rooms",
    "Close to the school; quiet street",
    "Owner Mr Müller asks to be called first",
    'Sold with "summer house"',
    "Café on the ground floor",
    "Contact: José Núñez, mornings",
    "View over the façade of the old town hall",
    "Key at the neighbour's",
    "",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How often a cell is written otherwise than in the tidy way; shares from 0 to 1."""

    square_feet: float = 0.0
    typed_otherwise: float = 0.0  # locations, conditions, energy labels
    dotted_dates: float = 0.0  # 17.04.2023
    latin_1: float = 0.0  # of the rows; the others are UTF-8
    repeated: float = 0.0  # rows that appear a second time, written anew


TIDY = Writing()
DIRTY = Writing(square_feet=0.5, typed_otherwise=0.9, dotted_dates=0.5, latin_1=0.5, repeated=0.15)


def draw_writing(rng: np.random.Generator) -> Writing:
    """How sloppy the agency of this town is."""
    return Writing(
        square_feet=rng.uniform(0.15, 0.35),
        typed_otherwise=rng.uniform(0.2, 0.4),
        dotted_dates=rng.uniform(0.1, 0.3),
        latin_1=rng.uniform(0.1, 0.3),
        repeated=rng.uniform(0.01, 0.03),
    )


def draw_ids(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Distinct identifiers that say nothing about a house."""
    return tuple(f"H-{n}" for n in rng.choice(900_000, count, replace=False) + 100_000)


def write_csv(
    houses: Houses,
    *,
    ids: Sequence[str],
    locations: Sequence[str],
    writing: Writing,
    rng: np.random.Generator,
    price: Floats | None = None,
) -> bytes:
    """The export with its header line. Repeated rows stand somewhere among the others."""
    rows = repeat(len(houses), share=writing.repeated, rng=rng)
    houses = houses.take(rows)
    columns = [[ids[row] for row in rows]]
    columns += [
        column(values, write, share=share, rng=rng)
        for values, write, share in _cells(houses, locations, writing)
    ]
    columns.append([NOTES[i] for i in rng.integers(len(NOTES), size=len(rows))])
    header = list(COLUMNS)
    if price is not None:
        header.append("price")
        columns.append([f"{amount:.0f}" for amount in price[rows]])
    return write_lines(header, columns, latin_1=writing.latin_1, rng=rng)


def _cells(
    houses: Houses, locations: Sequence[str], writing: Writing
) -> list[tuple[Floats, WriteCell, float]]:
    """In the order of FEATURES: values, how to write one, how often otherwise."""
    typed = writing.typed_otherwise
    return [
        (houses.listed.astype(float), day, writing.dotted_dates),
        (houses.location.astype(float), name_of(locations, _LOCATION_STYLES), typed),
        (houses.size, _area, writing.square_feet),
        (houses.rooms, number, 0.0),
        (houses.year_built, number, 0.0),
        (houses.condition, name_of(CONDITIONS, TYPED), typed),
        (houses.lot_size, _area, writing.square_feet),
        (houses.distance, number, 0.0),
        (houses.energy_label, name_of(ENERGY_LABELS, _LABEL_STYLES), typed),
    ]


def _area(value: float, otherwise: bool, style: float) -> str:
    """In m², with or without saying so, or in square feet."""
    if otherwise:
        return f"{value * SQUARE_FEET:.1f} {one_of(('sq ft', 'sqft', 'SQ FT'), style)}"
    return f"{value:.1f}{one_of((' m2', ' m²', ' sqm', ''), style)}"


_LOCATION_STYLES: tuple[Callable[[str], str], ...] = (
    *TYPED,
    lambda name: name.replace(" ", "-"),
    lambda name: name.replace(" ", ""),
    lambda name: name.replace(" ", "  ").lower(),
)
_LABEL_STYLES: tuple[Callable[[str], str], ...] = (
    str.lower,
    lambda name: f"class {name}",
    lambda name: f"Class {name}",
    lambda name: f"{name} ",
)
