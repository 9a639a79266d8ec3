"""Keeps what was rendered by the hash of everything that it depends on.

One SQLite file: thousands of small texts are looked up, and to open a file for each took a tenth
of the time that rendering them takes.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.etree import ElementTree as ET

from apps.curriculum.renderer import Heading, Rendered, render

_LIBRARIES = ("markdown", "pymdown-extensions", "latex2mathml", "pygments", "nh3")
_KEPT_DAYS = 30  # without use
_SOUND = "sound"  # document of what was judged, and had nothing to mend
# No sync: after a crash, what is missing is rendered again.
_OPEN = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS kept (
    key TEXT PRIMARY KEY, document TEXT NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
"""


class RenderCache:
    """Texts rendered before, to be opened by ``with``. ``folder`` None: each is rendered anew.

    A cache that cannot be read or written only costs time.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "rendered.sqlite3" if folder else None
        self._database: sqlite3.Connection | None = None
        self._today = int(time.time() // 86_400)
        self._renderer = hashlib.sha256()
        for module in ("renderer", "formulas"):
            self._renderer.update(Path(__file__).with_name(f"{module}.py").read_bytes())
        self._renderer.update(repr([version(library) for library in _LIBRARIES]).encode())

    def __enter__(self) -> Self:
        if self._file is None:
            return self
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._file, autocommit=True)
            self._database.executescript(_OPEN)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._database:
            self._database.close()
            self._database = None

    def render(self, text: str, *, id_prefix: str, figures: Mapping[str, ET.Element]) -> Rendered:
        if self._database is None:
            return render(text, id_prefix=id_prefix, figures=figures)
        key = self._key(text, id_prefix, figures)
        with suppress(ValueError, KeyError, TypeError):  # of another release
            return _from_json(self._get(key))
        rendered = render(text, id_prefix=id_prefix, figures=figures)
        self._put(key, _to_json(rendered))
        return rendered

    def knows(self, key: str) -> bool:
        """Whether ``remember`` was told this key before. The empty one is never known."""
        return bool(key) and self._get(key) == _SOUND

    def remember(self, key: str) -> None:
        if key:
            self._put(key, _SOUND)

    def forget_unused(self) -> None:
        self._execute("DELETE FROM kept WHERE used < ?", self._today - _KEPT_DAYS)

    def _get(self, key: str) -> str:
        """What was kept; empty if nothing was."""
        rows = self._execute("SELECT document, used FROM kept WHERE key = ?", key)
        for document, used in rows:
            if used != self._today:
                self._execute("UPDATE kept SET used = ? WHERE key = ?", self._today, key)
            return str(document)
        return ""

    def _put(self, key: str, document: str) -> None:
        self._execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", key, document, self._today)

    def _execute(self, statement: str, *values: str | int) -> list[tuple[str, int]]:
        if self._database is None:
            return []
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _give_up(self, error: Exception) -> None:
        """Go on without; a file that is no database, or a damaged one, is made anew next time."""
        if self._database:
            self._database.close()
            self._database = None
        damaged = isinstance(error, sqlite3.DatabaseError)
        if self._file and damaged and not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                self._file.unlink()

    def _key(self, text: str, id_prefix: str, figures: Mapping[str, ET.Element]) -> str:
        key = self._renderer.copy()
        drawn = {address: ET.tostring(figure, "unicode") for address, figure in figures.items()}
        key.update(json.dumps([text, id_prefix, drawn], sort_keys=True).encode())
        return key.hexdigest()


def _to_json(rendered: Rendered) -> str:
    return json.dumps(asdict(rendered), default=sorted)  # sets are the only odd type


def _from_json(text: str) -> Rendered:
    document = json.loads(text)
    return Rendered(
        html=document["html"],
        dropped_tags=frozenset(document["dropped_tags"]),
        headings=tuple(Heading(**heading) for heading in document["headings"]),
        links=tuple(document["links"]),
        references=frozenset((kind, slug) for kind, slug in document["references"]),
        figures=frozenset(document["figures"]),
        unusable_formulas=tuple((tex, message) for tex, message in document["unusable_formulas"]),
    )
