"""Reads what the learner's commands wrote: untrusted files, under strict limits.

Every failure is an UnusableOutput, one or two sentences that say what is wrong with the file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.checks.decisions import (
    DecisionFile,
    places,
    read_decisions,
    read_probabilities,
)
from apps.checks.outputs import (
    JsonValue,
    UnusableOutput,
    read_csv,
    read_ids,
    read_json,
    shown,
)
from apps.checks.projects.customer_churn_prediction.generator import Flags
from apps.checks.scoring import Floats

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 25_000
MAX_REPORT_BYTES = 64 * 1024
MAX_MODELS = 20
FEWEST_MODELS = 3
FEWEST_FOLDS = 3
LARGEST_FOLD = 0.5  # of the customers
METRIC = "log_loss"
REPORT, FOLDS = "report.json", "folds.csv"
DECISION_FILE = DecisionFile(
    probability="churn_probability",
    flag="contact",
    no_flag="leave",
    rows="customers",
    max_bytes=MAX_BYTES,
    max_rows=MAX_ROWS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ``predict`` said of each customer, in the order of the ids."""

    probability: Floats
    contact: Flags


def read_answer(path: Path, ids: Collection[str] | None = None) -> Answer:
    """In the order of ``ids``, which must be exactly those of the file; else in order of the ids.

    Raises UnusableOutput.
    """
    found = read_decisions(path, ids, DECISION_FILE)
    return Answer(probability=found.probability, contact=found.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure of ``report.json``."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``report.json`` and ``folds.csv`` together: the same models in both."""

    chosen: str
    claims: Mapping[str, Claim]  # by model
    probabilities: Mapping[str, Floats]  # by model, in the order of the ids


def read_report(model: Path, ids: Collection[str]) -> Report:
    """From the folder that ``train`` made; ``ids`` of the training data. Raises UnusableOutput."""
    if not model.is_dir():
        raise UnusableOutput(
            f"The train command wrote one file to {{model}}. Make a folder there, with {REPORT} "
            f"and {FOLDS} in it."
        )
    for name in (REPORT, FOLDS):
        if not (model / name).exists():
            raise UnusableOutput(f"There is no {name} in the folder {{model}}. Write it in train.")
    try:
        chosen, claims = _read_claims(model / REPORT)
    except UnusableOutput as error:
        raise UnusableOutput(f"{REPORT}: {error}") from error
    try:
        return Report(
            chosen=chosen,
            claims=claims,
            probabilities=_read_folds(model / FOLDS, list(claims), ids),
        )
    except UnusableOutput as error:
        raise UnusableOutput(f"{FOLDS}: {error}") from error


def _read_claims(path: Path) -> tuple[str, dict[str, Claim]]:
    found = read_json(path, max_bytes=MAX_REPORT_BYTES, max_depth=6, max_values=2_000)
    if not isinstance(found, dict):
        raise UnusableOutput("It must hold one object, with metric, chosen and models.")
    if found.get("metric") != METRIC:
        raise UnusableOutput(f"The key metric must be “{METRIC}”, so that reports can be compared.")
    models = found.get("models")
    if not isinstance(models, list) or not 1 <= len(models) <= MAX_MODELS:
        raise UnusableOutput(f"The key models must hold a list of 1 to {MAX_MODELS} models.")
    claims: dict[str, Claim] = {}
    for number, model in enumerate(models, start=1):
        name, claim = _read_claim(model, number)
        if name in claims:
            raise UnusableOutput(f"The model “{shown(name)}” stands there twice. Name each once.")
        claims[name] = claim
    chosen = found.get("chosen")
    if not isinstance(chosen, str) or chosen.strip() not in claims:
        raise UnusableOutput("The key chosen must be the name of one of the models.")
    return chosen.strip(), claims


def _read_claim(model: JsonValue, number: int) -> tuple[str, Claim]:
    if not isinstance(model, dict):
        raise UnusableOutput(f"Model {number} must be an object with name, mean, low and high.")
    name = model.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 100:
        raise UnusableOutput(f"Model {number} needs a name of 1 to 100 characters.")
    figures = {}
    for key in ("mean", "low", "high"):
        value = model.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnusableOutput(f"The model “{shown(name)}” needs a number as {key}.")
        figures[key] = float(value)
    if not figures["low"] < figures["mean"] < figures["high"]:
        raise UnusableOutput(
            f"Of the model “{shown(name)}”, low must lie below mean and high above it."
        )
    return name.strip(), Claim(**figures)


def _read_folds(path: Path, models: Sequence[str], ids: Collection[str]) -> dict[str, Floats]:
    table = read_csv(
        path,
        columns=("id", "fold"),
        further_columns=MAX_MODELS,
        max_bytes=MAX_BYTES,
        max_rows=MAX_ROWS,
    )
    columns = table.columns[2:]
    if set(columns) != set(models):
        odd = next(iter(sorted(set(columns) ^ set(models))))
        raise UnusableOutput(
            f"Its columns after fold must be the models of {REPORT}; “{shown(odd)}” is in only "
            "one of the two."
        )
    _judge_folds(table.texts("fold"))
    order = places(read_ids(table, ids, rows="customers", what="row"), ids)
    return {name: read_probabilities(table, name)[order] for name in columns}


def _judge_folds(folds: Sequence[str]) -> None:
    names, sizes = np.unique(folds, return_counts=True)
    if len(names) < FEWEST_FOLDS:
        raise UnusableOutput(
            f"It names {len(names)} folds; cross-validation here needs {FEWEST_FOLDS} or more."
        )
    if sizes.max() > LARGEST_FOLD * len(folds):
        raise UnusableOutput(
            f"Fold {shown(str(names[sizes.argmax()]))} has more than half of the customers. Make "
            "the folds about equally large."
        )
