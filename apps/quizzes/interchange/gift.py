"""GIFT, the text format of Moodle that many other systems read: written, and read.

https://docs.moodle.org/en/GIFT_format
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.curriculum.problems import ContentError, Problem
from apps.quizzes.interchange.files import FIRST_NONCHARACTER, LONGEST_TEXT
from apps.quizzes.interchange.foreign_text import plain_text, to_markdown
from apps.quizzes.interchange.markdown import to_moodle
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
    shown_name,
)

_SIGNS = "~=#{}:\\"
# An escaped sign while the others are looked for; the last one is that of a new line.
_HIDDEN = {sign: chr(ord(FIRST_NONCHARACTER) + place) for place, sign in enumerate(_SIGNS + "n")}
_SHOWN = {ord(hidden): "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_TO_ESCAPE = str.maketrans({sign: f"\\{sign}" for sign in _SIGNS} | {"\n": "\\n"})
_ARROW = "->"
_FORMATS = frozenset({"html", "moodle", "plain", "markdown"})
_FORMAT = re.compile(r"\[(\w+)\]")
_TAG = re.compile(r"\[tag:([^\]\n]+)\]")
_WEIGHT = re.compile(r"%\s*(-?\d{1,3}(?:\.\d*)?)\s*%")
_ANSWERS = re.compile(r"(?=[~=])")
_TRUE_OR_FALSE = frozenset({"T", "TRUE", "F", "FALSE"})


# Writing -----------------------------------------------------------------------------------------


def write_gift(quizzes: Sequence[Travelled]) -> tuple[str, list[Loss]]:
    """The text of a file, and what is lost besides."""
    losses: list[Loss] = []
    blocks: list[str] = []
    for quiz in quizzes:
        # A slash begins a category inside of another one.
        blocks.append(f"$CATEGORY: {quiz.title.replace('/', '//')}")
        for question in quiz.questions:
            losses += [Loss(name=question.name, message=text) for text in _lost(question)]
            if not _cannot_be_written(question):
                blocks.append(_block(question))
    return "\n\n".join(blocks) + "\n", losses


def _lost(question: Portable) -> Iterator[str]:
    if question.unit:
        yield f"GIFT has no unit; {question.unit} stands at the end of the question."
    if _cannot_be_written(question):
        yield f"GIFT would read its {_ARROW} as that of a pair; left out."
    elif _has_arrow(question):
        yield f"GIFT reads {_ARROW} as its own; it becomes an arrow."


def _cannot_be_written(question: Portable) -> bool:
    """There is no escape for the sign between the two sides of a pair."""
    texts = question.choices if question.kind == SHORT_TEXT else ()
    return any(_ARROW in choice.text for choice in texts)


def _has_arrow(question: Portable) -> bool:
    texts = question.choices if question.kind == SHORT_TEXT else ()
    return any(
        _ARROW in text
        for text in (*(pair.left for pair in question.pairs), *(one.feedback for one in texts))
    )


def _block(question: Portable) -> str:
    tags = "".join(f" [tag:{concept}]" for concept in question.concepts)
    stem = to_moodle(question.stem)
    if question.unit:
        stem += f"\n\n({question.unit})"
    lines = [
        *([f"//{tags}"] if tags else []),
        f"::{_escape(question.name)}::[markdown]{_escape(stem)}{{{_opening(question)}",
        *(f"\t{answer}" for answer in _answers(question)),
        *([f"\t####{_escape(to_moodle(question.explanation))}"] if question.explanation else []),
        "}",
    ]
    return "\n".join(lines)


def _opening(question: Portable) -> str:
    return "#" if question.kind == NUMERIC else ""


def _answers(question: Portable) -> Iterator[str]:
    for choice in question.choices:
        yield _choice(choice, question.kind)
    for value in question.values:
        feedback = _feedback(value.feedback)
        yield f"=%{_percent(value.fraction)}%{value.number!r}:{value.tolerance!r}{feedback}"
    for pair in question.pairs:
        left = to_moodle(pair.left).replace(_ARROW, "\N{RIGHTWARDS ARROW}")
        yield f"={_escape(left)} {_ARROW} {_escape(pair.right)}"
    for right in question.extra:
        yield f"= {_ARROW} {_escape(right)}"


def _choice(choice: Choice, kind: str) -> str:
    feedback = _feedback(choice.feedback)
    if kind == SHORT_TEXT:
        feedback = feedback.replace(_ARROW, "\N{RIGHTWARDS ARROW}")
        # Elsewhere a star stands for any text.
        text = choice.text.replace("*", r"\*")
        return f"=%{_percent(choice.fraction)}%{_escape(text)}{feedback}"
    text = _escape(to_moodle(choice.text))
    if kind == SINGLE and choice.fraction == 1:
        return f"={text}{feedback}"
    if kind == SINGLE and choice.fraction == 0 and not text.startswith("%"):
        return f"~{text}{feedback}"
    return f"~%{_percent(choice.fraction)}%{text}{feedback}"


def _feedback(text: str) -> str:
    return f"#{_escape(to_moodle(text))}" if text else ""


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.5f}".rstrip("0").rstrip(".")


def _escape(text: str) -> str:
    return text.translate(_TO_ESCAPE)


# Reading -----------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Block:
    """The lines of one question."""

    line: int  # of its first one
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


class _Wrong(Exception):
    def __init__(self, message: str, *, at: int = 0) -> None:
        super().__init__(message)
        self.at = at  # lines below the first one of the block


class _LeftOut(Exception):
    """A question that has no kind here."""


def read_gift(text: str, *, file: str) -> Travelled:
    """Raises ContentError with all that cannot be read."""
    questions: list[Portable] = []
    losses: list[Loss] = []
    problems: list[Problem] = []
    for block in _blocks(text):
        reader = _BlockReader(block)
        try:
            questions.append(reader.question())
        except _LeftOut as error:
            losses.append(Loss(name=reader.name, message=f"{error}; left out.", line=block.line))
        except _Wrong as error:
            line = block.line + error.at
            problems.append(Problem(file=file, line=line, message=str(error)))
        losses += reader.losses
    if problems:
        raise ContentError(problems)
    return Travelled(questions=tuple(questions), losses=tuple(losses))


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block(line=0)
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        plain = line.strip()
        if plain.startswith("//"):
            block.tags += (tag.strip() for tag in _TAG.findall(plain))
            if block.lines:
                block.lines.append("")
            continue
        if plain and not (plain.startswith("$CATEGORY:") and not block.lines):
            block.line = block.line or number
            block.lines.append(line)
        elif block.lines:
            yield block
            block = _Block(line=0)


class _BlockReader:
    def __init__(self, block: _Block) -> None:
        self.block = block
        self.losses: list[Loss] = []
        self.text = _ESCAPED.sub(lambda m: _HIDDEN[m[1]], "\n".join(block.lines))
        self.name, self.begin = self._name()
        self.format = "moodle"

    def _name(self) -> tuple[str, int]:
        """The title, and where the question begins."""
        begin = len(self.text) - len(self.text.lstrip())
        if self.text.startswith("::", begin):
            end = self.text.find("::", begin + 2)
            if end > 0:
                title = " ".join(_reveal(self.text[begin + 2 : end]).split())
                return title or self._first_words(end + 2), end + 2
        return self._first_words(begin), begin

    def _first_words(self, begin: int) -> str:
        words = _FORMAT.sub("", self.text[begin:].split("{", 1)[0], count=1)
        return shown_name(_reveal(words)) or f"question of line {self.block.line}"

    def question(self) -> Portable:
        if len(self.text) > LONGEST_TEXT:
            raise _Wrong(f"The question has more than {LONGEST_TEXT:,} characters. Shorten it.")
        stem, answers = self._parts()
        written_as, stem = _format(stem, default="moodle")
        self.format = written_as
        answers, explanation = _split_explanation(answers)
        kind, read = self._kind(answers)
        parts = read(answers)
        return Portable(
            name=self.name,
            kind=kind,
            stem=self._markdown(stem),
            explanation=self._markdown(explanation),
            concepts=tuple(self.block.tags),
            line=self.block.line,
            **parts,
        )

    def _parts(self) -> tuple[str, str]:
        text, begin = self.text, self.begin
        start, finish = text.find("{", begin), text.find("}", begin)
        if start < 0 and finish < 0:
            raise _LeftOut("it has no answers in braces")
        if start < 0 or 0 <= finish < start:
            raise _Wrong("A brace is closed that was not opened.", at=text.count("\n", 0, finish))
        if finish < 0:
            message = "The brace that begins here is not closed before the next empty line."
            raise _Wrong(message, at=text.count("\n", 0, start))
        again = min((at for sign in "{}" if (at := text.find(sign, finish + 1)) >= 0), default=-1)
        inside = text.find("{", start + 1, finish)
        if again >= 0 or inside >= 0:
            message = r"There is a second pair of braces. A brace that is text is \{ or \}."
            raise _Wrong(message, at=text.count("\n", 0, inside if inside >= 0 else again))
        before, after = text[begin:start], text[finish + 1 :]
        gap = "_____" if after.strip() else ""
        return f"{before}{gap}{after}", text[start + 1 : finish].strip()

    def _kind(self, answers: str) -> tuple[str, Callable[[str], dict[str, Any]]]:
        if not answers:
            raise _LeftOut("an essay is not marked by itself")
        if answers.startswith("#"):
            return NUMERIC, self._numbers
        if "~" in answers:
            return SINGLE if "=" in answers else MULTIPLE, self._options
        if "=" in answers and _ARROW in answers:
            return MATCHING, self._pairs
        if answers.split("#", 1)[0].strip().upper() in _TRUE_OR_FALSE:
            raise _LeftOut("true or false has two options, and a choice here at least three")
        return SHORT_TEXT, self._texts

    def _options(self, answers: str) -> dict[str, Any]:
        choices = []
        for sign, rest in self._signed(answers):
            fraction, text = _weighed(rest, default=0.0)
            if sign == "=":
                fraction, text = 1.0, rest
            text, feedback = self._with_feedback(text)
            choices.append(Choice(text=self._markdown(text), fraction=fraction, feedback=feedback))
        return {"choices": tuple(choices)}

    def _texts(self, answers: str) -> dict[str, Any]:
        choices = []
        for _, rest in self._signed(answers if answers.startswith("=") else f"={answers}"):
            fraction, text = _weighed(rest, default=1.0)
            text, feedback = self._with_feedback(text)
            written_as, text = _format(text, default=self.format)
            plain = plain_text(_reveal(text), written_as=written_as)
            if re.search(r"(?<!\\)\*", plain):
                self._lose(f"{plain!r:.60} holds a star for any text; it is not read.")
                continue
            plain = plain.replace(r"\*", "*")
            choices.append(Choice(text=plain, fraction=fraction, feedback=feedback))
        return {"choices": tuple(choices)}

    def _numbers(self, answers: str) -> dict[str, Any]:
        answers, wildcard, _ = answers.removeprefix("#").partition("~")
        if wildcard:
            self._lose("feedback for any other number is lost.")
        answers = answers.strip()
        values = []
        for _, rest in self._signed(answers if answers.startswith("=") else f"={answers}"):
            fraction, text = _weighed(rest, default=1.0)
            text, feedback = self._with_feedback(text)
            if text.strip() == "*":
                self._lose("feedback for any other number is lost.")
                continue
            number, tolerance = _number_and_tolerance(_reveal(text))
            values.append(
                Value(number=number, tolerance=tolerance, fraction=fraction, feedback=feedback)
            )
        return {"values": tuple(values)}

    def _pairs(self, answers: str) -> dict[str, Any]:
        pairs, extra = [], []
        for _, rest in self._signed(answers):
            left, arrow, right = rest.partition(_ARROW)
            if not arrow:
                raise _Wrong(
                    f"{_reveal(rest).strip()!r:.60} has no {_ARROW} to what belongs to it."
                )
            plain = " ".join(_reveal(right).split())
            if left.strip():
                pairs.append(Pair(left=self._markdown(left), right=plain))
            else:
                extra.append(plain)
        return {"pairs": tuple(pairs), "extra": tuple(extra)}

    def _signed(self, answers: str) -> Iterator[tuple[str, str]]:
        first, *rest = _ANSWERS.split(answers)
        if first.strip():
            shown = _reveal(first).strip()
            raise _Wrong(f"{shown!r:.60} stands before the first answer. Begin one with = or ~.")
        for answer in rest:
            yield answer[0], answer[1:].strip()

    def _with_feedback(self, text: str) -> tuple[str, str]:
        text, _, feedback = text.partition("#")
        return text.strip(), self._markdown(feedback)

    def _markdown(self, text: str) -> str:
        written_as, text = _format(text.strip(), default=self.format)
        return to_markdown(_reveal(text).strip(), written_as=written_as, lose=self._lose)

    def _lose(self, message: str) -> None:
        loss = Loss(name=self.name, message=message, line=self.block.line)
        if loss not in self.losses:
            self.losses.append(loss)


def _reveal(text: str) -> str:
    return text.translate(_SHOWN)


def _format(text: str, *, default: str) -> tuple[str, str]:
    match = _FORMAT.match(text.lstrip())
    if match and match[1] in _FORMATS:
        return match[1], text.lstrip()[match.end() :]
    return default, text


def _split_explanation(answers: str) -> tuple[str, str]:
    before, mark, after = answers.rpartition("####")
    return (before.strip(), after) if mark else (answers, "")


def _weighed(answer: str, *, default: float) -> tuple[float, str]:
    match = _WEIGHT.match(answer)
    if match is None:
        return default, answer
    return float(match[1]) / 100, answer[match.end() :]


def _number_and_tolerance(text: str) -> tuple[float, float]:
    if ".." in text:
        low, _, high = text.partition("..")
        least, most = _number(low), _number(high)
        return (least + most) / 2, abs(most - least) / 2
    number, _, tolerance = text.partition(":")
    return _number(number), abs(_number(tolerance)) if tolerance.strip() else 0.0


def _number(text: str) -> float:
    try:
        number = float(text.strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not text.isascii() or "_" in text:
        raise _Wrong(f"{text.strip()!r:.60} is not a number. Write it in digits, such as 0.25.")
    return number
