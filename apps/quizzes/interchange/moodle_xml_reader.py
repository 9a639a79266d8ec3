"""Moodle XML read. Whatever the file holds, nothing in it is fetched or expanded."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from apps.curriculum.problems import ContentError, Problem
from apps.quizzes.interchange.files import LONGEST_TEXT, ODD, refusal
from apps.quizzes.interchange.foreign_text import plain_text, to_markdown
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

_DEEPEST = 30  # elements inside of each other; Moodle writes about six
_FORMATS = {
    "html": "html",
    "moodle_auto_format": "moodle",
    "plain_text": "plain",
    "markdown": "markdown",
}
_LEFT_OUT = {
    "truefalse": "true or false has two options, and a choice here at least three",
    "essay": "an essay is not marked by itself",
    "description": "it asks nothing",
}


class _Wrong(Exception):
    def __init__(self, message: str, element: Element) -> None:
        super().__init__(message)
        self.element = element


class _TooDeep(Exception):
    pass


class _Builder(TreeBuilder):
    """Knows the line of each element."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.line_now: Callable[[], int] = lambda: 0
        self.lines: dict[int, int] = {}  # by the element's id; all live as long as the tree

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _TooDeep
        element: Element = super().start(tag, attrs)
        self.lines[id(element)] = self.line_now()
        return element

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def read_moodle_xml(text: str, *, file: str) -> Travelled:
    """Raises ContentError with all that cannot be read."""
    root, lines = _parsed(text, file=file)
    if root.tag != "quiz":
        message = f"This is not Moodle XML: it begins with <{root.tag[:40]}>, and not with <quiz>."
        raise refusal(file, message, line=1)
    questions: list[Portable] = []
    losses: list[Loss] = []
    problems: list[Problem] = []
    for element in root:
        if element.tag != "question" or element.get("type") == "category":
            continue
        reader = _QuestionReader(element, line=lines[id(element)])
        try:
            question = reader.question()
        except _Wrong as error:
            line = lines[id(error.element)]
            problems.append(
                Problem(file=file, line=line, message=f"{shown_name(reader.name)}: {error}")
            )
        else:
            questions += [question] if question else []
        losses += reader.losses
    if problems:
        raise ContentError(problems)
    return Travelled(questions=tuple(questions), losses=tuple(losses))


def _parsed(text: str, *, file: str) -> tuple[Element, dict[int, int]]:
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.line_now = lambda: parser.parser.CurrentLineNumber
    try:
        parser.feed(text)
        root = parser.close()
    except DefusedXmlException:
        message = (
            "The file declares a document type or entities. Moodle writes none; take them out."
        )
        raise refusal(file, message, line=builder.line_now()) from None
    except _TooDeep:
        message = f"More than {_DEEPEST} elements stand inside of each other here."
        raise refusal(file, message, line=builder.line_now()) from None
    except ParseError as error:
        what = str(error).split(":", 1)[0]
        message = f"This is not well-formed XML: {what}."
        raise refusal(file, message, line=error.position[0]) from None
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise refusal(file, f"The file cannot be read as XML: {error}.", line=1) from None
    return root, builder.lines


class _QuestionReader:
    def __init__(self, element: Element, *, line: int) -> None:
        self.element, self.line = element, line
        self.losses: list[Loss] = []
        name = " ".join(_clean(element.findtext("name/text") or "").split())
        self.name = name or f"question of line {line}"

    def question(self) -> Portable | None:
        element, kind = self.element, self.element.get("type", "")
        if sum(map(len, element.itertext())) > LONGEST_TEXT:
            raise _Wrong(f"It has more than {LONGEST_TEXT:,} characters. Shorten it.", element)
        read = _KINDS.get(kind)
        if read is None:
            why = _LEFT_OUT.get(kind, f"there are no {kind or 'unnamed'} questions here")
            self._lose(f"{shown_name(why)}; left out.")
            return None
        parts = read(self)
        return Portable(
            **{
                "name": self.name,
                "stem": self._markdown(element.find("questiontext")),
                "explanation": self._markdown(element.find("generalfeedback")),
                "concepts": tuple(self._tags()),
                "line": self.line,
                **parts,
            }
        )

    def _tags(self) -> Iterator[str]:
        for tag in self.element.iterfind("tags/tag"):
            yield _clean(tag.findtext("text") or "").strip()

    def options(self) -> dict[str, Any]:
        single = (self.element.findtext("single") or "true").strip().lower() in {"true", "1"}
        choices = tuple(
            Choice(
                text=self._markdown(answer),
                fraction=self._fraction(answer),
                feedback=self._markdown(answer.find("feedback")),
            )
            for answer in self.element.iterfind("answer")
        )
        return {"kind": SINGLE if single else MULTIPLE, "choices": choices}

    def texts(self) -> dict[str, Any]:
        if (self.element.findtext("usecase") or "").strip() == "1":
            self._lose("capitals counted; here they make no difference.")
        choices = []
        for answer in self.element.iterfind("answer"):
            written_as = _FORMATS.get(answer.get("format", ""), "plain")
            text = plain_text(_clean(answer.findtext("text") or ""), written_as=written_as)
            if re.search(r"(?<!\\)\*", text):
                self._lose(f"{text!r:.60} holds a star for any text; it is not read.")
                continue
            choices.append(
                Choice(
                    text=text.replace(r"\*", "*"),
                    fraction=self._fraction(answer),
                    feedback=self._markdown(answer.find("feedback")),
                )
            )
        return {"kind": SHORT_TEXT, "choices": tuple(choices)}

    def numbers(self) -> dict[str, Any]:
        values = []
        for answer in self.element.iterfind("answer"):
            text = (answer.findtext("text") or "").strip()
            if text == "*":
                self._lose("feedback for any other number is lost.")
                continue
            values.append(
                Value(
                    number=_number(text, answer),
                    tolerance=abs(_number(answer.findtext("tolerance") or "0", answer)),
                    fraction=self._fraction(answer),
                    feedback=self._markdown(answer.find("feedback")),
                )
            )
        return {"kind": NUMERIC, "values": tuple(values), "unit": self._unit()}

    def _unit(self) -> str:
        units = [
            _clean(unit.findtext("unit_name") or "").strip()
            for unit in self.element.iterfind("units/unit")
        ]
        if len(units) > 1:
            self._lose(f"of its units, only {units[0]} is kept.")
        return units[0] if units else ""

    def pairs(self) -> dict[str, Any]:
        pairs, extra = [], []
        for row in self.element.iterfind("subquestion"):
            left = self._markdown(row)
            right = " ".join(_clean(row.findtext("answer/text") or "").split())
            if left:
                pairs.append(Pair(left=left, right=right))
            else:
                extra.append(right)
        return {"kind": MATCHING, "pairs": tuple(pairs), "extra": tuple(extra)}

    def _fraction(self, answer: Element) -> float:
        return _number(answer.get("fraction", "0"), answer) / 100

    def _markdown(self, element: Element | None) -> str:
        if element is None:
            return ""
        if element.find("file") is not None:
            self._lose("a picture or another file is lost.")
        return to_markdown(
            _clean(element.findtext("text") or "").strip(),
            written_as=_FORMATS.get(element.get("format", ""), "html"),
            lose=self._lose,
        )

    def _lose(self, message: str) -> None:
        loss = Loss(name=shown_name(self.name), message=message, line=self.line)
        if loss not in self.losses:
            self.losses.append(loss)


def _clean(text: str) -> str:
    return ODD.sub("", text)


def _number(text: str, element: Element) -> float:
    try:
        number = float(text.strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not text.isascii() or "_" in text:
        message = f"{text.strip()!r:.60} is not a number. Write it in digits, such as 0.25."
        raise _Wrong(message, element)
    return number


_KINDS: dict[str, Callable[[_QuestionReader], dict[str, Any]]] = {
    "multichoice": _QuestionReader.options,
    "shortanswer": _QuestionReader.texts,
    "numerical": _QuestionReader.numbers,
    "matching": _QuestionReader.pairs,
}
