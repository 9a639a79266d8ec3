"""A word or a few, compared with the texts that are accepted."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.curriculum.front_matter import lines_of, one_line
from apps.quizzes.kinds.kind import (
    Asked,
    Case,
    Drawn,
    Facts,
    Kind,
    Marked,
    NotMarked,
    Response,
    Wrong,
)
from apps.quizzes.kinds.mistaken import judge_names, mistaken_check
from apps.quizzes.plain_text import text_of

INPUT = "text"
LONGEST = 80  # characters
MOST = 12  # texts that are accepted
# The acute accent is typed for an apostrophe; in NFKC it would become a space with an accent.
_ACUTE = "\u00b4"
_QUOTES = re.compile("[\"'`\u2018-\u201f\u00ab\u00bb\u2039\u203a]")
# Hyphens, dashes and underscores, but neither a minus sign nor the dashes of an option: --force.
_JOINTS = re.compile(r"(?<=[^\W_])[-\u2010-\u2014_]+(?=[^\W_])")
_TRAILING = " .,;:!?"
_ARTICLE = re.compile(r"(?:an?|the) (?=.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    text: str  # what the learner wrote
    longest: int
    state: str = ""  # after marking: passed or failed
    word: str = ""
    right: str = ""


def normalised(text: str) -> str:
    """What of a text is compared. Two spellings of one answer are the same here."""
    text = unicodedata.normalize("NFKC", text.replace(_ACUTE, "'"))
    # Folding the case can take a text apart again.
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _JOINTS.sub(" ", _QUOTES.sub("", text))
    text = " ".join(text.split()).rstrip(_TRAILING)
    return _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    answers, mistaken = facts["answers"], facts["mistaken"]
    yield from _same_or_nothing(answers)
    yield from judge_names(mistaken.keys(), known=facts["misconceptions"])
    yield from _wrong_mistaken(mistaken, answers=answers)
    stems = {normalised(text_of(case.stem)) for case in cases}
    for text in answers:
        if any(_stands_in(stem, normalised(text)) for stem in stems):
            yield "answers", f"{text!r} stands in the question. Ask without it."


def _same_or_nothing(answers: Sequence[str]) -> Iterator[Wrong]:
    seen: dict[str, str] = {}
    for text in answers:
        normal = normalised(text)
        if not normal:
            yield "answers", f"Nothing of {text!r} is compared. Write a word."
        elif normal in seen:
            yield "answers", f"{text!r} is read as {seen[normal]!r} is. Take one of them out."
        seen.setdefault(normal, text)


def _wrong_mistaken(
    mistaken: Mapping[str, Sequence[str]], *, answers: Sequence[str]
) -> Iterator[Wrong]:
    accepted = {normalised(text): text for text in answers}
    seen: dict[str, str] = {}
    for name, text in _texts(mistaken):
        normal = normalised(text)
        if not normal:
            yield "mistaken", f"Nothing of {text!r} is compared. Write a word."
        elif normal in accepted:
            right = accepted[normal]
            yield "mistaken", f"{text!r} of {name} is read as the accepted {right!r} is. Choose."
        elif seen.setdefault(normal, name) != name:
            yield "mistaken", f"{text!r} belongs to {seen[normal]} and to {name}. Choose one."


def _texts(mistaken: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, texts in mistaken.items() for text in texts)


def _stands_in(stem: str, answer: str) -> bool:
    """As words of its own."""
    return bool(answer) and re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", stem) is not None


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    text = _given(response)
    if len(text) > LONGEST:
        raise NotMarked(f"Write at most {LONGEST} characters.", input=INPUT)
    given = normalised(text)
    if not given:
        raise NotMarked("Write your answer: one word, or a few.", input=INPUT)
    if _is_accepted(given, facts):
        return Marked(correct=True)
    believed = (name for name, one in _texts(facts["mistaken"]) if normalised(one) == given)
    return Marked(correct=False, misconceptions=tuple(believed)[:1])


def _given(response: Response) -> str:
    return [*response.get(INPUT, ()), ""][0].strip()


def _is_accepted(given: str, facts: Facts) -> bool:
    return any(normalised(text) == given for text in facts["answers"])


def right(drawn: Drawn, facts: Facts) -> Response:
    return {INPUT: [facts["answers"][0]]}


def show(asked: Asked) -> TextView:
    text = _given(asked.response)
    if not asked.marked:
        return TextView(text=text, longest=LONGEST)
    good = _is_accepted(normalised(text), asked.facts)
    return TextView(
        text=text,
        longest=LONGEST,
        state="passed" if good else "failed",
        word="right" if good else "not right",
        right=asked.facts["answers"][0],
    )


SHORT_TEXT = Kind(
    name="short-text",
    template="quizzes/kinds/short_text.html",
    inputs=(INPUT,),
    facts={
        "answers": lines_of(LONGEST, fewest=1, most=MOST),
        "mistaken": mistaken_check(one_line(LONGEST)),
    },
    may_lack={"mistaken": {}},
    needs_answer=False,
    judge=judge,
    mark=mark,
    right=right,
    show=show,
)
