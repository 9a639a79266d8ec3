"""Reads a CSV file of probabilities and decisions, one of each for every id: untrusted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.checks.outputs import Table, UnusableOutput, read_csv, read_ids, shown
from apps.checks.scoring import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFile:
    """What such a file must look like."""

    probability: str  # name of the column
    flag: str  # the decision that acts, "contact"
    no_flag: str  # "leave"
    rows: str  # for messages, "customers"
    max_bytes: int
    max_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """In the order of the ids; both of shape (rows,)."""

    probability: Floats
    flags: NDArray[np.bool_]


def read_decisions(path: Path, ids: Collection[str] | None, form: DecisionFile) -> Decisions:
    """In the order of ``ids``, which must be exactly those of the file; else in order of the ids.

    Raises UnusableOutput.
    """
    table = read_csv(
        path,
        columns=("id", form.probability, "decision"),
        max_bytes=form.max_bytes,
        max_rows=form.max_rows,
    )
    probability = read_probabilities(table, form.probability)
    decisions = table.texts("decision")
    for line, decision in zip(table.lines, decisions, strict=True):
        if decision not in (form.flag, form.no_flag):
            raise UnusableOutput(
                f"Line {line}: the decision is “{shown(decision)}”; it must be {form.flag} or "
                f"{form.no_flag}."
            )
    found = read_ids(table, ids, rows=form.rows, what="decision")
    order = places(found, sorted(found) if ids is None else ids)
    flags = np.array([decision == form.flag for decision in decisions], dtype=bool)
    return Decisions(probability=probability[order], flags=flags[order])


def read_probabilities(table: Table, column: str) -> Floats:
    """Raises UnusableOutput."""
    values = table.numbers(column)
    wrong = (values < 0) | (values > 1)
    if wrong.any():
        row = int(wrong.argmax())
        raise UnusableOutput(
            f"Line {table.lines[row]}: {shown(column)} is {values[row]:g}. A probability lies "
            "between 0 and 1."
        )
    return values


def places(found: Sequence[str], wanted: Collection[str]) -> NDArray[np.int64]:
    """Where in ``found`` each of ``wanted`` stands."""
    place = {name: number for number, name in enumerate(found)}
    return np.array([place[name] for name in wanted], dtype=np.int64)
