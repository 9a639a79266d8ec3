"""What a mail says, as people read it, before anybody decides how to send it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from apps.checks.projects.spam_email_classifier.disguise import Disguise
from apps.checks.projects.spam_email_classifier.words import FIRST_NAMES, LAST_NAMES, SMALL_WORDS

LINE = 8  # words, about
# Stand alone. The first three, a dash among them, are in Windows-1252 and not in Latin-1.
_BETWEEN = ("\u2013", "…", "€", "&", "/", "-")


def pick[T](rng: random.Random, options: Sequence[T]) -> T:
    """One of them, in a third of the time of ``rng.choice``: a check asks for half a million."""
    return options[int(rng.random() * len(options))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A mail without its form. ``lines`` hold tokens; a blank stands between two."""

    sender: str  # the name
    address: str  # empty: no From
    to: str
    subject: str
    lines: tuple[tuple[str, ...], ...]
    words: frozenset[str]  # those tokens that may be disguised

    def disguised(self, rng: random.Random, ways: Sequence[Disguise], *, share: float) -> Self:
        """That share of the words of the body, never two beside each other."""
        lines, before = [], False
        for line in self.lines:
            tokens = []
            for token in line:
                now = token in self.words and not before and rng.random() < share
                tokens.append(pick(rng, ways)(rng, token) if now else token)
                before = now
            lines.append(tuple(tokens))
        return replace(self, lines=tuple(lines))


def write_text(rng: random.Random, words: Sequence[str], *, domain: str, own_domain: str) -> Text:
    """A mail with exactly these ``words``, most of them once, in any order.

    ``domain``: of the sender; empty: the mail names none.
    """
    words = list(words)
    rng.shuffle(words)
    first, last = pick(rng, FIRST_NAMES), pick(rng, LAST_NAMES)
    reader = pick(rng, FIRST_NAMES)
    in_subject = rng.randint(1, 3) if rng.random() < 0.95 else 0
    subject = words[:in_subject]
    body = words[in_subject:]
    if words and rng.random() < 0.5:
        body.append(pick(rng, words))  # once more, which changes nothing
    return Text(
        sender=f"{first} {last}",
        address=f"{first}.{last}@{domain}".lower() if domain else "",
        to=f"{reader}.{pick(rng, LAST_NAMES)}@{own_domain}".lower(),
        subject=_between(rng, subject),
        lines=(
            (pick(rng, ("Dear", "Hello", "Good day")), f"{reader},"),
            *_lines(rng, body),
            ("Regards,", first),
        ),
        words=frozenset(words),
    )


def _between(rng: random.Random, words: Sequence[str]) -> str:
    text = f" {pick(rng, SMALL_WORDS)} ".join(words)
    return text.capitalize() if rng.random() < 0.5 else text


def _lines(rng: random.Random, words: Sequence[str]) -> list[tuple[str, ...]]:
    """The words with small ones, numbers and signs between them."""
    tokens: list[str] = []
    for word in words:
        luck = rng.random()
        if luck < 0.3:
            tokens.append(pick(rng, SMALL_WORDS))
        elif luck < 0.4:
            tokens.append(str(10 + int(rng.random() * 9_990)))
        elif luck < 0.5:
            tokens.append(pick(rng, _BETWEEN))
        tokens.append(word)
    return [tuple(tokens[start : start + LINE]) for start in range(0, len(tokens), LINE)]


def quoted_mail(rng: random.Random, vocabulary: Sequence[str]) -> tuple[str, ...]:
    """Lines of an earlier mail, which say nothing about this one."""
    words = rng.sample(vocabulary, rng.randint(4, 12))
    name = f"{pick(rng, FIRST_NAMES)} {pick(rng, LAST_NAMES)}"
    return (
        f"> {name}:",
        *(f"> {' '.join(words[n : n + LINE])}" for n in range(0, len(words), LINE)),
    )
