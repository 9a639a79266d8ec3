"""A learner of the churn project in one process: what the sample repositories do, without pandas
and without a sandbox. It reads only what stands in the files and in the data dictionary."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from apps import sandbox
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.project import CommandRun
from apps.checks.projects.customer_churn_prediction import generator
from apps.checks.projects.customer_churn_prediction.generator import Flags
from apps.checks.projects.customer_churn_prediction.outputs import Claim, Report
from apps.checks.results import Chart, Metric, Test
from apps.checks.scoring import Floats

MISSING = {"", "NA", "n/a", "-", "?", "unknown"}
CONTRACTS = {
    "monthly": "monthly", "monthtomonth": "monthly", "12months": "12", "12m": "12",
    "24months": "24", "24m": "24",
}  # fmt: skip
WORDS = ("segment", "plan", "contract", "region")
AMOUNTS = ("monthly_fee", *(f"paid_m{month}" for month in range(6, 0, -1)), "credit_notes")
TRAFFIC = tuple(f"usage_m{month}" for month in range(6, 0, -1))
PLAIN = ("late_payments", "outages", "support_calls", "nps", "open_tickets")
DAYS = ("snapshot_on", "joined_on")
SURE = ("cost_missed", "cost_contact", "left")
UPDATED_WORDS = ("last_contact_reason", "account_flag", "equipment_status")

type Customer = dict[str, Any]  # ids and words are text, "" where missing; all others floats
type Predict = Callable[[list[Customer], list[Customer]], Floats]
type Decide = Callable[[Floats, list[Customer]], Flags]


@lru_cache(maxsize=4)
def read_customers(content: bytes) -> list[Customer]:
    """Rows as the data dictionary reads them, numbers as floats, NaN where missing."""
    return [_customer(row) for row in csv.DictReader(io.StringIO(content.decode("utf-8")))]


def once(customers: list[Customer]) -> list[Customer]:
    return list({customer["id"]: customer for customer in customers}.values())


def _customer(row: dict[str, str]) -> Customer:
    customer: Customer = {"id": row["id"]}
    customer |= {name: "" if row[name] in MISSING else _letters(row[name]) for name in WORDS}
    customer["contract"] = CONTRACTS.get(customer["contract"], "")
    customer |= {name: "" if row[name] in MISSING else row[name] for name in UPDATED_WORDS}
    for names, read in ((AMOUNTS, _amount), (TRAFFIC, _traffic), (PLAIN, float), (DAYS, _day)):
        customer |= {name: _number(row[name], read) for name in names}
    if customer["support_calls"] < 0:
        customer["support_calls"] = math.nan
    if customer["joined_on"] > customer["snapshot_on"]:
        customer["joined_on"] = math.nan
    return customer | {name: float(row[name]) for name in SURE if name in row}


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _number(text: str, read: Callable[[str], float]) -> float:
    return math.nan if text in MISSING else read(text)


def _amount(text: str) -> float:
    if text.endswith(" ct"):
        return float(text[:-3]) / 100
    return float(text.removeprefix("€").replace(",", "."))


def _traffic(text: str) -> float:
    number = float(text.split(maxsplit=1)[0])
    return number / 1000 if text.endswith("MB") else number


def _day(text: str) -> float:
    if "." in text:
        day, month, year = text.split(".")
        text = f"{year}-{month}-{day}"
    return float(date.fromisoformat(text).toordinal())


# Models ----------------------------------------------------------------------------------------


def competent(past: list[Customer], now: list[Customer]) -> Floats:
    """Logistic regression on a few sensible features, without the columns that may leak."""
    return _logistic(past, now, lambda rows: _features(rows, past))


def modest(past: list[Customer], now: list[Customer]) -> Floats:
    return _logistic(past, now, lambda rows: _features(rows, past)[:, :12])


def simple(past: list[Customer], now: list[Customer]) -> Floats:
    return _logistic(past, now, lambda rows: _features(rows, past)[:, :4])


def leaking(past: list[Customer], now: list[Customer]) -> Floats:
    """Also the columns that are updated at any time, each missing one as a level of its own."""
    return _logistic(
        past, now, lambda rows: np.column_stack([_features(rows, past), _updated(rows, past)])
    )


def naive(past: list[Customer], now: list[Customer]) -> Floats:
    return np.full(len(now), np.mean([customer["left"] for customer in past]))


def _logistic(
    past: list[Customer], now: list[Customer], features: Callable[[list[Customer]], Floats]
) -> Floats:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=300))
    model.fit(features(past), [customer["left"] for customer in past])
    return np.asarray(model.predict_proba(features(now))[:, 1])


def column(customers: list[Customer], name: str) -> Floats:
    return np.array([customer[name] for customer in customers], dtype=float)


def _levels(rows: list[Customer], past: list[Customer], name: str) -> Floats:
    levels = sorted({customer[name] for customer in past})
    return np.array([[customer[name] == level for level in levels] for customer in rows], float)


def _features(rows: list[Customer], past: list[Customer]) -> Floats:
    contract, segment = (_levels(rows, past, name) for name in ("contract", "segment"))
    usage = np.column_stack([column(rows, name) for name in TRAFFIC])
    paid = np.nan_to_num(np.column_stack([column(rows, name) for name in AMOUNTS[1:-1]]))
    months = np.isfinite(np.column_stack([column(rows, name) for name in AMOUNTS[1:-1]]))
    fee = column(rows, "monthly_fee")
    change = np.nan_to_num(np.log1p(_middle(usage[:, 3:])) - np.log1p(_middle(usage[:, :3])))
    change = np.clip(change, -2, 1)
    tenure = np.log1p((column(rows, "snapshot_on") - column(rows, "joined_on")) / 365)
    outages, nps = np.minimum(column(rows, "outages"), 5), column(rows, "nps")
    unpaid = 1 - paid.sum(axis=1) / np.maximum(months.sum(axis=1) * fee, 1)
    parts = [
        np.log(fee),
        column(rows, "late_payments"),
        np.log1p(column(rows, "support_calls")),
        outages,
        unpaid,
        tenure,
        change,
        nps - 7,
        ~np.isfinite(nps),
        contract,
        outages[:, None] * contract,
        change[:, None] * segment,
        outages[:, None] * segment,
        segment,
        *(_levels(rows, past, name) for name in ("plan", "region")),
    ]
    return np.asarray(np.nan_to_num(np.column_stack(parts).astype(float)))


def _middle(values: Floats) -> Floats:
    """Median of each row without what is missing; NaN where all is."""
    known = np.isfinite(values).any(axis=1)
    middle = np.nanmedian(np.where(known[:, None], values, 0.0), axis=1)
    return np.where(known, middle, np.nan)


def _updated(rows: list[Customer], past: list[Customer]) -> Floats:
    numbers = np.column_stack([column(rows, name) for name in ("open_tickets", "credit_notes")])
    known = np.isfinite(numbers)
    levels = [_levels(rows, past, name) for name in UPDATED_WORDS]
    high = np.column_stack([numbers > limit for limit in (0.5, 1.5, 2.5, 5.0, 12.0)])
    return np.column_stack([np.log1p(np.nan_to_num(numbers)), known, high, *levels])


def by_formula(probability: Floats, rows: list[Customer]) -> Flags:
    """True where contacting costs less on average."""
    missed, contact = (column(rows, name) for name in ("cost_missed", "cost_contact"))
    return np.asarray(probability * missed > (1 - probability) * contact)


# The report ------------------------------------------------------------------------------------

type Models = Mapping[str, Predict]
THREE: Models = {"simple": simple, "modest": modest, "competent": competent}
FOLDS = 3


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What goes into ``report.json`` and ``folds.csv``; a test may spoil it."""

    ids: list[str]
    folds: list[int]
    probabilities: dict[str, Floats]
    document: dict[str, Any]


def compare(past: list[Customer], models: Models) -> Comparison:
    """Honest three-fold cross-validation, each customer in one fold."""
    left = column(past, "left")
    folds = np.arange(len(past)) % FOLDS
    probabilities = {}
    for name, predict in models.items():
        values = np.zeros(len(past))
        for fold in range(FOLDS):
            rows = [c for c, f in zip(past, folds, strict=True) if f == fold]
            others = [c for c, f in zip(past, folds, strict=True) if f != fold]
            values[folds == fold] = predict(others, rows)
        probabilities[name] = values
    return Comparison(
        ids=[customer["id"] for customer in past],
        folds=folds.tolist(),
        probabilities=probabilities,
        document=document(probabilities, left),
    )


def document(probabilities: Mapping[str, Floats], left: Floats) -> dict[str, Any]:
    figures: list[dict[str, Any]] = []
    for name, values in probabilities.items():
        mean = float(log_loss(left, values))
        losses = -left * np.log(values) - (1 - left) * np.log(1 - values)
        error = 1.96 * float(losses.std()) / math.sqrt(len(left))
        figures.append({"name": name, "mean": mean, "low": mean - error, "high": mean + error})
    best = min(figures, key=lambda figure: figure["mean"])
    return {"metric": "log_loss", "chosen": best["name"], "models": figures}


# The session -----------------------------------------------------------------------------------


@dataclass(slots=True)
class LearnerSession:
    """Answers as a repository would whose code is ``predict``; keeps what is reported."""

    seed: bytes
    folder: Path
    predict: Predict
    decide: Decide = by_formula
    models: Models = field(default_factory=lambda: THREE)
    spoil: Callable[[Comparison, Floats], None] = lambda _compared, _left: None
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
            self._train(_content(inputs["data"]), path)
        else:
            model = inputs["model"]
            assert isinstance(model, Path)
            past = once(read_customers((model / "train.csv").read_bytes()))
            now = once(read_customers(_content(inputs["input"])))
            probability = self.predict(past, now)
            path.write_text(answer(now, probability, self.decide(probability, now)))
        return CommandRun(command=command, result=_RESULT, outputs={name: path})

    def _train(self, data: bytes, model: Path) -> None:
        model.mkdir()
        (model / "train.csv").write_bytes(data)
        if self.calls.count("train") > 1:  # the report of the second draw is not read
            return
        compared = compare(once(read_customers(data)), self.models)
        self.spoil(compared, column(once(read_customers(data)), "left"))
        (model / "report.json").write_text(json.dumps(compared.document))
        (model / "folds.csv").write_text(folds_csv(compared))

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


def answer(rows: list[Customer], probability: Floats, contact: Flags) -> str:
    lines = ["id,churn_probability,decision"]
    for row, value, called in zip(rows, probability.tolist(), contact, strict=True):
        lines.append(f"{row['id']},{value!r},{'contact' if called else 'leave'}")
    return "\n".join(lines)


def folds_csv(compared: Comparison) -> str:
    names = list(compared.probabilities)
    lines = [",".join(["id", "fold", *names])]
    columns = [compared.probabilities[name].tolist() for name in names]
    for name, fold, *values in zip(compared.ids, compared.folds, *columns, strict=True):
        lines.append(f"{name},{fold},{','.join(map(repr, values))}")
    return "\n".join(lines)


def honest(past: generator.Sample, noise: float, number: int) -> Floats:
    """Probabilities that do not know who left: the known risk, blurred."""
    rng = np.random.default_rng(number)
    logit = np.log(past.risk / (1 - past.risk)) + rng.normal(0, noise, len(past.risk))
    return np.asarray(1 / (1 + np.exp(-logit)))


def report_of(past: generator.Sample, probabilities: dict[str, Floats]) -> Report:
    written = document(probabilities, past.left.astype(float))
    claims = {
        one["name"]: Claim(mean=one["mean"], low=one["low"], high=one["high"])
        for one in written["models"]
    }
    return Report(chosen=written["chosen"], claims=claims, probabilities=probabilities)
