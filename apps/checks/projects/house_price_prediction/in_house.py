"""The checker's own model: ridge regression on well-prepared features.

It is trained on the same sales as the learner's, with the same gaps and typos, and says how much
of the gap can be closed on this draw.
"""

from dataclasses import dataclass, replace

import numpy as np

from apps.checks.projects.house_price_prediction.generator import (
    HIGHEST_PRICE_PER_M2,
    LARGEST_SIZE,
    LOCATION_COUNT,
    Houses,
    Sales,
)
from apps.checks.scoring import Floats

RIDGE = 1.0
AGE_KNOTS = (10.0, 25.0, 45.0, 80.0, 100.0)  # years


@dataclass(frozen=True, slots=True, kw_only=True)
class InHouseModel:
    typical: Houses  # one row of medians, for what is missing
    centre: Floats
    spread: Floats
    weights: Floats
    intercept: float

    def log_price(self, houses: Houses) -> Floats:
        features = (_features(houses, self.typical) - self.centre) / self.spread
        return self.intercept + features @ self.weights


def train(sales: Sales) -> InHouseModel:
    """Fit on the log price, after the typed zeros too many have been taken away."""
    houses, price = _without_typos(sales)
    typical = _medians(houses)
    features = _features(houses, typical)
    centre, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    features = (features - centre) / spread
    log_price = np.log(price)
    gram = features.T @ features + RIDGE * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, features.T @ (log_price - log_price.mean()))
    return InHouseModel(
        typical=typical,
        centre=centre,
        spread=spread,
        weights=weights,
        intercept=float(log_price.mean()),
    )


def _without_typos(sales: Sales) -> tuple[Houses, Floats]:
    size = np.where(sales.houses.size > LARGEST_SIZE, sales.houses.size / 10, sales.houses.size)
    price = np.where(sales.price / size > HIGHEST_PRICE_PER_M2, sales.price / 10, sales.price)
    return replace(sales.houses, size=size), price


def _medians(houses: Houses) -> Houses:
    columns = ("rooms", "year_built", "condition", "lot_size", "distance", "energy_label")
    return replace(
        houses.take(np.array([0])),
        **{name: np.array([np.nanmedian(getattr(houses, name))]) for name in columns},
    )


def _features(houses: Houses, typical: Houses) -> Floats:
    """One row per house: dummies, hinges for the age curve, squares and a few products."""
    gaps = [np.isnan(houses.year_built), np.isnan(houses.lot_size), np.isnan(houses.energy_label)]
    filled = _filled(houses, typical)
    log_size = np.log(filled.size / 100)
    age, years = filled.age, filled.year_listed - 2021
    lot = np.log1p(filled.lot_size / 100)
    places = (filled.location[:, None] == np.arange(LOCATION_COUNT)).astype(float)
    levels = (filled.condition[:, None] == np.arange(1, 4)).astype(float)
    columns = [
        log_size,
        log_size**2,
        filled.rooms,
        age,
        *(np.maximum(age - knot, 0) for knot in AGE_KNOTS),
        filled.condition * age,
        lot,
        filled.lot_size == 0,
        filled.distance,
        np.exp(-filled.distance / 4) * log_size,
        np.where(gaps[2], 0, filled.energy_label - 3),
        years,
        np.cos(2 * np.pi * years),
        np.sin(2 * np.pi * years),
        *gaps,
    ]
    return np.column_stack([*columns, places, places * log_size[:, None], levels]).astype(float)


def _filled(houses: Houses, typical: Houses) -> Houses:
    columns = ("year_built", "condition", "lot_size", "distance", "energy_label")
    filled = {
        name: np.where(
            np.isnan(getattr(houses, name)), getattr(typical, name), getattr(houses, name)
        )
        for name in columns
    }
    rooms = np.where(np.isnan(houses.rooms), np.round(houses.size / 25), houses.rooms)
    return replace(houses, rooms=rooms, **filled)
