"""From a file of a question and a draw to the question as it travels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.curriculum.problems import ContentError, Problem
from apps.curriculum.render_cache import RenderCache
from apps.quizzes.content import QUIZ, QUIZZES
from apps.quizzes.drawing import draw_question, question_seed
from apps.quizzes.generators import GENERATORS, Generator
from apps.quizzes.interchange.markdown import filled, without_page_links
from apps.quizzes.interchange.portable import (
    MATCHING,
    MULTIPLE,
    NUMERIC,
    SHORT_TEXT,
    SINGLE,
    Choice,
    Loss,
    Pair,
    Portable,
    Travelled,
    Value,
)
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.code_output import output_lines
from apps.quizzes.kinds.kind import Drawn, Facts
from apps.quizzes.kinds.numeric import tolerance_of
from apps.quizzes.placeholders import filler
from apps.quizzes.plain_text import text_of
from apps.quizzes.question_file import EXPLANATION, Question, open_question, read_question

MOST_DRAWS = 50
_NOWHERE = {
    "ordering": "ordering questions",
    "matrix": "grids of numbers",
    "confusion-matrix": "confusion matrices to fill in",
    "threshold": "thresholds on a curve",
    "code-output": "outputs of several lines",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One question: what its author wrote, and what was read from it."""

    quiz: str
    facts: Facts  # in Markdown
    stem: str
    explanation: str
    question: Question

    @property
    def name(self) -> str:
        return f"{self.quiz}/{self.question.slug}"


def read_written(
    quiz: str, *, root: Path, cache: Path | None, generators: Mapping[str, Generator] = GENERATORS
) -> list[Written]:
    """The questions of a quiz in order. Raises ContentError."""
    folder = root / QUIZZES / quiz
    if not (folder / QUIZ).is_file():
        message = "There is no such quiz. Name a folder of fixtures/quizzes."
        raise ContentError([Problem(file=f"{QUIZZES}/{quiz}", line=0, message=message)])
    written: list[Written] = []
    problems: list[Problem] = []
    for path in sorted(path for path in folder.glob("*.md") if path.name != QUIZ):
        file = open_question(path, root=root, cache=RenderCache(cache))
        question = read_question(file, generators=generators)
        problems += file.source.problems
        if question is None:
            continue
        stem, explanation = EXPLANATION.split(file.source.body, maxsplit=1)
        written.append(
            Written(
                quiz=quiz,
                facts={**KINDS[question.kind].may_lack, **_given(file.source.facts)},
                stem=stem.strip(),
                explanation=explanation.strip(),
                question=question,
            )
        )
    if problems:
        raise ContentError(problems)
    return sorted(written, key=lambda one: one.question.position)


def _given(facts: Facts) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def pack(
    written: Sequence[Written],
    *,
    title: str,
    draws: int = 1,
    generators: Mapping[str, Generator] = GENERATORS,
) -> Travelled:
    """``draws``: how often a question with a generator is drawn, each time with other numbers."""
    questions: list[Portable] = []
    losses: list[Loss] = []
    for one in written:
        packed = _packed(one, draws, generators)
        questions += packed
        losses += [Loss(name=one.name, message=text) for text in _lost(one, packed)]
    return Travelled(title=title, questions=tuple(questions), losses=tuple(losses))


def _packed(one: Written, draws: int, generators: Mapping[str, Generator]) -> list[Portable]:
    """One for each draw; none where another system has nothing like it."""
    pack_one = _PACKERS.get(one.question.kind)
    if pack_one is None:
        return []
    numbered = draws > 1 and one.question.generator
    packed = []
    for number, drawn in enumerate(draws_of(one, draws=draws, generators=generators), start=1):
        texts = _Filled(one, drawn)
        parts = pack_one(texts)
        if parts is None:
            return []
        common = {
            "name": f"{one.name}-{number}" if numbered else one.name,
            "stem": texts.text(one.stem),
            "explanation": texts.text(one.explanation),
            "concepts": tuple(one.question.concepts),
        }
        packed.append(Portable(**{**common, **parts}))
    return packed


def draws_of(one: Written, *, draws: int, generators: Mapping[str, Generator]) -> Iterator[Drawn]:
    question = one.question
    generator = generators[question.generator] if question.generator else None
    for number in range(draws if generator else 1):
        seed = question_seed(attempt_seed=number, slug=question.slug)
        yield draw_question(
            kind=question.kind, facts=question.facts, generator=generator, seed=seed
        )


def _lost(one: Written, packed: Sequence[Portable]) -> Iterator[str]:
    if not packed:
        yield f"{_NOWHERE.get(one.question.kind, one.question.kind)} do not exist there; left out."
        return
    if one.question.kind == "metric":
        yield "metric becomes single; what follows from each option stands in its feedback."
    elif one.question.kind == "code-output":
        yield "code-output becomes short-text; credit for single lines is lost."
    elif one.question.kind == "matching" and one.facts["misconceptions"]:
        yield "pairs have no feedback there; what each mistake means is lost."
    texts = (one.stem, one.explanation, *one.facts["misconceptions"].values())
    if any(without_page_links(text) != text for text in texts):
        yield "links to pages of this site become plain text."


# One question with its numbers -------------------------------------------------------------------


class _Filled:
    """A question's facts and texts with the numbers of one draw."""

    def __init__(self, written: Written, drawn: Drawn) -> None:
        self.written, self.drawn = written, drawn
        self.facts = written.facts

    def text(self, markdown: str) -> str:
        return filled(without_page_links(markdown), self.drawn.after_marking)

    def plain(self, stored: str) -> str:
        """Of stored HTML."""
        fill = filler(self.written.question.placeholders, self.drawn.after_marking)
        return text_of(fill(stored))

    def belief(self, name: str) -> str:
        return self.text(self.facts["misconceptions"].get(name, ""))


def _choice(texts: _Filled) -> dict[str, Any]:
    options = texts.facts["options"]
    several = texts.written.question.kind == "multiple"
    right = sum(option.get("correct", False) for option in options)
    # As it is marked here: a wrong one takes away what a right one gives.
    wrong = -1 / right if several else 0.0
    return {
        "kind": MULTIPLE if several else SINGLE,
        "choices": tuple(
            Choice(
                text=texts.text(option["text"]),
                fraction=1 / right if option.get("correct") else wrong,
                feedback=_feedback(texts, option),
            )
            for option in options
        ),
    }


def _feedback(texts: _Filled, option: Mapping[str, Any]) -> str:
    parts = [
        texts.text(option.get("consequence", "")),
        texts.belief(option.get("misconception", "")),
    ]
    return " ".join(filter(None, parts))


def _numeric(texts: _Filled) -> dict[str, Any]:
    facts, drawn = texts.facts, texts.drawn
    answer = drawn.answer
    if not isinstance(answer, int | float):
        raise TypeError("a numeric question without a number")
    wrong = (
        Value(
            number=number,
            tolerance=tolerance_of(facts, number),
            fraction=0.0,
            feedback=texts.belief(name),
        )
        for name, number in drawn.distractors.items()
    )
    right = Value(number=answer, tolerance=tolerance_of(facts, answer), fraction=1.0)
    return {"kind": NUMERIC, "unit": facts["unit"], "values": (right, *wrong)}


def _matching(texts: _Filled) -> dict[str, Any]:
    pairs = texts.facts["pairs"]
    rights = [texts.plain(html) for html in texts.written.question.facts["rights"]]
    return {
        "kind": MATCHING,
        "pairs": tuple(
            Pair(left=texts.text(pair["left"]), right=right)
            for pair, right in zip(pairs, rights, strict=False)
        ),
        "extra": tuple(rights[len(pairs) :]),
    }


def _short_text(texts: _Filled) -> dict[str, Any]:
    return {"kind": SHORT_TEXT, "choices": (*_accepted(texts.facts["answers"]), *_foreseen(texts))}


def _accepted(answers: Sequence[str]) -> Iterator[Choice]:
    return (Choice(text=text, fraction=1.0) for text in answers)


def _foreseen(texts: _Filled) -> Iterator[Choice]:
    for name, wrong in texts.facts["mistaken"].items():
        for text in wrong:
            yield Choice(text=text, fraction=0.0, feedback=texts.belief(name))


def _code_output(texts: _Filled) -> dict[str, Any] | None:
    answer = output_lines(str(texts.drawn.answer))
    wrong = [
        *_foreseen(texts),
        *(
            Choice(text=text, fraction=0.0, feedback=texts.belief(name))
            for name, text in texts.drawn.distractors.items()
        ),
    ]
    if len(answer) > 1:
        return None
    code = texts.plain(texts.written.question.facts["code"]).strip("\n")
    one_line = (choice for choice in wrong if len(output_lines(choice.text)) == 1)
    return {
        "kind": SHORT_TEXT,
        "stem": f"{texts.text(texts.written.stem)}\n\n```python\n{code}\n```",
        "choices": (*_accepted(answer), *one_line),
    }


_PACKERS: Mapping[str, Callable[[_Filled], dict[str, Any] | None]] = {
    "single": _choice,
    "metric": _choice,
    "multiple": _choice,
    "numeric": _numeric,
    "matching": _matching,
    "short-text": _short_text,
    "code-output": _code_output,
}
