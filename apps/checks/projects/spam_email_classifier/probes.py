"""The files with which one draw is checked, and what the checker knows about them.

Ids are random and rows are shuffled anew in every file, so neither tells anything, and a mail of
one file cannot be found again in another by them.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from apps.checks.asking import Question
from apps.checks.projects.spam_email_classifier import in_house
from apps.checks.projects.spam_email_classifier.disguise import DISGUISES, by_cuts
from apps.checks.projects.spam_email_classifier.export import (
    draw_ids,
    python_random,
    text_of,
    write_csv,
    write_raws,
)
from apps.checks.projects.spam_email_classifier.generator import (
    HELD_OUT_MAILS,
    NO_SENDER,
    Process,
    Sample,
    draw_held_out,
    draw_past,
    draw_process,
    stream,
)
from apps.checks.projects.spam_email_classifier.mail import (
    CHARSETS,
    HTML,
    Form,
    write_mail,
)
from apps.checks.projects.spam_email_classifier.text import Text
from apps.checks.scoring import Floats

LONG_PAST_MAILS = 2
REPEATED_SHARE = 0.02  # of the training mails: again, under another id and time
REPEATED_ROWS = 20  # of a file for predict: the same id again
PAIRS = 300  # mails that are asked about in two forms
SUSPICIOUS = 0.3  # known probability from which on a mail is: half of those are
DISGUISED_SHARE = 0.6  # of the words; of two in a row one stays as it is: a half in all
HIDDEN_WORDS = 8
ORDINARY, EMPTY, HEADERS_ONLY, VERY_LONG = 200, 20, 20, 3  # mails of the question about extremes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draw:
    """All that follows from one seed."""

    seed: bytes
    process: Process
    past: Sample
    model: in_house.InHouseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Mails that ``predict`` is asked about, in the order of ``question.ids``."""

    question: Question
    known: Floats  # probability of spam
    in_house: Floats  # what the checker's own model says
    raws: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The same mails in two forms, all in one file."""

    question: Question  # the first forms, then the second ones, in the same order
    kinds: tuple[str, ...]  # of the second form of each mail, for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """Mails of the main question again, the first ones, among empty and very long ones."""

    question: Question
    ordinary: int  # how many, at the beginning of the ids


@lru_cache(maxsize=2)  # a check has two draws, and asks for the first one again at its end
def make_draw(seed: bytes) -> Draw:
    process = draw_process(seed)
    past = draw_past(process, seed)
    return Draw(seed=seed, process=process, past=past, model=in_house.train(past))


@lru_cache(maxsize=2)
def training_csv(draw: Draw) -> bytes:
    rng = stream(draw.seed, "training file")
    mails, spam = draw.past.mails, draw.past.spam
    raws = write_raws(mails, draw.process, rng, long_mails=LONG_PAST_MAILS)
    short = np.arange(LONG_PAST_MAILS, len(raws))
    rows = np.concatenate(
        [np.arange(len(raws)), rng.choice(short, int(REPEATED_SHARE * len(raws)), replace=False)]
    )
    return write_csv(
        [raws[row] for row in rows], ids=draw_ids(rng, len(rows)), rng=rng, spam=spam[rows]
    )


def main_question(draw: Draw, *, factor: int = 1) -> Asked:
    """``factor``: how many times the usual mails, for a verdict that these leave open."""
    return _usual_question(draw) if factor == 1 else _ask_about(draw, factor)


@lru_cache(maxsize=2)
def _usual_question(draw: Draw) -> Asked:
    return _ask_about(draw, 1)


def _ask_about(draw: Draw, factor: int) -> Asked:
    purpose = f"held-out {factor}"
    sample = draw_held_out(draw.process, draw.seed, purpose, count=factor * HELD_OUT_MAILS)
    rng = stream(draw.seed, f"file of {purpose}")
    raws = write_raws(sample.mails, draw.process, rng)
    return Asked(
        question=_question(raws, rng, repeated=REPEATED_ROWS),
        known=sample.probability,
        in_house=draw.model.probability(sample.mails),
        raws=raws,
    )


def _question(raws: Sequence[bytes], rng: np.random.Generator, *, repeated: int = 0) -> Question:
    ids = draw_ids(rng, len(raws))
    again = range(min(repeated, len(raws)))
    content = write_csv(
        [*raws, *(raws[row] for row in again)], ids=[*ids, *(ids[row] for row in again)], rng=rng
    )
    return Question(content=content, ids=ids)


# The same mails in another form ------------------------------------------------------------------

type Rewrite = Callable[[random.Random, Process, Text], tuple[Text, Form]]


def html_pairs(draw: Draw) -> Pairs:
    return _pairs(draw, "HTML", _HTML)


def disguised_pairs(draw: Draw) -> Pairs:
    """Each mail in one way, for what it is worth to know which one is not read."""
    return _pairs(draw, "disguised", {name: _disguised(name) for name in DISGUISES})


def encoded_pairs(draw: Draw) -> Pairs:
    ways: dict[str, Rewrite] = {name: _encoded(name) for name in CHARSETS}
    return _pairs(draw, "encoded", ways | {"broken base64 or quoted-printable": _broken})


def _link(rng: random.Random) -> str:
    return f"https://{rng.getrandbits(32):x}.example/"


_HTML: dict[str, Rewrite] = {
    "tags, styles and links": lambda rng, _, text: (text, Form(body=HTML, link=_link(rng))),
    "words cut by tags or comments": lambda rng, _, text: (
        text.disguised(rng, [by_cuts], share=DISGUISED_SHARE),
        Form(body=HTML),
    ),
    "hidden text": lambda rng, process, text: (
        text,
        Form(body=HTML, hidden=rng.sample(process.words, HIDDEN_WORDS)),
    ),
    "named letters": lambda _rng, _, text: (text, Form(body=HTML, named_letters=True)),
}


def _disguised(name: str) -> Rewrite:
    return lambda rng, _, text: (
        text.disguised(rng, [DISGUISES[name]], share=DISGUISED_SHARE),
        Form(),
    )


def _encoded(name: str) -> Rewrite:
    transfers = ("8bit", "quoted-printable", "base64")
    return lambda rng, _, text: (
        text,
        Form(charset=CHARSETS[name], transfer=rng.choice(transfers)),
    )


def _broken(rng: random.Random, _process: Process, text: Text) -> tuple[Text, Form]:
    return text, Form(transfer=rng.choice(("quoted-printable", "base64")), broken=True)


def _pairs(draw: Draw, purpose: str, ways: dict[str, Rewrite]) -> Pairs:
    """``PAIRS`` mails as plain UTF-8, and each in one of ``ways``, taken in turn."""
    sample = draw_held_out(draw.process, draw.seed, f"mails {purpose}", count=4_000)
    suspicious = np.flatnonzero(sample.probability >= SUSPICIOUS)[: PAIRS // 2]
    others = np.flatnonzero(sample.probability < SUSPICIOUS)[: PAIRS - len(suspicious)]
    numbers = stream(draw.seed, f"file of {purpose}")
    rng = python_random(numbers)
    names = list(ways)
    before, after, kinds = [], [], []
    for place, row in enumerate((*suspicious, *others)):
        kind = names[place % len(names)]
        text = text_of(rng, draw.process, sample.mails, int(row))
        before.append(write_mail(rng, text, Form()))
        after.append(write_mail(rng, *ways[kind](rng, draw.process, text)))
        kinds.append(kind)
    return Pairs(question=_question([*before, *after], numbers), kinds=tuple(kinds))


def extreme_question(draw: Draw, main: Asked) -> Extremes:
    rng = stream(draw.seed, "file of extremes")
    count = EMPTY + HEADERS_ONLY + VERY_LONG
    mails = draw_held_out(draw.process, draw.seed, "extreme mails", count=count).mails
    mails.words[: EMPTY + HEADERS_ONLY] = False
    mails.domain[:EMPTY] = NO_SENDER
    extreme = write_raws(mails, draw.process, rng, long_mails=VERY_LONG)
    ordinary = main.raws[:ORDINARY]
    return Extremes(question=_question([*ordinary, *extreme], rng), ordinary=len(ordinary))
