"""What the page of a question shows: plain data for the template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.accounts.templatetags.icons import icon
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Asked, NotMarked, Response
from apps.quizzes.placeholders import filler
from apps.quizzes.queries import AskedQuestion

# State (its icon and tone) and word of a mark.
MARKS = {True: ("passed", "Right"), False: ("failed", "Not right"), None: ("waiting", "Open")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkView:
    number: int
    state: str
    word: str
    icon: str  # HTML
    url: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    state: str
    word: str
    beliefs: tuple[str, ...]  # HTML of what the learner seems to believe
    explanation: str  # HTML
    next_url: str
    next_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage:
    asked: AskedQuestion
    marks: tuple[MarkView, ...]
    url: str
    stem: str  # HTML
    template: str  # of the question's kind
    input: Any  # what that template shows
    has_formulas: bool
    error: str
    wrong_input: str  # the one that the error is about
    verdict: Verdict | None  # before marking, nothing on the page gives the answer away


def question_page(
    asked: AskedQuestion, *, response: Response | None = None, error: NotMarked | None = None
) -> QuestionPage:
    """``response`` and ``error``: what was just given, and why it could not be marked."""
    kind, drawn = KINDS[asked.kind], from_json(asked.draw)
    marked = asked.correct is not None
    fill = filler(asked.placeholders, drawn.after_marking if marked else drawn.parameters)
    url = reverse("question", args=[asked.public_id, asked.position])
    marks = _marks(asked.marks, current=asked.position, url=url)
    shown = Asked(
        drawn=drawn,
        facts=asked.facts,
        response=asked.response if response is None else response,
        marked=marked,
        fill=fill,
    )
    stem, view = fill(asked.stem_html), kind.show(shown)
    verdict = _verdict(asked, marks, fill) if marked else None
    return QuestionPage(
        asked=asked,
        marks=marks,
        url=url,
        stem=stem,
        template=kind.template,
        input=view,
        has_formulas="<math" in f"{stem}{view}{verdict}",
        error=str(error) if error else "",
        wrong_input=error.input if error else "",
        verdict=verdict,
    )


def _verdict(
    asked: AskedQuestion, marks: Sequence[MarkView], fill: Callable[[str], str]
) -> Verdict:
    state, word = MARKS[asked.correct]
    next_url, next_label = _next(asked, marks)
    known = asked.facts["misconceptions"]
    return Verdict(
        state=state,
        word=word,
        beliefs=tuple(fill(known[name]) for name in asked.misconceptions if name in known),
        explanation=fill(asked.explanation_html),
        next_url=next_url,
        next_label=next_label,
    )


def _marks(marks: Sequence[bool | None], *, current: int, url: str) -> tuple[MarkView, ...]:
    base = url.removesuffix(f"{current}/")
    views = []
    for number, correct in enumerate(marks, start=1):
        state, word = MARKS[correct]
        views.append(
            MarkView(
                number=number,
                state=state,
                word=word,
                icon=icon(state),
                url=f"{base}{number}/",
                current=number == current,
            )
        )
    return tuple(views)


def _next(asked: AskedQuestion, marks: Sequence[MarkView]) -> tuple[str, str]:
    """The next open question, from here on and then from the start; after the last, the result."""
    for mark in (*marks[asked.position :], *marks[: asked.position]):
        if mark.state == "waiting":
            return mark.url, f"Next: question {mark.number}"
    return reverse("attempt", args=[asked.public_id]), "See the result"
