"""What the page of a question shows: plain data for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.quizzes.drawing import from_json
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Asked, NotMarked, Response
from apps.quizzes.models import Attempt, Quiz
from apps.quizzes.placeholders import filler
from apps.quizzes.queries import AskedQuestion

# State (its icon and tone) and word of a mark.
MARKS = {True: ("passed", "Right"), False: ("failed", "Not right"), None: ("waiting", "Open")}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkView:
    number: int
    state: str
    word: str
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
    quiz: Quiz
    attempt: Attempt
    number: int
    marks: tuple[MarkView, ...]
    url: str
    stem: str  # HTML
    template: str  # of the question's kind
    input: Any  # what that template shows
    error: str
    wrong_input: str  # the one that the error is about
    verdict: Verdict | None  # before marking, nothing on the page gives the answer away


def question_page(
    asked: AskedQuestion, *, response: Response | None = None, error: NotMarked | None = None
) -> QuestionPage:
    """``response`` and ``error``: what was just given, and why it could not be marked."""
    answer, version = asked.answer, asked.answer.question_version
    attempt, kind = answer.attempt, KINDS[version.kind]
    drawn = from_json(answer.draw)
    marked = answer.correct is not None
    fill = filler(version.placeholders, drawn.after_marking if marked else drawn.parameters)
    url = reverse("question", args=[attempt.public_id, answer.position])
    marks = _marks(asked.marks, current=answer.position, url=url)
    shown = Asked(
        drawn=drawn,
        facts=version.facts,
        response=answer.response if response is None else response,
        marked=marked,
        fill=fill,
    )
    verdict = None
    if answer.correct is not None:
        state, word = MARKS[answer.correct]
        next_url, next_label = _next(marks, attempt=attempt)
        known = version.facts["misconceptions"]
        verdict = Verdict(
            state=state,
            word=word,
            beliefs=tuple(fill(known[name]) for name in answer.misconceptions if name in known),
            explanation=fill(version.explanation_html),
            next_url=next_url,
            next_label=next_label,
        )
    return QuestionPage(
        quiz=attempt.quiz,
        attempt=attempt,
        number=answer.position,
        marks=marks,
        url=url,
        stem=fill(version.stem_html),
        template=kind.template,
        input=kind.show(shown),
        error=str(error) if error else "",
        wrong_input=error.input if error else "",
        verdict=verdict,
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
                url=f"{base}{number}/",
                current=number == current,
            )
        )
    return tuple(views)


def _next(marks: Sequence[MarkView], *, attempt: Attempt) -> tuple[str, str]:
    """The next open question, from here on and then from the start; after the last, the result."""
    here = next(place for place, mark in enumerate(marks) if mark.current)
    for mark in (*marks[here:], *marks[:here]):
        if mark.state == "waiting":
            return mark.url, f"Next: question {mark.number}"
    return reverse("attempt", args=[attempt.public_id]), "See the result"
