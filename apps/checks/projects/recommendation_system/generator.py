"""The process that makes a service: its titles, its listeners, and what they choose next.

Every service is a draw. Its parameters come from the seed, so the source gives no answers away, and
since the process is known, a list is judged by the *probability* with which its listener chooses
each title next, free of the luck of one choice. A listener chooses by a multinomial logit
(McFadden, 1974, "Conditional logit analysis of qualitative choice behavior") among the titles that
they have not heard:

    utility = popularity of the title
              + taste for its genre + for each of its tags + for its narrator  (descriptions tell)
              + taste . what the title is like                    (only what others heard tells)

The tastes for genres follow the age in part, and are what people name at the sign-up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from apps.checks import draws, ranking
from apps.checks.scoring import Floats

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]
type Matrix = NDArray[np.float32]  # listeners by titles

# Listeners stand in this order: with a history and a sign-up form, with a history whose form is
# lost, and without a history. All but the second can be asked about.
LISTED, UNLISTED, NEWCOMERS = 4_800, 100, 2_400
KNOWN = LISTED + UNLISTED
EVERYBODY = KNOWN + NEWCOMERS
TITLES = 1_200  # of the training data
NEW_TITLES = 80
FEWEST_HEARD, MOST_HEARD = 4, 80
TYPICAL_HEARD = 25
ACCIDENTAL_SHARE = 0.03  # of all first listenings
WITHDRAWN_SHARE, GONE_SHARE = 0.03, 0.04  # of the titles of the training data
GENRE_COUNT, TAG_COUNT, NARRATOR_COUNT, HIDDEN_COUNT = 10, 12, 8, 2
AGES = ("under 25", "25-39", "40-59", "60 and over")
DEVICES = ("phone", "car", "speaker", "web")
FAVOURITES = 3
DAYS = 365
TITLE_COLUMNS = ("genre", "tags", "narrator", "length", "description")  # those that may be missing
FORM_COLUMNS = ("age", "favourites", "device")
DESCRIBED_SHARE = 0.7  # of the new titles

GENRES = (
    "True crime", "Science fiction", "Fantasy", "Romance", "Crime", "Thriller", "Biography",
    "History", "Popular science", "Self help", "Business", "Humour", "Horror", "Classics",
    "Young adult", "Travel",
)  # fmt: skip
TAGS = (
    "small town", "sea voyage", "found family", "second chance", "cold case", "court room",
    "space station", "time loop", "royal court", "heist", "road trip", "war years", "mountains",
    "desert", "island", "winter", "friendship", "sisters", "revenge", "spies", "music", "cooking",
    "football", "medicine", "mathematics", "oceans", "dragons", "ghosts", "robots", "letters",
    "school days", "first love", "old houses", "big city", "farm life", "gold rush", "detectives",
    "politics", "memory", "languages",
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Ben", "Clara", "David", "Elena", "Farid", "Grace", "Henry", "Iris", "Jonas", "Kofi",
    "Lena", "Marco", "Nadia", "Oscar", "Priya", "Quinn", "Rosa", "Samir", "Tessa",
)  # fmt: skip
LAST_NAMES = (
    "Brook", "Castle", "Dale", "Ember", "Field", "Grove", "Hale", "Ives", "Kerr", "Lake", "Marsh",
    "North", "Oakes", "Pike", "Reed", "Stone", "Thorne", "Vale", "West", "York",
)  # fmt: skip


def stream(seed: bytes, purpose: str) -> np.random.Generator:
    return draws.stream(seed, f"recommendation-system/{purpose}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The parameters of one service. Tastes are on the scale of the utility."""

    first_day: int  # ordinal, of the year of the training data
    genres: tuple[str, ...]
    tags: tuple[str, ...]
    narrators: tuple[str, ...]  # "Ada Brook"
    genre_shares: Floats  # of titles
    popularity_spread: float
    age_effect: Floats  # on the tastes for genres, shape (ages, genres)
    genre_spread: float  # standard deviations of the tastes
    tag_spread: float
    narrator_spread: float
    hidden_spread: float
    missing: dict[str, float]  # share, by column

    @property
    def last_day(self) -> int:
        """On which the start page is opened."""
        return self.first_day + DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """In columns; those of the training data first, then the new ones."""

    genre: Ints  # index into Process.genres
    tags: Flags  # shape (titles, tags)
    narrator: Ints
    length: Floats  # minutes
    published: Ints  # ordinal
    popularity: Floats
    hidden: Floats  # shape (titles, HIDDEN_COUNT)
    known: dict[str, Flags]  # by column: whether it was recorded
    withdrawn: Flags  # no table describes it
    offered: Flags  # in today's catalogue

    @property
    def new(self) -> Flags:
        return np.arange(len(self.genre)) >= TITLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """In columns."""

    age: Ints  # index into AGES
    favourites: Flags  # shape (listeners, genres)
    device: Ints
    joined: Ints  # ordinal
    known: dict[str, Flags]  # by column: whether it was recorded
    genre_taste: Floats  # shape (listeners, genres)
    tag_taste: Floats
    narrator_taste: Floats
    hidden_taste: Floats

    def __len__(self) -> int:
        return len(self.age)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """First listenings, one in each row, of each listener in order of time."""

    listener: Ints
    title: Ints
    accidental: Flags
    liking: Floats  # utility without the title's popularity

    def heard(self) -> Flags:
        """Shape (EVERYBODY, titles)."""
        table = np.zeros((EVERYBODY, TITLES + NEW_TITLES), dtype=bool)
        table[self.listener, self.title] = True
        return table


def draw_process(seed: bytes) -> Process:
    rng = stream(seed, "process")
    described = rng.uniform(0.9, 1.1)  # how much the descriptions tell
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    return Process(
        first_day=date(2024, int(rng.integers(1, 13)), 1).toordinal(),
        genres=_names(rng, GENRES, GENRE_COUNT),
        tags=_names(rng, TAGS, TAG_COUNT),
        narrators=_names(rng, names, NARRATOR_COUNT),
        genre_shares=rng.dirichlet(np.full(GENRE_COUNT, 12.0)),
        popularity_spread=rng.uniform(1.1, 1.3),
        age_effect=rng.normal(0, 0.7, (len(AGES), GENRE_COUNT)),
        genre_spread=1.7 * described,
        tag_spread=0.6 * described,
        narrator_spread=0.9 * described,
        hidden_spread=rng.uniform(0.6, 0.8),
        missing={name: rng.uniform(0.02, 0.05) for name in (*TITLE_COLUMNS, "minutes")}
        | {name: rng.uniform(0.05, 0.15) for name in FORM_COLUMNS},
    )


def _names(rng: np.random.Generator, names: Sequence[str], count: int) -> tuple[str, ...]:
    return tuple(str(name) for name in rng.choice(names, count, replace=False))


def _recorded(
    rng: np.random.Generator, process: Process, columns: tuple[str, ...], rows: int
) -> dict[str, Flags]:
    return {name: rng.random(rows) >= process.missing[name] for name in columns}


def draw_titles(process: Process, seed: bytes) -> Titles:
    rng = stream(seed, "titles")
    count = TITLES + NEW_TITLES
    new = np.arange(count) >= TITLES
    age_in_days = np.where(new, 0, DAYS + rng.integers(1, 2_500, count))
    chance = rng.random(count)
    known = _recorded(rng, process, TITLE_COLUMNS, count)
    known["description"][new] = rng.random(NEW_TITLES) < DESCRIBED_SHARE
    return Titles(
        genre=rng.choice(GENRE_COUNT, count, p=process.genre_shares),
        tags=rng.random((count, TAG_COUNT)) < 2.5 / TAG_COUNT,
        narrator=rng.integers(NARRATOR_COUNT, size=count),
        length=np.round(np.exp(rng.normal(np.log(420), 0.45, count))),
        published=process.last_day - age_in_days,
        popularity=rng.normal(0, process.popularity_spread, count),
        hidden=rng.normal(0, 1, (count, HIDDEN_COUNT)),
        known=known,
        withdrawn=~new & (chance < WITHDRAWN_SHARE),
        offered=new | (chance >= WITHDRAWN_SHARE + GONE_SHARE),
    )


def draw_listeners(process: Process, seed: bytes) -> Listeners:
    rng = stream(seed, "listeners")
    age = rng.integers(len(AGES), size=EVERYBODY)
    taste = process.age_effect[age] + rng.normal(0, process.genre_spread, (EVERYBODY, GENRE_COUNT))
    said = taste + rng.normal(0, 0.5, taste.shape)
    rank = (-said).argsort(axis=1).argsort(axis=1)
    joined = process.first_day + rng.integers(-600, DAYS - 60, EVERYBODY)
    joined[KNOWN:] = process.last_day
    known = _recorded(rng, process, FORM_COLUMNS, EVERYBODY)
    for flags in known.values():
        flags[LISTED:KNOWN] = False
    return Listeners(
        age=age,
        favourites=rank < rng.integers(1, FAVOURITES + 1, EVERYBODY)[:, None],
        device=rng.integers(len(DEVICES), size=EVERYBODY),
        joined=joined,
        known=known,
        genre_taste=taste,
        tag_taste=rng.normal(0, process.tag_spread, (EVERYBODY, TAG_COUNT)),
        narrator_taste=rng.normal(0, process.narrator_spread, (EVERYBODY, NARRATOR_COUNT)),
        hidden_taste=rng.normal(0, process.hidden_spread, (EVERYBODY, HIDDEN_COUNT)),
    )


def likings(listeners: Listeners, titles: Titles, rows: Ints) -> Matrix:
    """Utilities without the popularity of the titles: shape (rows, titles)."""
    taste = np.column_stack(
        [
            listeners.genre_taste[rows],
            listeners.tag_taste[rows],
            listeners.narrator_taste[rows],
            listeners.hidden_taste[rows],
        ]
    )
    like = np.column_stack(
        [
            np.eye(GENRE_COUNT)[titles.genre],
            titles.tags,
            np.eye(NARRATOR_COUNT)[titles.narrator],
            titles.hidden,
        ]
    )
    return np.asarray(taste.astype(np.float32) @ like.astype(np.float32).T)


def draw_histories(titles: Titles, liking: Matrix, seed: bytes) -> Histories:
    """Choices without repetition, one after the other, by ``liking`` of the KNOWN; a few titles are
    started by accident.

    Adding Gumbel noise to utilities and taking the largest in order draws from the logit without
    replacement (Kool, van Hoof and Welling, 2019, "Stochastic beams and where to find them").
    """
    rng = stream(seed, "histories")
    utility = liking[:, :TITLES] + titles.popularity[:TITLES].astype(np.float32)
    waiting = rng.standard_exponential(utility.shape, dtype=np.float32)
    noisy = utility - np.log(np.maximum(waiting, np.finfo(np.float32).tiny))
    chosen = ranking.best(noisy, MOST_HEARD)
    heard = np.exp(rng.normal(np.log(TYPICAL_HEARD), 0.6, KNOWN))
    heard = np.clip(heard.round(), FEWEST_HEARD, MOST_HEARD)
    listener, place = np.nonzero(np.arange(MOST_HEARD) < heard[:, None])
    title = chosen[listener, place]
    accidental = rng.random(len(title)) < ACCIDENTAL_SHARE
    title = np.where(accidental, rng.integers(TITLES, size=len(title)), title)
    # Who starts by accident what they chose already, or will, has one first listening less.
    _, first = np.unique(listener * TITLES + title, return_index=True)
    first.sort()
    listener, title, accidental = listener[first], title[first], accidental[first]
    return Histories(
        listener=listener,
        title=title,
        accidental=accidental,
        liking=liking[listener, title].astype(float),
    )


def choice_probabilities(liking: Matrix, popularity: Floats, excluded: Flags) -> Matrix:
    """How likely each listener is to choose each title next: shape (listeners, titles).

    ``excluded``, of the same shape: titles that are gone or heard already; their probability is 0.
    """
    utility = np.where(excluded, -np.inf, liking + popularity.astype(np.float32))
    utility -= utility.max(axis=1, keepdims=True)
    np.exp(utility, out=utility)
    return np.asarray(utility / utility.sum(axis=1, keepdims=True))
