"""Runs inside the sandbox: calls one function with every case of a draw and writes its answers.

``task.json`` says how the cases are made, ``solution.txt`` is the answer that is tried. Nothing in
here knows what is right: the answers are compared outside. A line of ``answers.jsonl`` for each
case is written as soon as it is known, so that one that never ends is found. It is copied in, and
imports nothing of this site.
"""

import contextlib
import datetime
import decimal
import json
import linecache
import math
import random
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MAX_VALUES = 20_000
MAX_SHOWN = 1_500  # characters of a value or of what a case printed
MAX_DEPTH = 20
_LARGE = 2**63  # what is longer is written as a text

type Answer = Callable[..., Any]


class TooMuch(Exception):
    pass


def main() -> int:
    task = json.loads(Path("task.json").read_text(encoding="utf-8"))
    cases = list(_cases(task))
    with Path("answers.jsonl").open("w", encoding="utf-8") as file:

        def write(line: dict[str, Any]) -> None:
            file.write(json.dumps(line) + "\n")
            file.flush()

        printed = Printed()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                answer = _solution(task)
            except BaseException as error:
                write({"unusable": _told(error), "printed": printed.text()})
                return 0
            columns = _columns(task["tables"]) if task["kind"] == "sql" else {}
            for name, arguments in cases:
                printed.forget()
                line = _try(answer, arguments)
                if columns:
                    line["arguments"] = [_tables_shown(arguments[0], columns)]
                write({"name": name, **line, "printed": printed.text()})
    return 0


class Printed:
    """Standard output of one case; what is too long is dropped."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._parts: list[str] = []
        self._room = MAX_SHOWN

    def write(self, text: str) -> int:
        if self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(text)
        return len(text)

    def flush(self) -> None:
        pass

    def text(self) -> str:
        return _plain("".join(self._parts) + ("\n…" if self._room < 0 else ""))


def _plain(text: str) -> str:
    """Without what JSON readers and databases refuse."""
    return text.replace("\0", "␀").encode("utf-8", "backslashreplace").decode()


# What is tried ---------------------------------------------------------------------------------


def _cases(task: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    namespace: dict[str, Any] = {"__name__": "cases"}
    exec(compile(task["cases"], "<cases>", "exec"), namespace)  # noqa: S102
    for name, *arguments in namespace["cases"](random.Random(task["seed"])):  # noqa: S311
        yield name, arguments


def _solution(task: dict[str, Any]) -> Answer:
    text = Path("solution.txt").read_text(encoding="utf-8")
    if task["kind"] == "sql":
        return lambda tables: _query(text, task["tables"], tables)
    name = "<your code>"
    # So that a traceback shows the lines that it names.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "solution"}
    exec(compile(text, name, "exec"), namespace)  # noqa: S102
    function = namespace.get(task["function"])
    if not callable(function):
        raise NameError(f"There is no function named {task['function']}. Write it, and run again.")
    return function  # type: ignore[no-any-return]


def _query(text: str, schema: str, tables: dict[str, list[tuple[Any, ...]]]) -> Any:
    database = sqlite3.connect(":memory:")
    database.executescript(schema)
    for table, rows in tables.items():
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
    database.commit()
    database.execute("PRAGMA query_only = ON")
    cursor = database.execute(text)
    if cursor.description is None:
        raise ValueError("The query gives no table. Write one that begins with SELECT or WITH.")
    columns = [column[0] for column in cursor.description]
    return Table(columns, cursor.fetchmany(MAX_VALUES))


def _columns(schema: str) -> dict[str, list[str]]:
    """The columns of each table."""
    database = sqlite3.connect(":memory:")
    database.executescript(schema)
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
        for (name,) in names
    }


def _tables_shown(tables: dict[str, list[tuple[Any, ...]]], columns: dict[str, list[str]]) -> str:
    return "\n\n".join(f"{name}\n{grid(columns[name], rows)}" for name, rows in tables.items())


class Table:
    def __init__(self, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        self.columns, self.rows = columns, rows

    def __repr__(self) -> str:
        return grid(self.columns, self.rows)


def _try(answer: Answer, arguments: list[Any]) -> dict[str, Any]:
    shown = [_shown(one) + _content(one) for one in arguments]
    before = _encoded(arguments)
    try:
        value = answer(*arguments)
        encoder = Encoder()
        encoded = encoder.encode(value)
        text = _shown(encoder.listed if encoder.listed is not None else value)
    except TooMuch:
        said = f"The answer holds more than {MAX_VALUES:,} values, or is nested too deep."
        return {"arguments": shown, "error": ["TooMuch"], "told": said}
    except BaseException as error:
        names = [kind.__name__ for kind in type(error).__mro__]
        return {"arguments": shown, "error": names, "told": _told(error)}
    changed = before is not None and _encoded(arguments) != before
    return {"arguments": shown, "answer": encoded, "shown": text, "changed": changed}


def _content(argument: Any) -> str:
    """What stands in the files that an argument names; cases() has written them."""
    names = argument if isinstance(argument, list) else [argument]
    parts = []
    for name in names[:4]:
        if isinstance(name, str | Path) and len(str(name)) < 200 and Path(name).is_file():
            with Path(name).open(encoding="utf-8", errors="replace") as file:
                text = _plain(file.read(MAX_SHOWN // 3 + 1))
            cut = text if len(text) <= MAX_SHOWN // 3 else text[: MAX_SHOWN // 3] + " …"
            parts.append(f"\n\n{Path(name).name}:\n{cut}")
    return "".join(parts)


def _encoded(arguments: list[Any]) -> Any:
    try:
        return Encoder(unpack=False).encode(arguments)
    except TooMuch:
        return None


def _told(error: BaseException) -> str:
    """The traceback from the learner's first line on."""
    told = error.__traceback__
    while told and told.tb_frame.f_code.co_filename != "<your code>":
        told = told.tb_next
    lines = traceback.format_exception(type(error), error, told, limit=8)
    return _plain("".join(lines)[-MAX_SHOWN:])


# Values as plain data --------------------------------------------------------------------------


class Encoder:
    """Turns values into JSON. What JSON lacks becomes a list that begins with the type's name."""

    def __init__(self, *, unpack: bool = True) -> None:
        self.count = 0
        self.unpack = unpack  # iterators, which can be read only once
        self.listed: list[Any] | None = None  # what an iterator gave

    def encode(self, value: Any, depth: int = 0) -> Any:
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            raise TooMuch
        family = type(value).__module__.partition(".")[0]
        if family == "numpy":
            return self._numpy(value, depth)
        if family == "pandas":
            return self._pandas(value, depth)
        for kinds, encode in self._kinds.items():
            if isinstance(value, kinds):
                return encode(value, depth)
        return value if value is None else ["object", type(value).__name__]

    @property
    def _kinds(self) -> dict[Any, Callable[[Any, int], Any]]:
        """By the first that fits: True is an int as well."""
        return {
            bool: lambda value, depth: value,
            str: self._text,
            int: lambda value, depth: int(value) if abs(value) < _LARGE else ["int", str(value)],
            float: lambda value, depth: (
                float(value) if math.isfinite(value) else ["float", str(float(value))]
            ),
            list: lambda value, depth: ["list", self._list(value, depth)],
            tuple: lambda value, depth: ["tuple", self._list(value, depth)],
            dict: self._dict,
            (set, frozenset): lambda value, depth: [
                "set",
                sorted(self._list(value, depth), key=json.dumps),
            ],
            Table: lambda value, depth: [
                "table",
                value.columns,
                [self._list(row, depth) for row in value.rows],
            ],
            (datetime.date, datetime.time, datetime.timedelta): lambda value, depth: [
                "time",
                str(value),
            ],
            decimal.Decimal: lambda value, depth: ["decimal", str(value)],
            Iterator: self._iterator,
        }

    def _text(self, value: str, depth: int) -> Any:
        self.count += len(value) // 50
        plain = _plain(value)
        return plain if plain == value else ["odd text", ascii(value)]

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        pairs = [self._list(pair, depth) for pair in value.items()]
        return ["dict", sorted(pairs, key=lambda pair: json.dumps(pair[0]))]

    def _iterator(self, value: Iterator[Any], depth: int) -> Any:
        if not self.unpack:
            return ["object", type(value).__name__]
        self.listed = []
        for one in value:
            self.listed.append(one)
            if len(self.listed) > MAX_VALUES:
                raise TooMuch
        return ["iterator", self._list(self.listed, depth)]

    def _list(self, values: Any, depth: int) -> list[Any]:
        return [self.encode(one, depth + 1) for one in values]

    def _numpy(self, value: Any, depth: int) -> Any:
        if not hasattr(value, "tolist"):
            return ["object", type(value).__name__]
        if value.size > MAX_VALUES:
            raise TooMuch
        if value.shape:
            return ["array", list(value.shape), self._list(value.ravel().tolist(), depth)]
        plain = value.tolist()
        if type(plain).__module__.partition(".")[0] == "numpy":
            return ["object", str(plain)]
        return self.encode(plain, depth)

    def _pandas(self, value: Any, depth: int) -> Any:
        kind = type(value).__name__
        if kind in {"NAType", "NaTType"}:
            return ["float", "nan"]
        if kind in {"Timestamp", "Timedelta"}:
            return ["time", str(value)]
        if kind == "DataFrame":
            columns = self._list(value.columns.tolist(), depth)
            rows = [self._cells(row, depth) for row in value.itertuples(index=False, name=None)]
            return ["frame", columns, rows]
        if kind == "Series":
            index = self._list(value.index.tolist(), depth)
            return ["series", index, self._cells(value.tolist(), depth)]
        return ["object", kind]

    def _cells(self, values: Any, depth: int) -> list[Any]:
        return [["float", "nan"] if one is None else self.encode(one, depth + 1) for one in values]


def _shown(value: Any) -> str:
    """How a value is told to people."""
    try:
        text = _plain(repr(value))
    except Exception as error:
        text = f"({type(value).__name__}, whose repr raises {type(error).__name__})"
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + " …"


def grid(columns: list[str], rows: list[tuple[Any, ...]], *, most: int = 12) -> str:
    """A small table in columns."""
    cells = [["NULL" if one is None else str(one)[:40] for one in row] for row in rows[:most]]
    lines = [list(columns), *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=False)]
    told = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()
        for line in lines
    ]
    told.insert(1, "  ".join("-" * width for width in widths))
    more = len(rows) - most
    return "\n".join([*told, *([f"… {more} more rows"] if more > 0 else [])])


if __name__ == "__main__":
    sys.exit(main())
