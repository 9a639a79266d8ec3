"""What a few lines of Python print, line by line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from apps.quizzes.kinds.kind import (
    Asked,
    Case,
    Drawn,
    Facts,
    Kind,
    Marked,
    NotMarked,
    Render,
    Response,
    Wrong,
)
from apps.quizzes.kinds.mistaken import judge_names, mistaken_check
from apps.quizzes.plain_text import text_of

INPUT = "output"
MOST_CODE_LINES = 25
MOST_LINES = 12
MOST_COLUMNS = 90
LONGEST = 1_500  # characters; more than the longest output has
# Phones write these for plain quotes and for three points.
_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "..."}
)
_SPACES = re.compile(r"\s+")
_BACKTICKS = re.compile("`+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line after marking. None: the output that was given, or the right one, has ended."""

    number: int
    given: str | None
    right: str | None
    state: str  # passed or failed
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputView:
    code: str  # HTML
    text: str  # what the learner wrote
    longest: int
    lines: tuple[LineView, ...] = ()  # after marking


def output_lines(text: str) -> list[str]:
    """Without trailing white space, and without empty lines at both ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    first = next((place for place, line in enumerate(lines) if line), 0)
    return lines[first:]


def _compared(text: str) -> list[str]:
    """A tab counts as a space, since nobody can type one into a field."""
    return [_SPACES.sub(" ", line.translate(_PLAIN)) for line in output_lines(text)]


def code_check(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "must be a text between three quotes"
    return "holds a tab; write four spaces" if "\t" in value else ""


def output_check(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "must be a text in quotes, with something that is printed"
    lines = output_lines(value)
    if len(lines) > MOST_LINES:
        return f"has {len(lines)} lines; {MOST_LINES} are the most"
    return _too_wide(lines)


def _too_wide(lines: Sequence[str]) -> str:
    widest = max(map(len, lines))
    return f"has a line of {widest} columns; {MOST_COLUMNS} fit" if widest > MOST_COLUMNS else ""


def render(facts: Facts, render_text: Render) -> Facts:
    code = facts["code"].strip("\n")
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(code)), default=0))
    html = render_text("code", f"{fence}python\n{code}\n{fence}", block=True)
    return {**facts, "code": html}


def shown_code(facts: Facts, case: Case) -> str:
    """The code as it stands on the page of a draw, and as it has to run."""
    return text_of(case.fill(facts["code"])).strip("\n")


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    foreseen = {name for case in cases for name, _ in _foreseen(facts, case.drawn)}
    yield from judge_names(foreseen, known=facts["misconceptions"])
    for judge_case in (_wrong_code, _wrong_answer, _wrong_mistaken):
        if wrong := next(filter(None, (judge_case(facts, case) for case in cases)), None):
            yield wrong


def _foreseen(facts: Facts, drawn: Drawn) -> Iterator[tuple[str, Any]]:
    for name, texts in facts["mistaken"].items():
        for text in texts:
            yield name, text
    yield from drawn.distractors.items()


def _wrong_code(facts: Facts, case: Case) -> Wrong | None:
    lines = shown_code(facts, case).split("\n")
    if len(lines) > MOST_CODE_LINES:
        return "code", f"The code has {len(lines)} lines; {MOST_CODE_LINES} are the most."
    wrong = _too_wide(lines)
    return ("code", f"The code {wrong}.") if wrong else None


def _wrong_answer(facts: Facts, case: Case) -> Wrong | None:
    # That of the facts was checked with them.
    wrong = output_check(case.drawn.answer)
    return ("generator", f"The answer {wrong}.") if wrong else None


def _wrong_mistaken(facts: Facts, case: Case) -> Wrong | None:
    seen: dict[tuple[str, ...], str] = {}
    if isinstance(case.drawn.answer, str):
        seen[tuple(_compared(case.drawn.answer))] = "the answer"
    for name, text in _foreseen(facts, case.drawn):
        fact = "generator" if name in case.drawn.distractors else "mistaken"
        if wrong := output_check(text):
            return fact, f"The distractor {name} {wrong}."
        other = seen.setdefault(tuple(_compared(text)), name)
        if other != name:
            return fact, f"For some draws, the output of {name} is that of {other}. Make it differ."
    return None


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    text = _given(response)
    given, right = _compared(text), _compared(_answer(drawn))
    if not given:
        raise NotMarked("Write what the code prints.", input=INPUT)
    if len(text) > LONGEST:
        raise NotMarked(f"Write at most {LONGEST:,} characters.", input=INPUT)
    if len(given) > MOST_LINES:
        raise NotMarked(f"Write at most {MOST_LINES} lines; no code here prints more.", input=INPUT)
    if given == right:
        return Marked(correct=True)
    believed = (name for name, one in _foreseen(facts, drawn) if _compared(one) == given)
    return Marked(
        correct=False,
        misconceptions=tuple(believed)[:1],
        credit=_share(given, right),
    )


def _share(given: Sequence[str], right: Sequence[str]) -> float:
    """Of the lines that are right in their place. One line too many or too few counts as wrong."""
    if abs(len(given) - len(right)) > 1:
        return 0.0
    found = sum(one == other for one, other in zip(given, right, strict=False))
    return found / max(len(given), len(right))


def _given(response: Response) -> str:
    return [*response.get(INPUT, ()), ""][0]


def _answer(drawn: Drawn) -> str:
    if not isinstance(drawn.answer, str):
        raise TypeError("a question about an output without one")
    return drawn.answer


def show(asked: Asked) -> OutputView:
    text = _given(asked.response)
    view: Mapping[str, Any] = {
        "code": asked.fill(asked.facts["code"]),
        "text": text,
        "longest": LONGEST,
    }
    if not asked.marked:
        return OutputView(**view)
    return OutputView(**view, lines=tuple(_line_views(text, _answer(asked.drawn))))


def _line_views(given: str, right: str) -> Iterator[LineView]:
    shown = zip_longest(output_lines(given), output_lines(right))
    compared = zip_longest(_compared(given), _compared(right))
    for number, (lines, pair) in enumerate(zip(shown, compared, strict=True), start=1):
        good = pair[0] == pair[1]
        yield LineView(
            number=number,
            given=lines[0],
            right=lines[1],
            state="passed" if good else "failed",
            word=_word(*pair),
        )


def _word(given: str | None, right: str | None) -> str:
    if given is None:
        return "missing"
    if right is None:
        return "too many"
    return "right" if given == right else "not right"


def right(drawn: Drawn, facts: Facts) -> Response:
    return {INPUT: [str(drawn.answer)]}


CODE_OUTPUT = Kind(
    name="code-output",
    template="quizzes/kinds/code_output.html",
    inputs=(INPUT,),
    longest_value=2_000,
    facts={
        "code": code_check,
        "answer": output_check,
        "mistaken": mistaken_check(output_check),
    },
    may_lack={"answer": None, "mistaken": {}},
    render=render,
    judge=judge,
    mark=mark,
    right=right,
    show=show,
)
