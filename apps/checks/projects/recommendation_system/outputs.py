"""Reads the lists that the learner's code wrote: an untrusted file, under strict limits.

A file that is no such table is an UnusableOutput. What is wrong in single rows or lists is counted
as a fault, and the rest of the lists is judged all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.checks.outputs import UnusableOutput, read_csv, shown
from apps.checks.projects.recommendation_system.probes import COLLABORATIVE, METHODS, PLACES
from apps.checks.ranking import EMPTY, Lists

COLUMNS = ("user_id", "method", "rank", "item_id")
MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 250_000
_RANKS = {str(rank): rank - 1 for rank in range(1, PLACES + 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of mistake: how often, and what the first one looks like."""

    kind: str  # of FAULTS
    count: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The learner's lists by method: shape (users, PLACES), EMPTY where a place has no title."""

    lists: Mapping[str, Lists]
    faults: tuple[Fault, ...]


FAULTS: Mapping[str, str] = {
    "method": "rows name another method than collaborative, content or served",
    "rank": f"rows have a rank that is not a whole number from 1 to {PLACES}",
    "user": "rows are of listeners who are not in the input",
    "item": "rows have a title that is not in today's catalogue",
    "taken": "rows fill a place that an earlier row has filled",
    "twice": "lists hold a title twice",
    "short": f"lists have fewer than {PLACES} places filled",
}


def read_answer(path: Path, *, users: Sequence[str], warm: int, items: Sequence[str]) -> Answer:
    """``users``, ``items``: the ids that were asked about and that are on offer; the first
    ``warm`` of the users have a history, and need a collaborative list as well.

    Raises UnusableOutput.
    """
    table = read_csv(path, columns=COLUMNS, max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    place_of = {
        "user": {name: number for number, name in enumerate(users)},
        "method": {name: number for number, name in enumerate(METHODS)},
        "rank": _RANKS,
        "item": {name: number for number, name in enumerate(items)},
    }
    codes = np.array(
        [
            [place.get(cell, EMPTY) for cell in table.texts(column)]
            for column, place in zip(COLUMNS, place_of.values(), strict=True)
        ],
        dtype=np.int64,
    ).reshape(len(COLUMNS), -1)
    faults = []
    usable = np.ones(codes.shape[1], dtype=bool)
    for (kind, _), column, found in zip(place_of.items(), COLUMNS, codes, strict=True):
        wrong = usable & (found == EMPTY)
        if wrong.any():
            row = int(wrong.argmax())
            first = f"line {table.lines[row]} has the {column} “{shown(table.texts(column)[row])}”"
            faults.append(Fault(kind=kind, count=int(wrong.sum()), first=first))
        usable &= ~wrong
    lines = np.array(table.lines, dtype=np.int64)[usable]
    user, method, rank, item = codes[:, usable]
    place = (method * len(users) + user) * PLACES + rank
    _, firsts = np.unique(place, return_index=True)
    if len(firsts) < len(place):
        taken = np.ones(len(place), dtype=bool)
        taken[firsts] = False
        first = f"line {lines[taken.argmax()]} is the first"
        faults.append(Fault(kind="taken", count=int(taken.sum()), first=first))
    lists = np.full((len(METHODS), len(users), PLACES), EMPTY)
    lists.ravel()[place[firsts]] = item[firsts]
    faults += _list_faults(lists, users=users, warm=warm)
    return Answer(lists=dict(zip(METHODS, lists, strict=True)), faults=tuple(faults))


def _list_faults(lists: Lists, *, users: Sequence[str], warm: int) -> list[Fault]:
    ranked = np.sort(lists, axis=2)
    twice = ((ranked[..., 1:] == ranked[..., :-1]) & (ranked[..., 1:] != EMPTY)).any(axis=2)
    short = (lists == EMPTY).any(axis=2)
    # Somebody without a history may have no collaborative list at all.
    optional = np.zeros_like(short)
    optional[METHODS.index(COLLABORATIVE), warm:] = True
    short &= ~(optional & (lists == EMPTY).all(axis=2))
    faults = []
    for kind, wrong in (("twice", twice), ("short", short)):
        if wrong.any():
            method, user = divmod(int(wrong.argmax()), len(users))
            first = f"the first is the {METHODS[method]} list of {users[user]}"
            faults.append(Fault(kind=kind, count=int(wrong.sum()), first=first))
    return faults


def list_numbers(path: Path) -> list[float]:
    """The numbers of the titles, in order of listener, method and rank: to compare two files.

    Raises UnusableOutput.
    """
    table = read_csv(path, columns=COLUMNS, max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    numbers = []
    for line, (*_, item) in sorted(zip(table.lines, table.rows, strict=True), key=lambda r: r[1]):
        digits = item.removeprefix("T-")
        if not (digits.isascii() and digits.isdigit() and len(digits) == 5):
            raise UnusableOutput(f"Line {line}: “{shown(item)}” is not the id of a title.")
        numbers.append(float(digits))
    return numbers
