"""Readers of what learners' commands write: CSV, JSON, NPZ and PNG, all untrusted.

Each takes limits, needs time that grows with them and no faster, and memory that its docstring
states. What cannot be used is an UnusableOutput whose message says what to change.
"""

from apps.checks.outputs.csv_file import Floats, Table, read_csv
from apps.checks.outputs.file import UnusableOutput, shown
from apps.checks.outputs.ids import read_ids
from apps.checks.outputs.json_file import JsonValue, parse_json, read_json
from apps.checks.outputs.npz_file import read_npz
from apps.checks.outputs.png_file import Png, read_png

__all__ = [
    "Floats",
    "JsonValue",
    "Png",
    "Table",
    "UnusableOutput",
    "parse_json",
    "read_csv",
    "read_ids",
    "read_json",
    "read_npz",
    "read_png",
    "shown",
]
