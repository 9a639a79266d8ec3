"""A learner of the recommendation project in one process: what the sample repositories do, without
pandas and without a sandbox. It reads only what stands in the files and in the data dictionary."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from apps import sandbox
from apps.checks.folder_input import unpack
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.project import CommandRun
from apps.checks.ranking import EMPTY, Lists, best
from apps.checks.results import Chart, Metric, Test
from apps.checks.scoring import Floats

MISSING = {"", "NA", "n/a", "-", "?", "unknown"}
MOST_TITLES = 90
PLACES = 10

type Row = dict[str, str]
type Lists3 = dict[str, Lists]  # by method, items by their place in today's catalogue


def rows_of(content: bytes) -> list[Row]:
    """Cells without spaces around them, empty where missing."""
    table = csv.DictReader(io.StringIO(content.decode("utf-8")))
    return [
        {name: "" if cell.strip() in MISSING else cell.strip() for name, cell in row.items()}
        for row in table
    ]


def word(text: str) -> str:
    return text.strip().lower().replace("-", " ")


def words(text: str) -> list[str]:
    return [word(part) for part in text.split(";") if part.strip()]


def narrator(text: str) -> str:
    return " ".join(part.strip() for part in reversed(text.lower().split(",")))


def length(text: str) -> float:
    found = re.fullmatch(r"(?:(\d+) h (\d+) min)|(\d+)", text)
    assert found, text
    hours, minutes, plain = found.groups()
    return float(plain) if plain else 60 * float(hours) + float(minutes)


def once(rows: list[Row], name: str) -> list[Row]:
    return list({row[name]: row for row in rows}.values())


@dataclass(slots=True)
class Past:
    """What ``train`` keeps."""

    earlier: dict[str, str]  # id -> the id before it
    users: dict[str, int]  # rows of ``heard``
    titles: dict[str, int]  # its columns, by first id
    heard: Floats
    forms: list[Row]  # of the users, in no order

    def first_id(self, item: str, today: Mapping[str, str]) -> str:
        while (before := self.earlier.get(item) or today.get(item)) is not None:
            item = before
        return item


def earlier_ids(items: list[Row]) -> dict[str, str]:
    return {row["item_id"]: row["replaces"] for row in items if row["replaces"]}


@lru_cache(maxsize=4)
def read_past(data: bytes) -> Past:
    files = unpack(data)
    past = Past(earlier_ids(rows_of(files["items.csv"])), {}, {}, np.zeros((0, 0)), [])
    heard: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    for row in rows_of(files["interactions.csv"]):
        item = row["item_id"]
        if item not in first:
            first[item] = past.first_id(item, {})
        heard.setdefault(row["user_id"], set()).add(first[item])
    heard = {user: titles for user, titles in heard.items() if len(titles) <= MOST_TITLES}
    past.users = {user: number for number, user in enumerate(sorted(heard))}
    names = sorted(set().union(*heard.values()))
    past.titles = {title: number for number, title in enumerate(names)}
    past.heard = np.zeros((len(past.users), len(names)))
    for user, titles in heard.items():
        past.heard[past.users[user], [past.titles[title] for title in titles]] = 1
    past.forms = once(rows_of(files["users.csv"]), "user_id")
    return past


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@dataclass(slots=True)
class Today:
    """What ``predict`` is asked, beside the past."""

    past: Past
    items: list[Row]
    users: list[Row]  # those with a history first
    warm: int
    place: NDArray[np.int64]  # of each item in the past, -1 if new
    heard: Floats  # shape (warm, items of today)
    listeners: Floats  # of each item

    @property
    def history(self) -> Floats:
        """Shape (warm, titles of the past)."""
        rows = [self.past.users[row["user_id"]] for row in self.users[: self.warm]]
        return self.past.heard[rows]

    def of_today(self, table: Floats, fill: float = 0.0) -> Floats:
        return np.where(self.place < 0, fill, table[:, self.place])

    def best(self, scores: Floats) -> Lists:
        """Of those with a history, or, for as many rows as there are newcomers, of these."""
        if len(scores) == self.warm:
            scores = np.where(self.heard > 0, -np.inf, scores)
        return best(np.where(np.isfinite(scores), scores, -np.inf), PLACES)


def read_today(past: Past, folder: bytes) -> Today:
    files = unpack(folder)
    items = once(rows_of(files["items.csv"]), "item_id")
    users = once(rows_of(files["users.csv"]), "user_id")
    users.sort(key=lambda row: row["user_id"] not in past.users)
    warm = sum(row["user_id"] in past.users for row in users)
    today = earlier_ids(items)
    place = np.array([past.titles.get(past.first_id(row["item_id"], today), -1) for row in items])
    found = Today(past, items, users, warm, place, np.zeros((0, 0)), np.zeros(0))
    found.heard = found.of_today(found.history)
    found.listeners = found.of_today(past.heard.sum(axis=0, keepdims=True))[0]
    return found


# Methods: scores of those with a history, or of newcomers ----------------------------------------


def common_listeners(today: Today) -> Floats:
    together = today.past.heard.T @ today.past.heard
    np.fill_diagonal(together, 0)
    return today.of_today(today.history @ together, fill=-np.inf)


def cosine_of_titles(today: Today) -> Floats:
    together = today.past.heard.T @ today.past.heard
    root = np.sqrt(np.maximum(np.diag(together), 1))
    np.fill_diagonal(together, 0)
    return today.of_today(today.history @ (together / np.outer(root, root)), fill=-np.inf)


def vectors(items: list[Row]) -> Floats:
    """Rare words count more than common ones; rows of length 1."""
    bags = [
        {f"genre {word(row['genre'])}", f"by {narrator(row['narrator'])}", *words(row["tags"])}
        - {"genre ", "by "}
        for row in items
    ]
    column = {name: number for number, name in enumerate(sorted(set().union(*bags)))}
    table = np.zeros((len(items), len(column)))
    for number, bag in enumerate(bags):
        table[number, [column[name] for name in bag]] = 1
    return unit(table * np.log(len(table) / table.sum(axis=0)))


def unit(table: Floats) -> Floats:
    return np.asarray(table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12))


def nearness(today: Today) -> Floats:
    titles = vectors(today.items)
    return np.asarray(unit(today.heard @ titles) @ titles.T)


def log_popularity(today: Today, new: float | None = None) -> Floats:
    """``new``: listeners of a new title; None: those of an average one."""
    usual = today.listeners[today.place >= 0].mean() if new is None else new
    return np.log(np.where(today.place < 0, usual, today.listeners) + 5)


def by_favourites(today: Today) -> Floats:
    """Bestsellers, raised by each favourite genre."""
    genres = [word(row["genre"]) for row in today.items]
    liked = [set(words(row["favourites"])) for row in today.users[today.warm :]]
    favourite = np.array([[genre in names for genre in genres] for names in liked], dtype=float)
    return favourite + np.log(today.listeners + 1)


def standardised(scores: Floats) -> Floats:
    known = np.where(np.isfinite(scores), scores, np.nan)
    centre, spread = np.nanmean(known, axis=1), np.nanstd(known, axis=1)
    return np.nan_to_num((known - centre[:, None]) / spread[:, None])


# Solutions ---------------------------------------------------------------------------------------

type Solution = Callable[[Today], Lists3]


def competent(today: Today) -> Lists3:
    by_others = cosine_of_titles(today)
    by_content = 8 * nearness(today) + log_popularity(today)
    both = standardised(by_others) + standardised(by_content)
    return lists(today, by_others, by_content, both, by_favourites(today))


def popular(today: Today) -> Lists3:
    warm = np.tile(today.listeners, (today.warm, 1))
    cold = np.tile(today.listeners, (len(today.users) - today.warm, 1))
    return lists(today, warm, warm, warm, cold)


def lists(
    today: Today, by_others: Floats, by_content: Floats, served: Floats, newcomers: Floats
) -> Lists3:
    """Newcomers have no collaborative list."""
    cold = today.best(newcomers)
    none = np.full_like(cold, EMPTY)
    return {
        "collaborative": np.concatenate([today.best(by_others), none]),
        "content": np.concatenate([today.best(by_content), cold]),
        "served": np.concatenate([today.best(served), cold]),
    }


def written(today: Today, made: Lists3) -> str:
    lines = ["user_id,method,rank,item_id"]
    for method, table in made.items():
        for user, row in zip(today.users, table.tolist(), strict=True):
            lines += [
                f"{user['user_id']},{method},{rank},{today.items[item]['item_id']}"
                for rank, item in enumerate(row, start=1)
                if item != EMPTY
            ]
    return "\n".join(lines)


# The session -------------------------------------------------------------------------------------


@dataclass(slots=True)
class LearnerSession:
    """Answers as a repository would whose code is ``solution``; keeps what is reported."""

    seed: bytes
    folder: Path
    solution: Solution
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
            data = inputs["data"]
            assert isinstance(data, bytes)
            path.write_bytes(data)
        else:
            model, content = inputs["model"], inputs["input"]
            assert isinstance(model, Path)
            assert isinstance(content, bytes)
            today = read_today(read_past(model.read_bytes()), content)
            path.write_text(written(today, self.solution(today)))
        return CommandRun(command=command, result=_RESULT, outputs={name: path})

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
