"""Writes the tables the way the service's systems leave them. All forms are in the data dictionary,
and everything but a missing value can be read back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from apps.checks.messy_csv import (
    MISSING,
    TYPED,
    WriteCell,
    column,
    day,
    name_of,
    number,
    one_of,
    repeat,
    write_lines,
)
from apps.checks.projects.recommendation_system.events import DAY_S, EPOCH, Events
from apps.checks.projects.recommendation_system.generator import (
    AGES,
    DEVICES,
    Flags,
    Ints,
    Listeners,
    Process,
    Titles,
)
from apps.checks.scoring import Floats

ITEM_COLUMNS = (
    "item_id", "title", "genre", "tags", "narrator", "length_min", "published_on", "description",
    "replaces",
)  # fmt: skip
USER_COLUMNS = ("user_id", "joined_on", "age_band", "favourites", "device")
EVENT_COLUMNS = ("user_id", "item_id", "started_at", "minutes")
MOST_ISSUES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How often a cell is written otherwise than in the tidy way; shares from 0 to 1."""

    words: float
    narrators: float
    lengths: float
    minutes: float
    zones: float  # times that stand in the zone of the listener
    repeated: float  # rows of items and users that appear a second time, written anew


def draw_writing(rng: np.random.Generator) -> Writing:
    return Writing(
        words=rng.uniform(0.2, 0.4),
        narrators=rng.uniform(0.2, 0.4),
        lengths=rng.uniform(0.2, 0.4),
        minutes=rng.uniform(0.1, 0.3),
        zones=rng.uniform(0.2, 0.4),
        repeated=rng.uniform(0.01, 0.03),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issues:
    """Under which ids each title was sold, the oldest first: shape (titles, MOST_ISSUES)."""

    ids: Ints  # numbers of the ids
    count: Ints  # of ids that a title has had up to today, 1 to MOST_ISSUES
    before: Ints  # of them before today: the training data have these; 0 of a new title
    since: Ints  # ordinals: first day under each id

    def current(self) -> Ints:
        """The ids of today: shape (titles,)."""
        return self.ids[np.arange(len(self.ids)), self.count - 1]


def draw_issues(process: Process, titles: Titles, rng: np.random.Generator) -> Issues:
    total = len(titles.genre)
    count = 1 + rng.choice(MOST_ISSUES, total, p=[0.92, 0.06, 0.02])
    count = np.where(titles.new | titles.withdrawn, 1, count)
    today = (count > 1) & (rng.random(total) < 0.4)  # the last id is of this week
    since = process.first_day + np.sort(rng.integers(60, 330, (total, MOST_ISSUES)), axis=1)
    since[:, 0] = titles.published
    since[today, count[today] - 1] = process.last_day
    numbers = rng.choice(90_000, (total, MOST_ISSUES), replace=False) + 10_000
    before = np.where(titles.new, 0, count - today)
    return Issues(ids=numbers, count=count, before=before, since=since)


def item_id(numbers: Ints) -> list[str]:
    return [f"T-{value:05d}" for value in numbers.tolist()]


def draw_user_ids(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Distinct identifiers that say nothing about a listener."""
    return tuple(f"U-{value}" for value in rng.choice(90_000, count, replace=False) + 10_000)


# interactions.csv --------------------------------------------------------------------------------


def write_events(
    events: Events,
    *,
    user_ids: Sequence[str],
    issues: Issues,
    writing: Writing,
    rng: np.random.Generator,
) -> bytes:
    """In a random order. Written in columns, since these are most of a service's rows."""
    rows = len(events.listener)
    days = EPOCH + events.moment // DAY_S
    since, before = issues.since[events.title], issues.before[events.title]
    issue = ((since[:, 1:] <= days[:, None]) & (np.arange(1, MOST_ISSUES) < before[:, None])).sum(
        axis=1
    )
    names = np.array(user_ids)[events.listener]
    items = item_id(issues.ids[events.title, issue])
    zone = np.where(rng.random(rows) < writing.zones, rng.integers(1, 4, rows), 0)
    zone += (zone > 0) & events.sent_twice
    minutes = _minutes(events.minutes, writing=writing, rng=rng)
    lines = [
        ",".join(cells)
        for cells in zip(names.tolist(), items, _times(events.moment, zone), minutes, strict=True)
    ]
    order = rng.permutation(rows)
    return "\n".join([",".join(EVENT_COLUMNS), *(lines[row] for row in order), ""]).encode()


def _times(moments: Ints, zone: Ints) -> list[str]:
    """``moments``: seconds since 1970; ``zone``: hours east of Greenwich, 0 for the tidy form."""
    local = np.datetime_as_string((moments + 3_600 * zone).astype("datetime64[s]"))
    signs = ("Z", *(f"+{hours:02d}:00" for hours in range(1, 6)))
    return [
        f"{time}{signs[hours]}" for time, hours in zip(local.tolist(), zone.tolist(), strict=True)
    ]


def _minutes(values: Floats, *, writing: Writing, rng: np.random.Generator) -> list[str]:
    comma = rng.random(len(values)) < writing.minutes
    style = rng.random(len(values))
    cells = [f"{value:g}" for value in values.tolist()]
    for row in np.flatnonzero(comma & (values % 1 != 0)).tolist():
        cells[row] = '"' + cells[row].replace(".", ",") + '"'
    for row in np.flatnonzero(np.isnan(values)).tolist():
        cells[row] = one_of(MISSING, style[row])
    return cells


# items.csv ---------------------------------------------------------------------------------------


def write_items(
    titles: Titles,
    *,
    process: Process,
    issues: Issues,
    today: bool,
    writing: Writing,
    rng: np.random.Generator,
) -> bytes:
    """``today``: the catalogue on offer, else all that was described before, each former id in a
    row of its own."""
    if today:
        title = np.flatnonzero(titles.offered)
        issue = issues.count[title] - 1
    else:
        described = np.where(titles.withdrawn, 0, issues.before)
        title, issue = np.nonzero(np.arange(MOST_ISSUES) < described[:, None])
    order = rng.permutation(repeat(len(title), share=writing.repeated, rng=rng))
    title, issue = title[order], issue[order]
    former = item_id(issues.ids[title, np.maximum(issue - 1, 0)])
    columns = [
        item_id(issues.ids[title, issue]),
        [_title_name(number) for number in title.tolist()],
        _written(titles.genre, titles.known["genre"], title, name_of(process.genres, WORDS),
                 share=writing.words, rng=rng),
        _several(titles.tags[title], process.tags, titles.known["tags"][title],
                 share=writing.words, rng=rng),
        _written(titles.narrator, titles.known["narrator"], title, _narrator(process.narrators),
                 share=writing.narrators, rng=rng),
        _written(titles.length, titles.known["length"], title, _length, share=writing.lengths,
                 rng=rng),
        column(issues.since[title, issue].astype(float), day, share=0.0, rng=rng),
        [_description(titles, process, row, style=rng.random()) for row in title.tolist()],
        [old if number else "" for old, number in zip(former, issue.tolist(), strict=True)],
    ]  # fmt: skip
    return write_lines(ITEM_COLUMNS, columns, latin_1=0.0, rng=rng)


def _written(
    values: Ints | Floats,
    known: Flags,
    rows: Ints,
    write: WriteCell,
    *,
    share: float,
    rng: np.random.Generator,
) -> list[str]:
    cells = np.where(known, values, np.nan)[rows]
    return column(cells, write, share=share, rng=rng)


_ADJECTIVES = ("Quiet", "Last", "Golden", "Hidden", "Broken", "Long", "Second", "Silver", "Early",
               "Patient", "Borrowed", "Northern", "Wild", "Paper", "Distant")  # fmt: skip
_NOUNS = ("River", "Winter", "Promise", "House", "Signal", "Garden", "Road", "Letter", "Island",
          "Shadow", "Orchard", "Answer", "Window", "Season", "Bridge", "Map")  # fmt: skip


def _title_name(title: int) -> str:
    """From the number alone: it says nothing of what the title is like."""
    adjective, noun = title % len(_ADJECTIVES), title // len(_ADJECTIVES) % len(_NOUNS)
    volume = title // (len(_ADJECTIVES) * len(_NOUNS))
    return f"The {_ADJECTIVES[adjective]} {_NOUNS[noun]}" + (f" {volume + 1}" if volume else "")


WORDS: tuple[Callable[[str], str], ...] = (
    *TYPED,
    str.lower,
    lambda name: name.replace(" ", "-"),
)


def _several(
    chosen: Flags,
    names: Sequence[str],
    known: Flags,
    *,
    share: float,
    rng: np.random.Generator,
) -> list[str]:
    """Words with ";" between them, in a random order."""
    cells = []
    for flags, recorded in zip(chosen, known.tolist(), strict=True):
        if not recorded:
            cells.append(one_of(MISSING, rng.random()))
            continue
        words = [names[number] for number in rng.permutation(np.flatnonzero(flags)).tolist()]
        otherwise = rng.random(len(words)) < share
        cells.append(
            ";".join(
                one_of(WORDS, rng.random())(word) if other else word
                for word, other in zip(words, otherwise, strict=True)
            )
        )
    return cells


def _narrator(names: Sequence[str]) -> WriteCell:
    def reversed_name(name: str) -> str:
        first, last = name.split()
        return f"{last}, {first}"

    return name_of(names, (reversed_name, str.upper))


def _length(minutes: float, otherwise: bool, style: float) -> str:
    if not otherwise:
        return number(minutes, otherwise, style)
    hours, rest = divmod(int(minutes), 60)
    return f"{hours} h {rest} min"


_OPENINGS = (
    "A book about {about}, told without hurry.",
    "This one is about {about}, and hard to put down.",
    "For everybody who likes {about}.",
)


def _description(titles: Titles, process: Process, title: int, *, style: float) -> str:
    if not titles.known["description"][title]:
        return ""
    tags = [process.tags[number] for number in np.flatnonzero(titles.tags[title]).tolist()]
    genre = process.genres[titles.genre[title]].lower()
    about = " and ".join(tags) or genre
    narrator = process.narrators[titles.narrator[title]]
    return (
        f"{one_of(_OPENINGS, style).format(about=about)} {genre.capitalize()}, read by {narrator}."
    )


# users.csv ---------------------------------------------------------------------------------------


def write_users(
    listeners: Listeners,
    rows: Ints,
    *,
    user_ids: Sequence[str],
    process: Process,
    writing: Writing,
    rng: np.random.Generator,
) -> bytes:
    """The sign-up forms of these ``rows``, in a random order."""
    rows = rng.permutation(rows[repeat(len(rows), share=writing.repeated, rng=rng)])
    known = listeners.known
    columns = [
        [user_ids[row] for row in rows.tolist()],
        column(listeners.joined[rows].astype(float), day, share=0.0, rng=rng),
        _written(listeners.age, known["age"], rows, name_of(AGES, ()), share=0.0, rng=rng),
        _several(listeners.favourites[rows], process.genres, known["favourites"][rows],
                 share=writing.words, rng=rng),
        _written(listeners.device, known["device"], rows, name_of(DEVICES, ()), share=0.0, rng=rng),
    ]  # fmt: skip
    return write_lines(USER_COLUMNS, columns, latin_1=0.0, rng=rng)
