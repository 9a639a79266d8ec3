"""What staff see of the statistics of questions: plain data for the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.quizzes import queries
from apps.quizzes.drawing import draw_question
from apps.quizzes.generators import GENERATORS
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Asked
from apps.quizzes.models import Flag, Question, QuestionStatistics, QuestionVersion
from apps.quizzes.placeholders import filler
from apps.quizzes.statistics import FEWEST

EXAMPLE_SEED = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    quiz: str
    slug: str
    url: str
    answers: int
    right: str  # mean score
    discrimination: str
    time: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsPage:
    lines: tuple[QuestionLine, ...]  # flagged ones first
    counted: datetime | None
    silent: int  # questions without an answer
    flagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    name: str
    share: int  # percent of the answers
    sentence: str  # HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version of the text, the present one first."""

    name: str  # the beginning of its hash
    current: bool
    facts: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionStatisticsPage:
    question: Question
    kind: str
    generator: str
    stem: str  # HTML, with example numbers
    explanation: str  # HTML
    template: str
    input: Any
    versions: tuple[VersionLine, ...]
    beliefs: tuple[Belief, ...]  # of the present version, the most frequent first
    variants: tuple[str, ...]  # sentences
    enough: bool


def statistics_page() -> StatisticsPage:
    rows = list(queries.current_statistics())
    lines = [_line(row) for row in rows]
    lines.sort(key=lambda line: not line.flags)  # stable: else in the order of the road
    return StatisticsPage(
        lines=tuple(lines),
        counted=max((row.counted for row in rows), default=None),
        silent=queries.asked_questions().count() - len(lines),
        flagged=sum(bool(line.flags) for line in lines),
    )


def _line(row: QuestionStatistics) -> QuestionLine:
    question = row.question_version.question
    return QuestionLine(
        quiz=question.quiz.title,
        slug=question.slug,
        url=reverse("question_statistics", args=[question.quiz.slug, question.slug]),
        answers=row.answers,
        right=f"{100 * row.mean_score:.0f} %",
        discrimination=_signed(row.discrimination),
        time=_time(row.seconds),
        flags=_flags(row),
    )


def question_statistics_page(question: Question) -> QuestionStatisticsPage:
    versions = list(queries.versions_with_statistics(question))
    current = versions[0]
    own: QuestionStatistics | None = getattr(current, "statistics", None)
    drawn = draw_question(
        kind=current.kind,
        facts=current.facts,
        generator=GENERATORS.get(current.generator),
        seed=EXAMPLE_SEED,
    )
    fill = filler(current.placeholders, drawn.after_marking)
    kind = KINDS[current.kind]
    example = Asked(
        drawn=drawn,
        facts=current.facts,
        response=kind.right(drawn, current.facts),
        marked=True,
        fill=fill,
    )
    shares = own.misconceptions if own else {}
    beliefs = [
        Belief(name=name, share=round(100 * shares.get(name, 0)), sentence=fill(sentence))
        for name, sentence in current.facts["misconceptions"].items()
    ]
    beliefs.sort(key=lambda belief: -belief.share)
    return QuestionStatisticsPage(
        question=question,
        kind=current.kind,
        generator=current.generator,
        stem=fill(current.stem_html),
        explanation=fill(current.explanation_html),
        template=kind.template,
        input=kind.show(example),
        versions=tuple(_version(version) for version in versions),
        beliefs=tuple(beliefs) if own else (),
        variants=tuple(_variant(one) for one in own.variants) if own else (),
        enough=own is not None and own.answers >= FEWEST,
    )


def _version(version: QuestionVersion) -> VersionLine:
    row: QuestionStatistics | None = getattr(version, "statistics", None)
    facts: Sequence[tuple[str, str]] = ()
    if row:
        facts = (
            ("Answers", f"{row.answers:,}"),
            ("Mean score", f"{100 * row.mean_score:.0f} %"),
            ("Discrimination", _signed(row.discrimination)),
            ("Median time", _time(row.seconds)),
        )
    return VersionLine(
        name=version.version[:8],
        current=version.current,
        facts=tuple(facts),
        flags=_flags(row) if row else (),
    )


def _flags(row: QuestionStatistics) -> tuple[str, ...]:
    return tuple(str(Flag(flag).label) for flag in row.flags)


def _variant(one: dict[str, Any]) -> str:
    return (
        f"Mean score {100 * one['mean_score']:.0f} % where {one['name']} is {one['condition']} "
        f"({one['answers']} answers), {100 * one['other_mean_score']:.0f} % elsewhere "
        f"({one['other_answers']})."
    )


def _signed(value: float | None) -> str:
    if value is None:
        return "\N{EN DASH}"
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "\N{EN DASH}"
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
