"""The two sides of a card: a marked question as its learner saw it, and what is right."""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.quizzes.drawing import from_json
from apps.quizzes.interchange.tex import with_tex
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.choice import ChoiceView
from apps.quizzes.kinds.code_output import OutputView
from apps.quizzes.kinds.confusion_matrix import MatrixView
from apps.quizzes.kinds.kind import Asked, Drawn
from apps.quizzes.kinds.matching import MatchingView
from apps.quizzes.kinds.matrix import GridView
from apps.quizzes.kinds.numeric import NumberView
from apps.quizzes.kinds.ordering import OrderingView
from apps.quizzes.kinds.short_text import TextView
from apps.quizzes.kinds.threshold import ThresholdView
from apps.quizzes.models import Answer
from apps.quizzes.placeholders import filler

_NOTHING = "<em>nothing</em>"
# What Anki or MathJax would act on: a sound, a file of LaTeX, a formula.
_ACTS = re.compile(r"\[(?=/?(?:sound|anki|latex)\b|/?\$)|\\(?=[(\[])", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """All texts are HTML, with formulas as TeX."""

    key: str  # the same each time
    question: str
    given: str
    right: str
    why: str  # what the learner seems to believe, and the explanation
    title: str  # of the attempt
    concepts: tuple[str, ...]
    url: str  # of the question's page, from the root of the site


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    front: str  # what there is to choose from
    given: str
    right: str


def mistake_of(answer: Answer, *, url: str) -> Mistake:
    """Of an answer that is marked; nobody else's is to be read in it."""
    version, drawn = answer.question_version, from_json(answer.draw)
    if answer.marked_at is None:
        raise ValueError("an open question is a secret")
    kind = KINDS[version.kind]
    fill = filler(version.placeholders, drawn.after_marking)
    before, after = (
        kind.show(
            Asked(
                drawn=drawn,
                facts=version.facts,
                response=answer.response if marked else {},
                marked=marked,
                fill=fill,
            )
        )
        for marked in (False, True)
    )
    sides = _SIDES[type(after)](before, after, drawn)
    known = version.facts["misconceptions"]
    beliefs = (fill(known[name]) for name in answer.misconceptions if name in known)
    why = "".join([*(f"<p>{belief}</p>" for belief in beliefs), fill(version.explanation_html)])
    return Mistake(
        key=f"{answer.attempt.public_id}:{answer.position}",
        question=with_tex(fill(version.stem_html) + sides.front),
        given=with_tex(sides.given),
        right=with_tex(sides.right),
        why=with_tex(why),
        title=html.escape(answer.attempt.title),
        concepts=tuple(version.concepts),
        url=url,
    )


def typed(text: str) -> str:
    """What a person typed, as HTML that shows it and does nothing."""
    text = html.escape(_CONTROL.sub("", text).strip())
    # An empty element between the two signs: neither Anki nor MathJax looks across it.
    return _ACTS.sub(r"\g<0><span></span>", text) or _NOTHING


# Kinds -------------------------------------------------------------------------------------------


def _choice(before: ChoiceView, after: ChoiceView, drawn: Drawn) -> _Sides:
    return _Sides(
        front=_list(option.html for option in before.options),
        given=_list(option.html for option in after.options if option.chosen) or _NOTHING,
        right=_list(
            option.html for option in after.options if option.state in {"passed", "missed"}
        ),
    )


def _number(before: NumberView, after: NumberView, drawn: Drawn) -> _Sides:
    unit = html.escape(f" {after.unit}" if after.unit else "")
    written = after.unit and after.unit in after.text
    tolerance = f" (give or take {after.tolerance})" if after.tolerance else ""
    return _Sides(
        front=f"<p>Answer in {html.escape(after.unit)}.</p>" if after.unit else "",
        given=typed(after.text) + ("" if written or not after.text else unit),
        right=f"{html.escape(after.right)}{unit}{tolerance}",
    )


def _text(before: TextView, after: TextView, drawn: Drawn) -> _Sides:
    return _Sides(front="", given=typed(after.text), right=html.escape(after.right))


def _output(before: OutputView, after: OutputView, drawn: Drawn) -> _Sides:
    return _Sides(
        front=before.code,
        given=f"<pre>{typed(after.text)}</pre>",
        right=f"<pre>{html.escape(str(drawn.answer))}</pre>",
    )


def _matching(before: MatchingView, after: MatchingView, drawn: Drawn) -> _Sides:
    lefts = (pair.html for pair in before.pairs)
    return _Sides(
        front=_list(lefts) + _list(text for _, text in before.options),
        given=_table([[pair.html, pair.given] for pair in after.pairs]),
        right=_table([[pair.html, pair.right] for pair in after.pairs]),
    )


def _ordering(before: OrderingView, after: OrderingView, drawn: Drawn) -> _Sides:
    given = sorted((item for item in after.items if item.place), key=lambda item: int(item.place))
    return _Sides(
        front=_list(item.html for item in before.items),
        given=_list((item.html for item in given), tag="ol") or _NOTHING,
        right=_list((item.html for item in after.items), tag="ol"),
    )


def _counts(before: MatrixView, after: MatrixView, drawn: Drawn) -> _Sides:
    return _grid(("Predicted negative", "Predicted positive"), after.rows)


def _matrix(before: GridView, after: GridView, drawn: Drawn) -> _Sides:
    return _grid(after.columns, after.rows)


def _grid(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Any]]]) -> _Sides:
    head = ["", *map(html.escape, columns)]

    def filled(show: Callable[[Any], str]) -> str:
        body = ([html.escape(title), *map(show, cells)] for title, cells in rows)
        return _table([head, *body])

    return _Sides(
        front=filled(lambda cell: "?"),
        given=filled(lambda cell: typed(cell.text)),
        right=filled(lambda cell: html.escape(cell.right)),
    )


def _threshold(before: ThresholdView, after: ThresholdView, drawn: Drawn) -> _Sides:
    rows = ([html.escape(cell) for cell in row.cells] for row in before.rows)
    cheapest = after.cheapest.words if after.cheapest else ""
    return _Sides(
        front=_table([[html.escape(column) for column in before.columns], *rows]),
        given=html.escape(after.chosen.words),
        right=html.escape(cheapest),
    )


def _list(items: Iterable[str], *, tag: str = "ul") -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f"<{tag}>{rows}</{tag}>" if rows else ""


def _table(rows: Iterable[Sequence[str]]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


_SIDES: Mapping[type[Any], Callable[[Any, Any, Drawn], _Sides]] = {
    ChoiceView: _choice,
    NumberView: _number,
    TextView: _text,
    OutputView: _output,
    MatchingView: _matching,
    OrderingView: _ordering,
    MatrixView: _counts,
    GridView: _matrix,
    ThresholdView: _threshold,
}
