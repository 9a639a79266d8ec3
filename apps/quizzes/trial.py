"""One question for visitors, new every day. Nothing of it is kept."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from apps.quizzes.drawing import draw_question
from apps.quizzes.forms import response_of
from apps.quizzes.generators import GENERATORS
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Asked, NotMarked, Response
from apps.quizzes.marking import mark
from apps.quizzes.models import QuestionVersion
from apps.quizzes.placeholders import filler
from apps.quizzes.question_page import mark_of

KIND = "single"  # answered in one click


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialVerdict:
    state: str
    word: str
    beliefs: tuple[str, ...]  # HTML
    explanation: str  # HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialQuestion:
    url: str
    stem: str  # HTML
    template: str
    input: Any
    error: str
    verdict: TrialVerdict | None


def trial_question(
    *, day: datetime.date, url: str, data: QueryDict | None = None
) -> TrialQuestion | None:
    """The question of the day, answered if there is ``data``. None: no open lesson has a quiz."""
    version = (
        QuestionVersion.objects.filter(
            current=True,
            kind=KIND,
            question__published=True,
            question__quiz__published=True,
            question__quiz__lesson__open=True,
            question__quiz__lesson__published=True,
        )
        .order_by("question__quiz__position", "question__position")
        .first()
    )
    return _asked(version, day=day, url=url, data=data) if version else None


def _asked(
    version: QuestionVersion, *, day: datetime.date, url: str, data: QueryDict | None
) -> TrialQuestion:
    seed = int.from_bytes(hashlib.sha256(f"trial:{day.isoformat()}".encode()).digest()[:8])
    drawn = draw_question(
        kind=version.kind,
        facts=version.facts,
        generator=GENERATORS.get(version.generator),
        seed=seed,
    )
    response: Response = response_of(data, kind=version.kind) if data is not None else {}
    error, marked = "", None
    if data is not None:
        try:
            marked = mark(kind=version.kind, drawn=drawn, facts=version.facts, response=response)
        except NotMarked as problem:
            error = str(problem)
    fill = filler(version.placeholders, drawn.after_marking if marked else drawn.parameters)
    verdict = None
    if marked:
        state, word = mark_of(marked.score)
        known = version.facts["misconceptions"]
        verdict = TrialVerdict(
            state=state,
            word=word,
            beliefs=tuple(fill(known[name]) for name in marked.misconceptions if name in known),
            explanation=fill(version.explanation_html),
        )
    shown = Asked(
        drawn=drawn,
        facts=version.facts,
        response=response,
        marked=marked is not None,
        fill=fill,
    )
    return TrialQuestion(
        url=url,
        stem=fill(version.stem_html),
        template=KINDS[version.kind].template,
        input=KINDS[version.kind].show(shown),
        error=error,
        verdict=verdict,
    )
