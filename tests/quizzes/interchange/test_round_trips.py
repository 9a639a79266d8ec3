"""Every question of the bank that can travel comes back as it went, or a warning names it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from apps.curriculum.render_cache import RenderCache
from apps.curriculum.renderer import render
from apps.quizzes.generators import GENERATORS
from apps.quizzes.interchange.bank import FORMATS
from apps.quizzes.interchange.markdown import filled, from_moodle, to_moodle
from apps.quizzes.interchange.packing import Written, draws_of, pack, read_written
from apps.quizzes.interchange.portable import Choice, Portable, Travelled
from apps.quizzes.interchange.question_text import question_text
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Drawn
from apps.quizzes.placeholders import filler
from apps.quizzes.plain_text import text_of
from apps.quizzes.question_file import Question, open_question, read_question

FIXTURES: Path = settings.BASE_DIR / "fixtures"
QUIZZES = sorted(path.parent.name for path in FIXTURES.glob("quizzes/*/quiz.md"))


@cache
def written(quiz: str) -> list[Written]:
    return read_written(quiz, root=FIXTURES, cache=settings.RENDER_CACHE)


@cache
def packed(quiz: str) -> Travelled:
    return pack(written(quiz), title=quiz)


def come_back(quiz: str, format_name: str) -> tuple[Travelled, set[str]]:
    """What was read again, and the names that warnings named on the way out."""
    way = FORMATS[format_name]
    text, losses = way.write([packed(quiz)])
    return way.read(text, file="file"), {loss.name for loss in losses}


def as_rendered(question: Portable) -> Portable:
    """As far as one sees it: where Markdown breaks a line makes no difference."""

    def see(text: str) -> str:
        return render(text, id_prefix="question").html

    return replace(
        question,
        stem=see(question.stem),
        explanation=see(question.explanation),
        choices=tuple(
            Choice(
                text=choice.text if question.kind == "short-text" else see(choice.text),
                fraction=round(choice.fraction, 6),
                feedback=see(choice.feedback),
            )
            for choice in question.choices
        ),
        values=tuple(replace(one, feedback=see(one.feedback)) for one in question.values),
        pairs=tuple(replace(one, left=see(one.left)) for one in question.pairs),
    )


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("quiz", QUIZZES)
def test_question_comes_back_as_it_went(quiz: str, format_name: str) -> None:
    back, named = come_back(quiz, format_name)
    assert back.losses == ()
    assert len(back.questions) == len(packed(quiz).questions)
    for sent, received in zip(packed(quiz).questions, back.questions, strict=True):
        expected = as_rendered(sent)
        if sent.name in named:  # the one loss of GIFT in this bank
            assert sent.unit
            stem = render(f"{sent.stem}\n\n({sent.unit})", id_prefix="question").html
            expected = replace(expected, unit="", stem=stem)
        assert as_rendered(received) == expected


@pytest.mark.parametrize("quiz", QUIZZES)
def test_what_stays_behind_is_named(quiz: str) -> None:
    travelled = packed(quiz)
    gone = {one.name for one in written(quiz)} - {one.name for one in travelled.questions}
    told = {loss.name for loss in travelled.losses if loss.message.endswith("left out.")}
    assert gone == told


@dataclass(frozen=True)
class Both:
    """A question of the bank, and the one that was made of it after its way through a file."""

    old: Written
    drawn: Drawn
    new: Question


def both(quiz: str, format_name: str, folder: Path) -> Iterator[Both]:
    back, _ = come_back(quiz, format_name)
    by_name = {one.name: one for one in written(quiz)}
    for received in back.questions:
        old = by_name[received.name]
        text, _ = question_text(received, position=1, concepts=received.concepts)
        path = folder / "quizzes" / quiz / f"{old.question.slug}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        file = open_question(path, root=folder, cache=RenderCache(None))
        new = read_question(file, generators={})
        assert new is not None, file.source.problems
        (drawn,) = draws_of(old, draws=1, generators=GENERATORS)
        yield Both(old, drawn, new)


def right_answer(facts: dict[str, object], drawn: Drawn, kind: str) -> object:
    """What is right, apart from the order in which it is shown."""
    if kind in {"single", "multiple", "metric"}:
        options = facts["options"]
        assert isinstance(options, list)
        return [option["correct"] for option in options]
    if kind == "matching":
        return facts["rights"]
    if kind == "short-text":
        return facts["answers"]
    return drawn.answer


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("quiz", QUIZZES)
def test_file_made_of_it_has_the_same_answers_and_feedback(
    quiz: str, format_name: str, tmp_path: Path
) -> None:
    for one in both(quiz, format_name, tmp_path):
        old, new, drawn = one.old.question, one.new, one.drawn
        fill = filler(old.placeholders, drawn.after_marking)
        assert new.concepts == old.concepts
        assert seen(new.stem_html).startswith(seen(fill(old.stem_html)))
        # What follows from a right option stands at the end of the explanation.
        consequences = [option.get("consequence", "") for option in old.facts.get("options") or ()]
        right = "".join(
            text
            for text, option in zip(consequences, old.facts.get("options") or (), strict=True)
            if option["correct"]
        )
        assert seen(new.explanation_html) == seen(fill(old.explanation_html + right))
        if old.kind == "code-output":
            assert new.facts["answers"] == [drawn.answer]
            continue
        new_drawn = replace(drawn, answer=new.facts.get("answer"))
        assert right_answer(dict(new.facts), new_drawn, new.kind) == right_answer(
            {**old.facts, "rights": [fill(text) for text in old.facts.get("rights", ())]},
            drawn,
            old.kind,
        )
        if old.kind == "numeric":
            assert new.facts["absolute"] == max(
                old.facts["absolute"] or 0,
                (old.facts["relative"] or 0) * abs(drawn.answer),  # type: ignore[arg-type]
            )
            assert sorted(new.facts["distractors"].values()) == sorted(drawn.distractors.values())
        if old.kind == "metric":
            assert {seen(text) for text in new.facts["misconceptions"].values()} == {
                seen(fill(option["consequence"] + old.facts["misconceptions"][name]))
                for option in old.facts["options"]
                if (name := option["misconception"])
            }
        if old.kind in {"single", "multiple", "numeric", "short-text"}:
            assert {seen(text) for text in new.facts["misconceptions"].values()} == {
                seen(fill(text)) for text in old.facts["misconceptions"].values()
            }


def seen(html: str) -> str:
    """What one reads, formulas included: where their groups begin makes no difference."""
    return re.sub(r"\s+", "", text_of(html)).replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize("quiz", QUIZZES)
def test_numbers_are_filled_in_as_the_page_does(quiz: str) -> None:
    for one in written(quiz):
        for drawn in draws_of(one, draws=3, generators=GENERATORS):
            fill = filler(one.question.placeholders, drawn.after_marking)
            for text, stored in (
                (one.stem, one.question.stem_html),
                (one.explanation, one.question.explanation_html),
            ):
                markdown = filled(text, drawn.after_marking)
                html = render(markdown, id_prefix="question").html
                assert seen(html) == seen(fill(stored))
                again = render(from_moodle(to_moodle(markdown)), id_prefix="question").html
                assert again == html


def test_every_kind_travels_or_is_left_out() -> None:
    there = {one.question.kind for quiz in QUIZZES for one in written(quiz)}
    assert there == KINDS.keys()
