"""Words written to deceive, in every form that the data dictionary names for plain text."""

import random
from collections.abc import Callable

SIGNS = {"a": "@4", "e": "€3", "i": "1", "o": "0", "s": "$5", "t": "7"}
# Cyrillic letters that look like Latin ones.
LOOK_ALIKE = dict(zip("aceopxy", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443", strict=True))
NO_WIDTH = "\u200b"
CUT = "\0"  # where HTML cuts a word; plain text leaves it out

type Disguise = Callable[[random.Random, str], str]


def _some(rng: random.Random, places: list[int], most: int) -> set[int]:
    return set(rng.sample(places, min(len(places), rng.randint(1, most))))


def by_signs(rng: random.Random, word: str) -> str:
    """One or two letters become digits or signs; the word as it is where none can."""
    chosen = _some(rng, [place for place, c in enumerate(word) if c in SIGNS], 2)
    return "".join(rng.choice(SIGNS[c]) if n in chosen else c for n, c in enumerate(word))


def by_look_alikes(rng: random.Random, word: str) -> str:
    """One to three letters become Cyrillic; the word as it is where none can."""
    chosen = _some(rng, [place for place, c in enumerate(word) if c in LOOK_ALIKE], 3)
    return "".join(LOOK_ALIKE[c] if n in chosen else c for n, c in enumerate(word))


def pulled_apart(rng: random.Random, word: str) -> str:
    return rng.choice(" .").join(word)


def by_no_width(rng: random.Random, word: str) -> str:
    return _split(rng, word, NO_WIDTH)


def by_cuts(rng: random.Random, word: str) -> str:
    return _split(rng, word, CUT)


def _split(rng: random.Random, word: str, sign: str) -> str:
    place = rng.randint(1, len(word) - 1)
    return f"{word[:place]}{sign}{word[place:]}"


DISGUISES: dict[str, Disguise] = {
    "digits or signs for letters": by_signs,
    "letters pulled apart": pulled_apart,
    "Cyrillic letters": by_look_alikes,
    "signs without width": by_no_width,
}
