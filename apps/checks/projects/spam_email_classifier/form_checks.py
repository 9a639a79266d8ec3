"""The checks on the form of a mail: what is said must not depend on how it is written down."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apps.checks.percent import compared, percent
from apps.checks.project import CheckSpec
from apps.checks.projects.spam_email_classifier.checks import (
    EXTREME_MAILS,
    HTML_MAIL,
    OBFUSCATED_WORDS,
    OTHER_ENCODINGS,
)
from apps.checks.projects.spam_email_classifier.probes import (
    EMPTY,
    HEADERS_ONLY,
    VERY_LONG,
    Draw,
    Extremes,
    Pairs,
    disguised_pairs,
    encoded_pairs,
    html_pairs,
)
from apps.checks.results import JSON, Chart, Test
from apps.checks.scoring import Floats
from apps.checks.verdicts import failed, passed

OTHERS_MOVE_AT_MOST = 0.0001  # by empty and very long mails in the same file
# Of the picture of movements: each bar reaches from the step before to its own.
_STEPS = (OTHERS_MOVE_AT_MOST, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

type MakePairs = Callable[[Draw], Pairs]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCheck:
    """That mails keep their probability in another form."""

    spec: CheckSpec
    make: MakePairs
    within: float  # of the probability
    share: float  # of the mails that must stay within it
    told: str  # what was done to the mails
    matters: str  # what it costs who does not read them
    hints: dict[str, str]  # by kind of the other form; "" for the rest


_HTML = FormCheck(
    spec=HTML_MAIL,
    make=html_pairs,
    within=0.05,
    share=0.95,
    told="plain and as HTML with the same text",
    matters="Half of the mail that the firm receives may be HTML, and whoever sends spam can "
    "choose the tags.",
    hints={
        "words cut by tags or comments": "Remove comments and tags that stand inside a line "
        "without putting a blank in their place; only paragraphs and line breaks separate words.",
        "hidden text": "Leave out what nobody sees on the white page: text in white, and text of "
        "the size 0.",
        "named letters": "Turn named letters such as &eacute; into letters, with html.unescape, "
        "after the tags are gone.",
        "": "Remove styles, comments, tags and addresses of links before you look for words.",
    },
)
_DISGUISED = FormCheck(
    spec=OBFUSCATED_WORDS,
    make=disguised_pairs,
    within=0.2,
    share=0.85,
    told="as they are and with half of their words disguised",
    matters="A spam mail with two changed letters would walk through, at no cost for its sender.",
    hints={
        "digits or signs for letters": "Translate the signs of the data dictionary into letters "
        "in each word that has a letter and a sign.",
        "letters pulled apart": "Join single letters with one blank or one point between all of "
        "them into a word, before you split the text.",
        "Cyrillic letters": "Translate the seven Cyrillic letters of the data dictionary with "
        "str.translate.",
        "signs without width": "Remove U+200B before you look for words.",
        "": "Normalise the text first, with one rule for each form in the data dictionary.",
    },
)
_ENCODED = FormCheck(
    spec=OTHER_ENCODINGS,
    make=encoded_pairs,
    within=0.05,
    share=0.95,
    told="in UTF-8 and in another character set or transfer encoding",
    matters="Customers write from machines of every age, and a mail that is not read is judged by "
    "chance.",
    hints={
        "UTF-16": "Decode UTF-16 where it is declared; its bytes look like nothing else.",
        "broken base64 or quoted-printable": "Let get_payload(decode=True) of Python's email "
        "decode what it can, and never drop a mail because of an error in it.",
        "": "Decode as UTF-8 if the bytes are valid UTF-8, and as Windows-1252 if not, whatever "
        "is declared or missing; only UTF-16 needs its declaration.",
    },
)
FORMS = (_HTML, _DISGUISED, _ENCODED)


def judge_form(check: FormCheck, pairs: Pairs, probability: Floats) -> Test:
    """``probability``: in the order of the ids, the first forms and then the second ones."""
    moved = movements(probability)
    kept = moved <= check.within
    share, kinds = float(kept.mean()), np.array(pairs.kinds)
    by_kind = {str(kind): float(kept[kinds == kind].mean()) for kind in np.unique(kinds)}
    worst = min(by_kind, key=lambda kind: by_kind[kind])
    evidence: dict[str, JSON] = {
        "mails": len(moved),
        "share_kept": round(share, 4),
        "needed": check.share,
        "within": check.within,
        "largest_move": round(float(moved.max()), 4),
        "share_kept_by_kind": {kind: round(value, 4) for kind, value in by_kind.items()},
    }
    told, needed = compared(share, check.share)
    output = (
        f"{len(moved)} mails, {check.told}: {told} of them keep their probability within "
        f"{check.within:g}; needed: {needed}."
    )
    if share >= check.share:
        return passed(check.spec, output, evidence=evidence)
    return failed(
        check.spec,
        f"{output} Of those with {worst}, {percent(by_kind[worst])} do. {check.matters}",
        hint=check.hints.get(worst, check.hints[""]),
        evidence=evidence,
    )


def movements(probability: Floats) -> Floats:
    """How far each mail moves between its forms: shape (mails,), from the answers to ``Pairs``."""
    before, after = np.split(probability, 2)
    return np.asarray(np.abs(after - before))


def neighbours(extremes: Extremes, before: Floats, probability: Floats) -> Floats:
    """How far the ordinary mails move among empty and very long ones: shape (mails,).

    ``before``: of the same mails in the main question; ``probability``: of all of this one.
    """
    return np.asarray(np.abs(probability[: extremes.ordinary] - before[: extremes.ordinary]))


def judge_extremes(extremes: Extremes, moved: Floats) -> Test:
    """``moved``: of ``neighbours``."""
    changed = int((moved > OTHERS_MOVE_AT_MOST).sum())
    evidence: dict[str, JSON] = {
        "empty": EMPTY,
        "headers_only": HEADERS_ONLY,
        "very_long": VERY_LONG,
        "others": extremes.ordinary,
        "others_that_move": changed,
        "largest_move": round(float(moved.max()), 6),
    }
    output = (
        f"{EMPTY} mails of no bytes, {HEADERS_ONLY} without a body and {VERY_LONG} of 1 MB stood "
        f"among {extremes.ordinary} others, all of which got an answer. Of the others, {changed} "
        f"move by more than {OTHERS_MOVE_AT_MOST:g}."
    )
    if not changed:
        return passed(EXTREME_MAILS, output, evidence=evidence)
    return failed(
        EXTREME_MAILS,
        f"{output} A single mail from outside would then decide about the mail of customers.",
        hint="Let a probability depend on its own mail only: what you scale by, fill in or count "
        "over many mails belongs into train, and predict reads it from the model.",
        evidence=evidence,
    )


def movement_chart(spec: CheckSpec, moved: Floats, *, within: float, share: float = 1.0) -> Chart:
    """``moved``: of each mail; that share of them must stay ``within``."""
    counts, _ = np.histogram(moved, (0.0, *_STEPS))
    return Chart(
        name=spec.name,
        kind="bar",
        title="How far the probability of a mail moves",
        summary=f"{percent(float((moved <= within).mean()))} of the mails stay within {within:g}; "
        f"{percent(share)} must.",
        x_label="change of the probability",
        y_label="mails whose probability moves by",
        test=spec.name,
        labels=tuple(
            f"up to {step:g}{', as allowed' if step <= within else ''}" for step in _STEPS
        ),
        values=tuple(counts.tolist()),
    )
