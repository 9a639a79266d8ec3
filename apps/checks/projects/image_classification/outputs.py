"""Reads what the learner's ``predict`` wrote: an untrusted file, under strict limits."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from apps.checks.outputs import UnusableOutput, read_csv, read_ids, shown

COLUMNS = ("file", "label", "error")
MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 20_000
MAX_CELL = 500  # characters of an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of each picture, in the order of the files: a label or an error, and the other one empty."""

    labels: tuple[str, ...]
    errors: tuple[str, ...]


def read_answer(path: Path, files: Collection[str] | None = None) -> Answer:
    """In the order of ``files``, which must be exactly those of the table; else sorted by name.

    Raises UnusableOutput.
    """
    table = read_csv(
        path, columns=COLUMNS, max_bytes=MAX_BYTES, max_rows=MAX_ROWS, max_cell=MAX_CELL
    )
    named = replace(table, columns=("id", *COLUMNS[1:]))
    names = read_ids(named, files, rows="pictures", what="row")
    for line, (file, label, error) in zip(table.lines, table.rows, strict=True):
        if bool(label) == bool(error):
            both = "both a label and an error" if label else "neither a label nor an error"
            raise UnusableOutput(
                f"Line {line}: {shown(file)} has {both}. Write a label for a picture that can be "
                "read, and an error for a file that cannot."
            )
    of_file = {name: row[1:] for name, row in zip(names, table.rows, strict=True)}
    rows = [of_file[name] for name in (sorted(names) if files is None else files)]
    return Answer(
        labels=tuple(label for label, _ in rows), errors=tuple(error for _, error in rows)
    )


def label_numbers(path: Path) -> list[float]:
    """A number for each label, the same for the same one, in order of the files; 0 for an error: to
    compare two files that one program wrote. Raises UnusableOutput."""
    return [_number(label) for label in read_answer(path).labels]


def _number(label: str) -> float:
    return float(int.from_bytes(hashlib.sha256(label.encode()).digest()[:6])) if label else 0.0
