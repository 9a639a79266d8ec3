"""The process that makes house sales: its parameters, its houses, its known expected prices.

Every town is a draw. Its parameters come from the seed, so the source gives no answers away, and
since the process is known, a prediction is judged against the *expected* log price of a house,
free of the luck of a single sale.

    log price = base + location + size + rooms + age + condition + lot + distance
                + energy label + market trend and season + noise

Size has diminishing returns and weighs differently in each location; age falls steeply at first,
then levels off, and the very old gain a little (heritage); bad condition hurts an old house more;
space near the centre is dearer. Lengths are in m² and km, prices in the town's currency.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.checks import draws
from apps.checks.scoring import Floats

type Ints = NDArray[np.int64]

TRAIN_ROWS = 3_500  # before some of them are repeated
HELD_OUT_ROWS = 2_000
LOCATION_COUNT = 10
UNSEEN_COUNT = 3
SMALLEST_SIZE = 31.0  # m²: ten times this is above the largest, so a typed zero too many shows
LARGEST_SIZE = 300.0  # m²
HIGHEST_PRICE_PER_M2 = 12_000.0
FIRST_DAY = date(2021, 1, 1).toordinal()
LAST_DAY = date(2025, 12, 31).toordinal()
# Draws whose prices vary less than this (RMSE of the median, in log price) tell good from bad
# models too weakly, and are drawn again.
SMALLEST_GAP = 0.32
SMALLEST_LOCATION_SPREAD = 0.18

CONDITIONS = ("poor", "fair", "good", "excellent")
ENERGY_LABELS = ("A", "B", "C", "D", "E", "F", "G")
# Two words each and plain letters, so that every way to type them has the same letters.
LOCATIONS = (
    "Abbey Wood", "Bell Court", "Castle Row", "Chapel Hill", "Fox Hollow", "Green Meadow",
    "Harbour View", "High Moor", "Kings Park", "Lake Shore", "Market Square", "Mill Lane",
    "North Gate", "Oak Grove", "Old Town", "Orchard Bank", "River Side", "Station Quarter",
    "Stone Bridge", "Tanners Yard", "Upper Fields", "West End", "Willow Brook", "Quarry Edge",
)  # fmt: skip


def stream(seed: bytes, purpose: str) -> np.random.Generator:
    return draws.stream(seed, f"house-price-prediction/{purpose}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """Houses in columns, all of the same length; NaN where a value was not recorded."""

    listed: Ints  # proleptic ordinal of the day
    location: Ints  # index into Process.locations; from LOCATION_COUNT on: never in training data
    size: Floats  # m², one decimal
    rooms: Floats
    year_built: Floats
    condition: Floats  # index into CONDITIONS
    lot_size: Floats  # m², 0 for a flat
    distance: Floats  # km to the centre, one decimal
    energy_label: Floats  # index into ENERGY_LABELS

    def __len__(self) -> int:
        return len(self.listed)

    @property
    def year_listed(self) -> Floats:
        """As a decimal, 2021.0 being the first day of 2021."""
        return 2021 + (self.listed - FIRST_DAY) / 365.25

    @property
    def age(self) -> Floats:
        """Calendar year of the listing less the year of building."""
        days = (self.listed - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
        return 1970.0 + days.astype("datetime64[Y]").astype(np.int64) - self.year_built

    def take(self, rows: Ints | NDArray[np.bool_]) -> Self:
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def join(*parts: Houses) -> Houses:
    """All rows of ``parts`` in order."""
    names = [f.name for f in fields(Houses)]
    return Houses(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The parameters of one town. Effects are on the log price."""

    locations: tuple[str, ...]  # the known ones, then the unseen ones
    location_shares: Floats  # of the known ones
    location_distance: Floats  # km, of the known ones
    location_age: Floats  # years, typical, of the known ones
    location_effect: Floats  # of all; the mean for unseen ones
    location_size_effect: Floats  # added to ``elasticity``, of all
    base: float
    elasticity: float
    saturation: float
    room_effect: float
    age_depth: float
    age_scale: float  # years
    heritage: float
    condition_effect: float
    condition_age_effect: float
    lot_effect: float
    distance_effect: float
    centre_size_effect: float
    energy_effect: float
    trend: float  # per year
    season: float
    noise: float  # standard deviation of the log price of a sale
    label_day: int  # ordinal: energy labels are recorded from this day on

    def expected_log_price(self, houses: Houses) -> Floats:
        """Known expected log price of completely recorded houses."""
        log_size = np.log(houses.size / 100)
        age = houses.age
        elasticity = self.elasticity + self.location_size_effect[houses.location]
        near = np.exp(-houses.distance / 4)
        years = houses.year_listed - 2021
        return (
            self.base
            + self.location_effect[houses.location]
            + elasticity * log_size
            - self.saturation * log_size**2
            + self.room_effect * (houses.rooms - houses.size / 25)
            - self.age_depth * (1 - np.exp(-age / self.age_scale))
            + self.heritage / (1 + np.exp(-(age - 100) / 6))
            + self.condition_effect * (houses.condition - 1.5)
            + self.condition_age_effect * (houses.condition - 1.5) * age / 100
            + self.lot_effect * np.log1p(houses.lot_size / 100)
            - self.distance_effect * houses.distance
            + self.centre_size_effect * near * log_size
            - self.energy_effect * (houses.energy_label - 3)
            + self.trend * years
            + self.season * np.cos(2 * np.pi * (years - 0.4))
        )


def draw_process(seed: bytes) -> Process:
    """The town of ``seed``: the first of its draws in which good and naive models lie far apart."""
    rng = stream(seed, "process")
    while True:
        process = _draw_parameters(rng)
        houses = draw_houses(process, rng, rows=1_000)
        expected = process.expected_log_price(houses)
        gap = np.sqrt(np.mean((expected - np.median(expected)) ** 2))
        spread = np.std(process.location_effect[houses.location])
        if gap >= SMALLEST_GAP and spread >= SMALLEST_LOCATION_SPREAD:
            return process


def _draw_parameters(rng: np.random.Generator) -> Process:
    count = LOCATION_COUNT
    unseen = np.zeros(UNSEEN_COUNT)
    effect = rng.normal(0, rng.uniform(0.22, 0.32), count)
    size_effect = rng.normal(0, 0.05, count)
    names = rng.choice(LOCATIONS, count + UNSEEN_COUNT, replace=False)
    return Process(
        locations=tuple(str(name) for name in names),
        location_shares=rng.dirichlet(np.full(count, 8.0)),
        location_distance=rng.uniform(0.8, 10, count),
        location_age=rng.uniform(15, 70, count),
        location_effect=np.concatenate([effect - effect.mean(), unseen]),
        location_size_effect=np.concatenate([size_effect - size_effect.mean(), unseen]),
        base=float(np.log(rng.uniform(280_000, 360_000))),
        elasticity=rng.uniform(0.60, 0.80),
        saturation=rng.uniform(0.05, 0.15),
        room_effect=rng.uniform(0.01, 0.03),
        age_depth=rng.uniform(0.24, 0.36),
        age_scale=rng.uniform(25, 40),
        heritage=rng.uniform(0.05, 0.15),
        condition_effect=rng.uniform(0.06, 0.10),
        condition_age_effect=rng.uniform(0.04, 0.10),
        lot_effect=rng.uniform(0.04, 0.08),
        distance_effect=rng.uniform(0.02, 0.04),
        centre_size_effect=rng.uniform(0.05, 0.15),
        energy_effect=rng.uniform(0.015, 0.030),
        trend=rng.uniform(0.02, 0.06),
        season=rng.uniform(0.01, 0.02),
        noise=rng.uniform(0.10, 0.14),
        label_day=date(2024, int(rng.integers(1, 7)), 1).toordinal(),
    )


def draw_houses(
    process: Process, rng: np.random.Generator, *, rows: int, first_day: int = FIRST_DAY
) -> Houses:
    """Completely recorded houses of the known locations, listed evenly from ``first_day`` on."""
    location = rng.choice(LOCATION_COUNT, rows, p=process.location_shares)
    listed = rng.integers(first_day, LAST_DAY + 1, rows)
    year = np.array([date.fromordinal(int(day)).year for day in listed])
    age = np.round(np.minimum(rng.gamma(1.6, process.location_age[location] / 1.6), 140))
    size = np.exp(rng.normal(np.log(95), 0.38, rows))
    size = np.round(np.clip(size, SMALLEST_SIZE, LARGEST_SIZE - 1), 1)
    distance = process.location_distance[location] + rng.normal(0, 0.8, rows)
    is_flat = rng.random(rows) < 1 / (1 + np.exp((size - 90) / 15))
    lot = np.clip(np.exp(rng.normal(np.log(380), 0.5, rows)), 60, 2_500)
    return Houses(
        listed=listed,
        location=location,
        size=size,
        rooms=np.clip(np.round(size / 25 + rng.normal(0, 0.8, rows)), 1, 12),
        year_built=(year - age).astype(float),
        condition=np.clip(np.round(rng.normal(1.9 - age / 90, 0.8)), 0, 3),
        lot_size=np.where(is_flat, 0.0, np.round(lot, 1)),
        distance=np.round(np.maximum(distance, 0.2), 1),
        energy_label=np.clip(np.round(rng.normal(1.5 + age / 30, 1.2)), 0, 6),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Houses as the agency recorded them, and what they were sold for."""

    houses: Houses  # NaN where missing; a few sizes ten times too large
    price: Floats  # a few ten times too large


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Completely recorded houses whose expected log price is known."""

    houses: Houses
    expected: Floats  # log price
    realised: Floats  # log price of the one sale that took place


def draw_held_out(
    process: Process, seed: bytes, purpose: str, *, rows: int = HELD_OUT_ROWS
) -> HeldOut:
    """Fresh houses, all listed since energy labels are recorded."""
    rng = stream(seed, purpose)
    houses = draw_houses(process, rng, rows=rows, first_day=process.label_day)
    expected = process.expected_log_price(houses)
    realised = expected + rng.normal(0, process.noise, rows)
    return HeldOut(houses=houses, expected=expected, realised=realised)


def draw_sales(process: Process, seed: bytes, *, purpose: str = "sales") -> Sales:
    """As in the training data: what was missed and mistyped at the agency is part of it."""
    rng = stream(seed, purpose)
    houses = draw_houses(process, rng, rows=TRAIN_ROWS + 200)
    log_price = process.expected_log_price(houses) + rng.normal(0, process.noise, len(houses))
    price = np.round(np.exp(log_price), -2)
    plausible = np.flatnonzero(price / houses.size <= HIGHEST_PRICE_PER_M2)[:TRAIN_ROWS]
    houses, price = houses.take(plausible), price[plausible]
    houses = _forget(process, rng, houses)
    order = rng.permutation(len(houses))
    size_typos = order[: int(rng.uniform(0.004, 0.010) * len(houses))]
    obvious = order[price[order] * 10 / houses.size[order] > HIGHEST_PRICE_PER_M2 * 1.2]
    price_typos = obvious[-int(rng.uniform(0.004, 0.010) * len(houses)) :]
    size = houses.size.copy()
    size[size_typos] *= 10
    price[price_typos] *= 10
    return Sales(houses=replace(houses, size=size), price=price)


def _forget(process: Process, rng: np.random.Generator, houses: Houses) -> Houses:
    """Leave out values: one of these columns is complete in this town, the others are not."""
    complete = rng.choice(("rooms", "condition", "lot_size", "distance"))
    columns = {}
    for name in ("rooms", "year_built", "condition", "lot_size", "distance"):
        if name == complete:
            continue
        missing = rng.random(len(houses)) < rng.uniform(0.02, 0.08)
        columns[name] = np.where(missing, np.nan, getattr(houses, name))
    recorded = np.where(houses.listed >= process.label_day, 0.97, 0.03)
    seen = rng.random(len(houses)) < recorded
    columns["energy_label"] = np.where(seen, houses.energy_label, np.nan)
    return replace(houses, **columns)
