"""What the page of a question shows: plain data for the template."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.accounts.templatetags.icons import icon
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Asked, NotMarked, Response
from apps.quizzes.models import Attempt
from apps.quizzes.placeholders import filler
from apps.quizzes.queries import AskedQuestion, saved_answers
from apps.quizzes.subjects import page_of


def mark_of(score: float | None) -> tuple[str, str]:
    """State (its icon and tone) and word of a mark."""
    if score is None:
        return "waiting", "Open"
    if 0 < score < 1:
        return "partly", "Partly right"
    return ("passed", "Right") if score else ("failed", "Not right")


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
class Exam:
    ends_at: datetime
    minutes: int  # left
    overview_url: str
    next_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage:
    asked: AskedQuestion
    back_url: str  # to what the attempt is one at; empty when that is gone
    marks: tuple[MarkView, ...]
    url: str
    stem: str  # HTML
    template: str  # of the question's kind
    input: Any  # what that template shows
    has_formulas: bool
    error: str
    wrong_input: str  # the one that the error is about
    exam: "Exam | None"  # while it lasts
    verdict: Verdict | None  # before marking, nothing on the page gives the answer away


def question_page(
    asked: AskedQuestion, *, response: Response | None = None, error: NotMarked | None = None
) -> QuestionPage:
    """``response`` and ``error``: what was just given, and why it could not be marked."""
    kind, drawn = KINDS[asked.kind], from_json(asked.draw)
    marked = asked.score is not None
    fill = filler(asked.placeholders, drawn.after_marking if marked else drawn.parameters)
    url = reverse("question", args=[asked.public_id, asked.position])
    saved = asked.saved if asked.in_exam else ()
    marks = _marks(asked.marks, saved=saved, current=asked.position, url=url)
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
        back_url=page_of(asked.subject) if asked.is_open else "",
        marks=marks,
        url=url,
        stem=stem,
        template=kind.template,
        input=view,
        has_formulas="<math" in f"{stem}{view}{verdict}",
        error=str(error) if error else "",
        wrong_input=error.input if error else "",
        exam=_exam(asked, marks),
        verdict=verdict,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamOverview:
    marks: tuple[MarkView, ...]
    answered: int
    minutes: int  # left


def exam_overview(attempt: Attempt) -> ExamOverview:
    """Of an exam that lasts."""
    saved = saved_answers(attempt)
    url = reverse("question", args=[attempt.public_id, 1])
    left = (attempt.ends_at - timezone.now()).total_seconds() if attempt.ends_at else 0
    return ExamOverview(
        marks=_marks([None] * len(saved), saved=saved, current=0, url=url),
        answered=sum(saved),
        minutes=max(0, math.ceil(left / 60)),
    )


def _exam(asked: AskedQuestion, marks: Sequence[MarkView]) -> Exam | None:
    if asked.ends_at is None or not asked.in_exam:
        return None
    overview = reverse("attempt", args=[asked.public_id])
    following = marks[asked.position : asked.position + 1]
    left = (asked.ends_at - timezone.now()).total_seconds()
    return Exam(
        ends_at=asked.ends_at,
        minutes=max(0, math.ceil(left / 60)),
        overview_url=overview,
        next_url=following[0].url if following else overview,
    )


def _verdict(
    asked: AskedQuestion, marks: Sequence[MarkView], fill: Callable[[str], str]
) -> Verdict:
    state, word = mark_of(asked.score)
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


def _marks(
    marks: Sequence[float | None], *, saved: Sequence[bool], current: int, url: str
) -> tuple[MarkView, ...]:
    base = url.removesuffix(f"{current or 1}/")
    views = []
    for number, score in enumerate(marks, start=1):
        state, word = mark_of(score)
        if saved and saved[number - 1]:
            state, word = "queued", "Answered"
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
