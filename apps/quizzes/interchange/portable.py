"""A question on its way between two systems: its texts in Markdown, its numbers filled in."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from apps.curriculum.front_matter import SLUG_LENGTH

SINGLE, MULTIPLE, NUMERIC = "single", "multiple", "numeric"
MATCHING, SHORT_TEXT = "matching", "short-text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option, or a text that is accepted or foreseen as wrong (then plain text)."""

    text: str
    fraction: float  # of the credit that it brings: 1 is right, 0 or less is wrong
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    number: float
    tolerance: float  # absolute
    fraction: float
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    left: str
    right: str  # plain text


@dataclass(frozen=True, slots=True, kw_only=True)
class Portable:
    name: str  # quiz/question, or what another system calls it
    kind: str  # one of those above
    stem: str
    explanation: str = ""
    choices: tuple[Choice, ...] = ()  # of single, multiple and short-text
    values: tuple[Value, ...] = ()  # of numeric, what is right first
    unit: str = ""
    pairs: tuple[Pair, ...] = ()
    extra: tuple[str, ...] = ()  # texts on the right that belong to nothing
    concepts: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)  # where it begins in the file that it came from


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Loss:
    """What a question loses on its way, or that it stays behind."""

    name: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.name}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """The questions of a quiz or of a file, and what is lost of them."""

    title: str = ""
    questions: tuple[Portable, ...]
    losses: tuple[Loss, ...] = ()


def credit(fraction: float) -> str:
    """As a message says it."""
    return f"{fraction * 100:.4g} %"


def shown_name(text: str) -> str:
    """Of a question, short enough for a message."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def slug_of(text: str, *, taken: Collection[str], otherwise: str) -> str:
    """A name that a file may have, and none of those ``taken``."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")
    slug = slug[: SLUG_LENGTH - 4].strip("-") or otherwise
    name, number = slug, 1
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name
