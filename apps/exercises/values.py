"""Compares an answer with the one that is right: both are plain data, written by inside/cases.py.

What JSON has stands for itself. Everything else is a list that begins with its type:
``["array", shape, values]``, ``["dict", pairs]``, ``["float", "nan"]`` and so on.
"""

import math
from collections.abc import Sequence
from typing import Any

# How a type is told. What is not here is told by the name that it has in Python.
_NAMES = {
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
    "array": "a NumPy array",
    "series": "a pandas Series",
    "frame": "a pandas DataFrame",
    "iterator": "an iterator",
    "time": "a date or time",
    "decimal": "a Decimal",
    "table": "a table",
    "number": "a number",
    "text": "a text",
    "truth": "True or False",
    "odd text": "a text with characters that cannot be stored",
    "nothing": "None",
}


def difference(right: Any, answer: Any, *, tolerance: float, ordered: bool = True) -> str:
    """What is wrong with ``answer``, in one sentence; empty when nothing is.

    ``tolerance``: the relative one of numbers that are no integers, and the absolute one near zero.
    ``ordered``: whether the order of a table's rows counts. Raises ValueError when either is no
    value of that form.
    """
    return _Comparison(tolerance, ordered=ordered).compare(right, answer, "The answer")


class _Comparison:
    def __init__(self, tolerance: float, *, ordered: bool) -> None:
        self.tolerance, self.ordered = tolerance, ordered

    def compare(self, right: Any, answer: Any, place: str) -> str:
        wanted, got = _kind(right), _kind(answer)
        if wanted != got:
            return f"{place} is {_named(answer)}; {_named(right)} is right."
        if wanted in {"list", "tuple", "iterator"}:
            return self._sequences(right[1], answer[1], place)
        if wanted in {"frame", "table"}:
            return self._rows(right, answer, place, ordered=self.ordered or wanted == "frame")
        if wanted == "object":
            return f"{place} is a value of the type {answer[1]}, which cannot be compared here."
        collections = {"array": self._arrays, "series": self._series, "dict": self._dicts}
        if wanted in collections:
            return collections[wanted](right, answer, place)
        same = self._are_close(right, answer) if wanted == "number" else right == answer
        return "" if same else f"{place} is {_told(answer)}; {_told(right)} is right."

    def _are_close(self, right: Any, answer: Any) -> bool:
        one, other = _number(right), _number(answer)
        if isinstance(one, int) and isinstance(other, int):
            return one == other
        try:
            one, other = float(one), float(other)
        except OverflowError:  # an integer beyond all floats is close to none
            return False
        return (math.isnan(one) and math.isnan(other)) or math.isclose(
            one, other, rel_tol=self.tolerance, abs_tol=self.tolerance
        )

    def _sequences(self, right: Sequence[Any], answer: Sequence[Any], place: str) -> str:
        if len(right) != len(answer):
            counts = [_count(len(one), "value") for one in (answer, right)]
            return f"{place} has {counts[0]}; {counts[1]} would be right."
        inside = "" if place == "The answer" else f" of {place[0].lower()}{place[1:]}"
        for number, (one, other) in enumerate(zip(right, answer, strict=True)):
            if wrong := self.compare(one, other, f"Value [{number}]{inside}"):
                return wrong
        return ""

    def _arrays(self, right: Any, answer: Any, place: str) -> str:
        if right[1] != answer[1]:
            shapes = [str(tuple(shape)) for shape in (answer[1], right[1])]
            return f"{place} has the shape {shapes[0]}; {shapes[1]} is right."
        for number, (one, other) in enumerate(zip(right[2], answer[2], strict=True)):
            index = ", ".join(map(str, _unravelled(number, right[1])))
            if wrong := self.compare(one, other, f"Value [{index}]"):
                return wrong
        return ""

    def _series(self, right: Any, answer: Any, place: str) -> str:
        if wrong := self._sequences(right[1], answer[1], "Its index"):
            return wrong
        for label, one, other in zip(right[1], right[2], answer[2], strict=True):
            if wrong := self.compare(one, other, f"The value of {_told(label)}"):
                return wrong
        return ""

    def _rows(self, right: Any, answer: Any, place: str, *, ordered: bool) -> str:
        if right[1] != answer[1]:
            columns = [", ".join(map(str, one[1])) or "none" for one in (answer, right)]
            return f"{place} has the columns {columns[0]}. It needs {columns[1]}."
        if len(right[2]) != len(answer[2]):
            counts = [_count(len(one[2]), "row") for one in (answer, right)]
            return f"{place} has {counts[0]}; {counts[1]} would be right."
        rows = [one[2] if ordered else sorted(one[2], key=_sorting) for one in (right, answer)]
        for number, (one, other) in enumerate(zip(*rows, strict=True), start=1):
            for column, cell, got in zip(right[1], one, other, strict=True):
                where = f"Row {number}" if ordered else f"A row of the sorted answer ({number})"
                if wrong := self.compare(cell, got, f"{where}, column {column},"):
                    return wrong
        return ""

    def _dicts(self, right: Any, answer: Any, place: str) -> str:
        wanted, got = ([key for key, _ in one[1]] for one in (right, answer))
        for key in wanted:
            if key not in got:
                return f"{place} lacks the key {_told(key)}."
        for key in got:
            if key not in wanted:
                return f"{place} has the key {_told(key)}, which does not belong there."
        values = {repr(key): value for key, value in answer[1]}
        for key, value in right[1]:
            if wrong := self.compare(value, values[repr(key)], f"The value of {_told(key)}"):
                return wrong
        return ""


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list) and value and isinstance(value[0], str):
        return "number" if value[0] in {"int", "float"} else value[0]
    raise ValueError("it is no value that a case can have")


def _named(value: Any) -> str:
    """Its type, and for a simple value also that."""
    kind = _kind(value)
    if kind in {"number", "text", "truth", "nothing", "time", "decimal"}:
        return _told(value)
    if kind == "object":
        return f"a value of the type {value[1]}"
    return _NAMES.get(kind, kind)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _told(value: Any) -> str:
    if isinstance(value, list):
        if value[0] in {"list", "tuple", "set", "iterator"}:
            return f"{_NAMES[value[0]]} with {_count(len(value[1]), 'value')}"
        return str(value[1]) if value[0] != "dict" else "a dictionary"
    text = f"{value:.10g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _number(value: Any) -> int | float:
    """JSON has it, but for ``["int", digits]`` and for what is not finite: ``["float", "nan"]``."""
    if isinstance(value, int | float):
        return value
    kind, text = value
    if not isinstance(text, str):
        raise ValueError("it is no number")
    number = int(text) if kind == "int" else float(text)
    if kind == "float" and math.isfinite(number):
        raise ValueError("it is a number that JSON has")
    return number


def _unravelled(number: int, shape: Sequence[int]) -> list[int]:
    """NumPy's index of the value at this place of the flat array."""
    index: list[int] = []
    for size in reversed(shape):
        number, place = divmod(number, size)
        index.insert(0, place)
    return index


def _sorting(row: Any) -> list[tuple[str, float, str]]:
    """Numbers by size, so that a tolerance cannot change the order."""
    keys = []
    for cell in row:
        kind = _kind(cell)
        number = _number(cell) if kind == "number" else 0.0
        has_no_size = isinstance(number, float) and math.isnan(number)
        keys.append((kind, 0.0 if has_no_size else number, str(cell)))
    return keys
