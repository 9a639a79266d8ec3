"""Reads and writes the CSV files."""

import base64
import binascii
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LONGEST_CELL = 4_000_000  # a mail of 1 MB in base64 has 1,333,336 characters


@dataclass(frozen=True)
class Row:
    id: str
    received_at: str
    raw: bytes
    spam: bool


def read_rows(path: Path) -> list[Row]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(row["id"], row["received_at"], decoded(row["raw"]), row.get("label") == "spam")
            for row in csv.DictReader(file)
        ]


def decoded(cell: str) -> bytes:
    try:
        return base64.b64decode(cell)
    except binascii.Error:
        return b""


def write_answers(path: Path, answers: Iterable[tuple[str, float, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "spam_probability", "decision"])
        writer.writerows(answers)
