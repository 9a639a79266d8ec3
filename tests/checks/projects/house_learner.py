"""A learner of the house-price project in one process: what the sample repositories do, without
pandas and without a sandbox. It reads only what stands in the files and in the data dictionary."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from sklearn.linear_model import Ridge

from apps import sandbox
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.project import CommandRun
from apps.checks.results import Chart, Metric, Test
from apps.checks.scoring import Floats

MISSING = {"", "NA", "n/a", "-", "?", "unknown"}
CONDITIONS = ["poor", "fair", "good", "excellent"]
NUMBERS = ("listed_on", "size", "rooms", "year_built", "condition", "lot_size", "distance_km")

type House = dict[str, Any]  # "id" and "location" are text, all others floats
type Predict = Callable[[list[House], list[House]], Floats]


def read_houses(content: bytes) -> list[House]:
    """Rows as the data dictionary reads them, numbers as floats, NaN where missing."""
    return [_house(row) for row in csv.DictReader(io.StringIO(content.decode("latin-1")))]


def once(houses: list[House]) -> list[House]:
    return list({house["id"]: house for house in houses}.values())


def _house(row: dict[str, str]) -> House:
    house: House = {
        "id": row["id"],
        "listed_on": _day(row["listed_on"]),
        "location": re.sub(r"[^a-z]", "", row["location"].lower()),
        "size": _area(row["size"]),
        "lot_size": _area(row["lot_size"]),
        "condition": _index(row["condition"].strip().lower(), CONDITIONS),
        "energy_label": _index(row["energy_label"].strip()[-1:].upper(), list("ABCDEFG")),
    }
    if row["energy_label"] in MISSING:
        house["energy_label"] = math.nan
    for name in ("rooms", "year_built", "distance_km", "price"):
        if name in row:
            house[name] = math.nan if row[name] in MISSING else float(row[name])
    return house


def _day(text: str) -> float:
    if "." in text:
        day, month, year = text.split(".")
        text = f"{year}-{month}-{day}"
    return float(date.fromisoformat(text).toordinal())


def _area(text: str) -> float:
    if text in MISSING:
        return math.nan
    number = float(text.split(maxsplit=1)[0])
    return number / 10.7639 if "ft" in text.lower() else number


def _index(text: str, names: list[str]) -> float:
    return float(names.index(text)) if text in names else math.nan


def competent(sales: list[House], houses: list[House]) -> Floats:
    """Log prices of ridge regression on the log price, with a dozen sensible features."""
    sales = [
        sale
        for sale in once(sales)
        if sale["size"] <= 300 and sale["price"] <= 12_000 * sale["size"]
    ]
    medians = {name: float(np.nanmedian([s[name] for s in sales])) for name in NUMBERS}
    places = sorted({str(sale["location"]) for sale in sales})
    target = np.log([float(sale["price"]) for sale in sales])
    model = Ridge(alpha=1.0).fit(_features(sales, medians, places), target)
    return np.asarray(model.predict(_features(houses, medians, places)))


def naive(sales: list[House], houses: list[House]) -> Floats:
    """The median price for every house."""
    return np.full(len(houses), np.log(np.median([float(sale["price"]) for sale in sales])))


def _features(houses: list[House], medians: dict[str, float], places: list[str]) -> Floats:
    columns = {name: np.array([float(house[name]) for house in houses]) for name in NUMBERS}
    columns = {n: np.where(np.isnan(v), medians[n], v) for n, v in columns.items()}
    label = np.array([float(house["energy_label"]) for house in houses])
    day = columns["listed_on"] - date(2021, 1, 1).toordinal()
    age = day / 365.25 + 2021 - columns["year_built"]
    log_size = np.log(columns["size"] / 100)
    parts = [
        log_size,
        log_size**2,
        columns["rooms"],
        *(np.maximum(age - knot, 0) / 10 for knot in (0, 20, 45, 100)),
        columns["condition"],
        columns["condition"] * age / 50,
        np.log1p(columns["lot_size"] / 100),
        columns["distance_km"],
        np.where(np.isnan(label), 0, label - 3),
        np.isnan(label),
        day / 365.25,
        *(np.array([house["location"] == place for house in houses]) for place in places),
    ]
    return np.column_stack(parts).astype(float)


@dataclass(slots=True)
class LearnerSession:
    """Answers as a repository would whose code is ``predict``; keeps what is reported."""

    seed: bytes
    folder: Path
    predict: Predict
    broken: frozenset[str] = frozenset()  # commands that do not end well
    calls: list[str] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder

    def run(
        self,
        command: str,
        *,
        inputs: Mapping[str, bytes | Path],
        outputs: Iterable[str],
        limits: sandbox.Limits | None = None,
    ) -> CommandRun:
        self.calls.append(command)
        (name,) = outputs
        path = self.folder / f"{len(self.calls)}-{name}"
        if command in self.broken:
            return CommandRun(command=command, result=_RESULT, outputs={}, problem="It stopped.")
        if command == "train":
            path.write_bytes(_content(inputs["data"]))
        else:
            sales = read_houses(_content(inputs["model"]))
            houses = once(read_houses(_content(inputs["input"])))
            write = prices if command == "predict" else _explanations
            path.write_text(write(houses, self.predict(sales, houses)), encoding="utf-8")
        return CommandRun(command=command, result=_RESULT, outputs={name: path})

    def serve(
        self,
        endpoints: MockEndpoints | None = None,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> NoReturn:
        raise AssertionError("This project has no server.")

    def report(self, test: Test) -> None:
        self.tests.append(test)

    def measure(self, metric: Metric) -> None:
        self.metrics.append(metric)

    def draw(self, chart: Chart) -> None:
        self.charts.append(chart)


_RESULT = sandbox.Result(
    outcome=sandbox.Outcome.OK,
    exit_code=0,
    signal=None,
    wall_s=0.1,
    cpu_s=0.1,
    peak_memory_bytes=1,
    stdout="",
    stderr="",
    stdout_cut=False,
    stderr_cut=False,
    backend="",
    limit_tier="",
)


def _content(value: bytes | Path) -> bytes:
    return value if isinstance(value, bytes) else value.read_bytes()


def prices(houses: list[House], log_prices: Floats) -> str:
    lines = [f"{h['id']},{math.exp(p)!r}" for h, p in zip(houses, log_prices, strict=True)]
    return "\n".join(["id,price", *lines])


def _explanations(houses: list[House], log_prices: Floats) -> str:
    """The whole of a price told by three columns, which is all that the sums need."""
    lines = ["id,scale,base,size,location,year_built"]
    for house, price in zip(houses, log_prices.tolist(), strict=True):
        size, age = math.log(float(house["size"])), (float(house["year_built"]) - 2000) / 500
        lines.append(f"{house['id']},log_price,1.0,{size!r},{price - size - age - 1!r},{age!r}")
    return "\n".join(lines)
