"""Writes mails the way a firm's server kept them: raw mails in all their forms, as rows of CSV."""

import binascii
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np

from apps.checks.projects.spam_email_classifier.disguise import DISGUISES, by_cuts
from apps.checks.projects.spam_email_classifier.generator import (
    NO_SENDER,
    Flags,
    Mails,
    Process,
)
from apps.checks.projects.spam_email_classifier.mail import (
    BOTH,
    CHARSETS,
    HTML,
    PLAIN,
    UTF_8,
    Form,
    write_headers,
    write_mail,
)
from apps.checks.projects.spam_email_classifier.text import Text, quoted_mail, write_text

LONG_MAIL = 1_000_000  # bytes before base64, at most
COLUMNS = ("id", "received_at", "raw")
SPAM, HAM = "spam", "ham"
CUTOVER = datetime(2025, 9, 1, tzinfo=UTC)  # training mails before it, mails to predict after
PAST_SECONDS, LATER_SECONDS = 180 * 86_400, 28 * 86_400

# How often each stands in a mail, in percent; added up, as random.choices is quickest with.
_CHARSETS = tuple(CHARSETS.values())
_CHARSET_WEIGHTS = tuple(accumulate((52, 14, 14, 4, 4, 4, 2, 2, 2, 2)))
_TRANSFERS = ("8bit", "7bit", "quoted-printable", "base64")
_TRANSFER_WEIGHTS = tuple(accumulate((40, 10, 30, 20)))
_ENDS = (("\n", "\n"), ("\r\n", "\r\n"), ("\r\n", "\n"))
_END_WEIGHTS = tuple(accumulate((45, 45, 10)))
_BOTH_SHARE = 0.35  # of those with HTML
_DISGUISED_WORDS = 0.3  # of the body of a mail that has any


def python_random(rng: np.random.Generator) -> random.Random:
    """For single choices, which NumPy makes slowly."""
    return random.Random(int(rng.integers(2**63)))  # noqa: S311 - no secret comes of it


def text_of(rng: random.Random, process: Process, mails: Mails, row: int) -> Text:
    domain = int(mails.domain[row])
    return write_text(
        rng,
        [process.words[number] for number in np.flatnonzero(mails.words[row])],
        domain="" if domain == NO_SENDER else process.domains[domain],
        own_domain=process.own_domain,
    )


def write_raws(
    mails: Mails, process: Process, rng: np.random.Generator, *, long_mails: int = 0
) -> list[bytes]:
    """One raw mail for each row. The first ``long_mails`` of those with words are very long."""
    chance = python_random(rng)
    raws = []
    for row, empty in enumerate((~mails.words.any(axis=1)).tolist()):
        if empty and mails.domain[row] == NO_SENDER:
            raws.append(b"")
            continue
        text = text_of(chance, process, mails, row)
        if empty:
            raws.append(write_headers(text, Form()))
            continue
        text, form = _draw_form(chance, process, text, pushy=bool(mails.pushy[row]))
        if long_mails:
            form, long_mails = _very_long(chance, form), long_mails - 1
        raws.append(write_mail(chance, text, form))
    return raws


def _very_long(rng: random.Random, form: Form) -> Form:
    """Numbers, which say nothing, below the text: as many as LONG_MAIL has room for."""
    padding = "\n".join(f"{rng.randrange(10**9):09d} " * 6 for _ in range(16_000))
    body = HTML if form.body == BOTH else form.body
    return replace(form, body=body, charset=UTF_8, transfer="8bit", broken=False, padding=padding)


def _draw_form(
    rng: random.Random, process: Process, text: Text, *, pushy: bool
) -> tuple[Text, Form]:
    """The text, perhaps disguised, and a form for it, as often as in this firm."""
    body = PLAIN
    if rng.random() < process.html[pushy]:
        body = BOTH if rng.random() < _BOTH_SHARE else HTML
    if rng.random() < process.disguised[pushy]:
        ways = [*DISGUISES.values(), *([] if body == PLAIN else [by_cuts])]
        text = text.disguised(rng, ways, share=_DISGUISED_WORDS)
    hides = body != PLAIN and rng.random() < process.hidden[pushy]
    (charset,) = rng.choices(_CHARSETS, cum_weights=_CHARSET_WEIGHTS)
    (transfer,) = rng.choices(_TRANSFERS, cum_weights=_TRANSFER_WEIGHTS)
    ((headers_end, body_end),) = rng.choices(_ENDS, cum_weights=_END_WEIGHTS)
    form = Form(
        body=body,
        charset=charset,
        transfer=transfer,
        headers_end=headers_end,
        body_end=body_end,
        broken=rng.random() < 0.02,
        date=_date(rng) if rng.random() < 0.9 else "",
        attachment=rng.randbytes(rng.randint(60, 300)) if rng.random() < 0.04 else b"",
        quoted=quoted_mail(rng, process.words) if rng.random() < 0.1 else (),
        link=f"https://{rng.choice(process.words)}.example/{rng.getrandbits(32):x}"
        if rng.random() < 0.2 and body != PLAIN
        else "",
        named_letters=rng.random() < 0.3,
        hidden=rng.sample(process.words, 5) if hides else (),
    )
    return text, form


def _date(rng: random.Random) -> str:
    """What the sender's machine believed: any day of two years."""
    when = CUTOVER + timedelta(seconds=rng.randint(-365 * 86_400, 365 * 86_400))
    return f"{when:%a, %d %b %Y %H:%M:%S} +0000"


def draw_ids(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Distinct identifiers that say nothing about a mail."""
    return tuple(f"M-{n:07d}" for n in rng.choice(10_000_000, count, replace=False))


def write_csv(
    raws: Sequence[bytes],
    *,
    ids: Sequence[str],
    rng: np.random.Generator,
    spam: Flags | None = None,
) -> bytes:
    """One line for each mail, in the order in which they came in. With ``spam``: training data."""
    start, seconds = (
        (CUTOVER, LATER_SECONDS)
        if spam is None
        else (CUTOVER - timedelta(seconds=PAST_SECONDS), PAST_SECONDS)
    )
    times = np.sort(rng.integers(seconds, size=len(raws)))
    lines = [",".join(COLUMNS if spam is None else (*COLUMNS, "label"))]
    for place, row in enumerate(rng.permutation(len(raws)).tolist()):
        when = start + timedelta(seconds=int(times[place]))
        cell = binascii.b2a_base64(raws[row], newline=False).decode()
        line = f"{ids[row]},{when:%Y-%m-%dT%H:%M:%SZ},{cell}"
        lines.append(line if spam is None else f"{line},{SPAM if spam[row] else HAM}")
    return "\n".join([*lines, ""]).encode()
