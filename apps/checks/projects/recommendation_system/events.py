"""From choices to the events that the apps sent: times, minutes, and what goes wrong with both."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from apps.checks.projects.recommendation_system.generator import (
    DAYS,
    KNOWN,
    TITLES,
    Flags,
    Histories,
    Ints,
    Listeners,
    Process,
    Titles,
    stream,
)
from apps.checks.scoring import Floats

TESTER = KNOWN  # the number of the test account: after all listeners of the training data
DAY_S = 86_400
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """In columns, one row for each that was sent; in no order."""

    listener: Ints  # TESTER: the test account
    title: Ints
    moment: Ints  # seconds since 1970
    minutes: Floats  # NaN where missing
    sent_twice: Flags  # the copy of another row


def draw_events(
    process: Process, titles: Titles, listeners: Listeners, histories: Histories, seed: bytes
) -> Events:
    rng = stream(seed, "events")
    moments = _first_moments(process, listeners, histories, rng)
    length = titles.length[histories.title]
    minutes = _minutes(histories, length, rng)
    # Some titles are heard again, later on.
    again = np.flatnonzero(rng.random(len(moments)) < 0.12)
    end = (process.last_day - EPOCH) * DAY_S
    later = moments[again] + (rng.random(len(again)) * (end - moments[again])).astype(int)
    heard_again = np.round(rng.uniform(1, length[again]), 1)
    test_titles = rng.choice(TITLES, int(TITLES * rng.uniform(0.55, 0.75)), replace=False)
    test_moments = end - rng.integers(1, DAYS * DAY_S, len(test_titles))
    listener = np.concatenate(
        [histories.listener, histories.listener[again], np.full(len(test_titles), TESTER)]
    )
    title = np.concatenate([histories.title, histories.title[again], test_titles])
    moment = np.concatenate([moments, later, test_moments])
    minutes = np.concatenate([minutes, heard_again, np.ones(len(test_titles))])
    minutes = _spoiled(process, minutes, titles.length[title], rng)
    rows = np.arange(len(title))
    copies = np.flatnonzero(rng.random(len(rows)) < rng.uniform(0.01, 0.03))
    order = np.concatenate([rows, copies])
    return Events(
        listener=listener[order],
        title=title[order],
        moment=moment[order],
        minutes=minutes[order],
        sent_twice=np.arange(len(order)) >= len(rows),
    )


def _first_moments(
    process: Process, listeners: Listeners, histories: Histories, rng: np.random.Generator
) -> Ints:
    """Of each first listening: in the order in which its listener chose."""
    start = np.maximum(listeners.joined[histories.listener], process.first_day)
    moment = start + rng.random(len(start)) * (process.last_day - start)
    order = np.lexsort((moment, histories.listener))
    # Rows of a listener stand together, in the order of choice: sorted moments fit them.
    return np.asarray(((moment[order] - EPOCH) * DAY_S).astype(np.int64))


def _minutes(histories: Histories, length: Floats, rng: np.random.Generator) -> Floats:
    """Whoever likes a title hears more of it; an accidental start lasts less than a minute."""
    liking = histories.liking
    liked = (liking - liking.mean()) / liking.std()
    rows = len(liked)
    to_the_end = rng.random(rows) < 1 / (1 + np.exp(-0.3 - 0.7 * liked))
    share = np.where(to_the_end, rng.uniform(0.95, 1, rows), rng.uniform(0.03, 0.9, rows))
    minutes = np.where(histories.accidental, rng.uniform(0.1, 0.9, rows), share * length)
    return np.round(minutes, 1)


def _spoiled(process: Process, minutes: Floats, length: Floats, rng: np.random.Generator) -> Floats:
    """Some lengths of listening are missing, some cannot be."""
    rows = len(minutes)
    chance, factor = rng.random(rows), rng.uniform(5, 50, rows)
    minutes = np.where(chance < 0.005, -minutes, minutes)
    minutes = np.where(chance > 0.995, np.round(factor * length), minutes)
    return np.where(rng.random(rows) < process.missing["minutes"], np.nan, minutes)
