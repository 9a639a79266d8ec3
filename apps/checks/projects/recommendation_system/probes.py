"""The files with which one draw is checked, and what the checker knows about them.

Ids are random and rows are shuffled in every file, so neither tells anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from apps.checks import ranking
from apps.checks.asking import Question
from apps.checks.folder_input import PackedFolder, pack
from apps.checks.projects.recommendation_system import export, in_house
from apps.checks.projects.recommendation_system.events import TESTER, draw_events
from apps.checks.projects.recommendation_system.generator import (
    EVERYBODY,
    KNOWN,
    LISTED,
    NEWCOMERS,
    Flags,
    Histories,
    Ints,
    Listeners,
    Matrix,
    Process,
    Titles,
    choice_probabilities,
    draw_histories,
    draw_listeners,
    draw_process,
    draw_titles,
    likings,
    stream,
)
from apps.checks.ranking import Lists
from apps.checks.scoring import MORE_ROWS_FACTOR

PLACES = 10
METHODS = ("collaborative", "content", "served")
COLLABORATIVE, CONTENT, SERVED = METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """All that follows from one seed, without the checker's own models."""

    seed: bytes
    process: Process
    titles: Titles
    listeners: Listeners
    histories: Histories
    user_ids: tuple[str, ...]  # of everybody
    issues: export.Issues
    writing: export.Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Listeners that ``predict`` is asked about, in the order of ``question.ids``: those with a
    history first. Items are numbered as in ``items``."""

    question: Question
    rows: Ints  # numbers of the listeners
    warm: int  # so many have a history
    items: tuple[str, ...]  # ids of today's catalogue
    new: Flags  # of the items: nobody has heard them yet
    counts: Ints  # of the items: how many listeners each had
    probability: Matrix  # of each listener's next choice, shape (rows, items)
    heard: Flags  # the same shape
    renamed: Flags  # heard, under an id that the item has had until today
    bestsellers: Lists
    ideal: Lists
    in_house: Mapping[str, Lists]  # by method


@lru_cache(maxsize=2)
def make_draw(seed: bytes) -> Draw:
    """Kept for a while, since the same check asks for it again to train twice."""
    process = draw_process(seed)
    titles = draw_titles(process, seed)
    listeners = draw_listeners(process, seed)
    liking = likings(listeners, titles, np.arange(KNOWN))
    rng = stream(seed, "ids and writing")
    ids = list(export.draw_user_ids(rng, EVERYBODY + 1))
    return Draw(
        seed=seed,
        process=process,
        titles=titles,
        listeners=listeners,
        histories=draw_histories(titles, liking, seed),
        user_ids=tuple(ids),
        issues=export.draw_issues(process, titles, rng),
        writing=export.draw_writing(rng),
    )


@lru_cache(maxsize=2)
def training_folder(seed: bytes) -> PackedFolder:
    """The input of ``train``; kept like its draw."""
    return pack(training_files(make_draw(seed)))


def training_files(draw: Draw) -> dict[str, bytes]:
    """By name."""
    rng = stream(draw.seed, "training files")
    events = draw_events(draw.process, draw.titles, draw.listeners, draw.histories, draw.seed)
    # The test account has the last id, and stands where newcomers begin.
    user_ids = (*draw.user_ids[:TESTER], draw.user_ids[-1])
    return {
        "interactions.csv": export.write_events(
            events, user_ids=user_ids, issues=draw.issues, writing=draw.writing, rng=rng
        ),
        "items.csv": _items(draw, today=False, rng=rng),
        "users.csv": _users(draw, np.arange(LISTED), rng=rng),
    }


def ask_about(draw: Draw, models: in_house.InHouseModels, *, factor: int = 1) -> Asked:
    """``factor``: how many times the usual listeners, up to MORE_ROWS_FACTOR, which are all."""
    warm, cold = rows_asked(draw, factor=factor)
    rows = np.concatenate([warm, cold])
    offered = np.flatnonzero(draw.titles.offered)
    heard = draw.histories.heard()[np.ix_(rows, offered)]
    probability = choice_probabilities(
        likings(draw.listeners, draw.titles, rows)[:, offered],
        draw.titles.popularity[offered],
        heard,
    )

    def listed(scores: Matrix, among: slice) -> Lists:
        allowed = np.where(heard[among], -np.inf, scores[:, offered])
        return ranking.best(allowed.astype(np.float32), PLACES)

    everybody, first, last = slice(None), slice(0, len(warm)), slice(len(warm), None)
    counts = np.bincount(draw.histories.title, minlength=len(draw.titles.new))
    bestsellers = np.broadcast_to(counts.astype(np.float32), (len(rows), len(counts)))
    collaborative = listed(models.collaborative(warm), first)
    newcomers = listed(models.newcomers(cold), last)
    today_only = (draw.issues.before > 0) & (draw.issues.before < draw.issues.count)
    return Asked(
        question=question(draw, (warm, cold), factor=factor),
        rows=rows,
        warm=len(warm),
        items=tuple(export.item_id(draw.issues.current()[offered])),
        new=draw.titles.new[offered],
        counts=counts[offered],
        probability=probability,
        heard=heard,
        renamed=heard & today_only[offered],
        bestsellers=listed(bestsellers, everybody),
        ideal=ranking.best(probability, PLACES),
        in_house={
            COLLABORATIVE: collaborative,
            CONTENT: listed(models.content(warm), first),
            SERVED: np.concatenate([collaborative, newcomers]),
        },
    )


def rows_asked(draw: Draw, *, factor: int = 1) -> tuple[Ints, Ints]:
    """Numbers of those with a history, and of those without one."""
    rng = stream(draw.seed, "asked")
    warm = rng.permutation(LISTED)[: LISTED * factor // MORE_ROWS_FACTOR]
    cold = KNOWN + rng.permutation(NEWCOMERS)[: NEWCOMERS * factor // MORE_ROWS_FACTOR]
    return warm, cold


def question(draw: Draw, groups: tuple[Ints, Ints], *, factor: int = 1) -> Question:
    """The input of ``predict``, a folder; ``ids`` in the order of the groups."""
    rng = stream(draw.seed, f"files of today {factor}")
    rows = np.concatenate(groups)
    files = {
        "users.csv": _users(draw, rows, rng=rng),
        "items.csv": _items(draw, today=True, rng=rng),
    }
    return Question(content=pack(files), ids=tuple(draw.user_ids[row] for row in rows.tolist()))


def _items(draw: Draw, *, today: bool, rng: np.random.Generator) -> bytes:
    return export.write_items(
        draw.titles,
        process=draw.process,
        issues=draw.issues,
        today=today,
        writing=draw.writing,
        rng=rng,
    )


def _users(draw: Draw, rows: Ints, *, rng: np.random.Generator) -> bytes:
    return export.write_users(
        draw.listeners,
        rows,
        user_ids=draw.user_ids,
        process=draw.process,
        writing=draw.writing,
        rng=rng,
    )
