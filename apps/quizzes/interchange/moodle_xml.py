"""Moodle XML written. ``moodle_xml_reader`` reads it. https://docs.moodle.org/en/Moodle_XML_format

Texts go out as Markdown (``format="markdown"``) and not as HTML: Moodle renders Markdown itself,
an author there can go on editing it, and what comes back is what was written, while HTML would come
back changed. Only formulas are spelt as Moodle's Markdown and MathJax need them.
"""

from collections.abc import Callable, Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from apps.quizzes.interchange.markdown import to_moodle
from apps.quizzes.interchange.portable import (
    MATCHING,
    MULTIPLE,
    NUMERIC,
    SHORT_TEXT,
    SINGLE,
    Loss,
    Portable,
    Travelled,
)

TYPES = {
    SINGLE: "multichoice",
    MULTIPLE: "multichoice",
    NUMERIC: "numerical",
    MATCHING: "matching",
    SHORT_TEXT: "shortanswer",
}


def write_moodle_xml(quizzes: Sequence[Travelled]) -> tuple[str, list[Loss]]:
    """The text of a file. Nothing is lost besides."""
    root = Element("quiz")
    for quiz in quizzes:
        category = SubElement(SubElement(root, "question", type="category"), "category")
        # A slash begins a category inside of another one.
        _plain(category, f"$course$/top/{quiz.title.replace('/', '//')}")
        root.extend(map(_question, quiz.questions))
    indent(root)
    xml = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n', []


def _question(question: Portable) -> Element:
    element = Element("question", type=TYPES[question.kind])
    _plain(SubElement(element, "name"), question.name)
    _markdown(SubElement(element, "questiontext"), question.stem)
    _markdown(SubElement(element, "generalfeedback"), question.explanation)
    _values(element, {"defaultgrade": "1", "penalty": "0.3333333", "hidden": "0"})
    for write in _PARTS[question.kind]:
        write(element, question)
    tags = SubElement(element, "tags")
    for concept in question.concepts:
        _plain(SubElement(tags, "tag"), concept)
    return element


def _plain(element: Element, text: str) -> None:
    SubElement(element, "text").text = text


def _markdown(element: Element, text: str) -> None:
    element.set("format", "markdown")
    _plain(element, to_moodle(text))


def _values(element: Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        SubElement(element, name).text = value


def _write_options(element: Element, question: Portable) -> None:
    _values(
        element,
        {
            "single": "true" if question.kind == SINGLE else "false",
            "shuffleanswers": "true",
            "answernumbering": "none",
        },
    )
    for choice in question.choices:
        answer = SubElement(element, "answer", fraction=_percent(choice.fraction))
        _markdown(answer, choice.text)
        _markdown(SubElement(answer, "feedback"), choice.feedback)


def _write_texts(element: Element, question: Portable) -> None:
    _values(element, {"usecase": "0"})
    for choice in question.choices:
        answer = SubElement(element, "answer", fraction=_percent(choice.fraction))
        answer.set("format", "plain_text")
        # A star stands for any text there, unless a backslash stands before it.
        _plain(answer, choice.text.replace("*", r"\*"))
        _markdown(SubElement(answer, "feedback"), choice.feedback)


def _write_values(element: Element, question: Portable) -> None:
    for value in question.values:
        answer = SubElement(element, "answer", fraction=_percent(value.fraction))
        answer.set("format", "plain_text")
        _plain(answer, repr(value.number))
        _markdown(SubElement(answer, "feedback"), value.feedback)
        _values(answer, {"tolerance": repr(value.tolerance)})


def _write_unit(element: Element, question: Portable) -> None:
    if question.unit:
        unit = SubElement(SubElement(element, "units"), "unit")
        _values(unit, {"multiplier": "1", "unit_name": question.unit})
    # As here: the unit may be written behind the number, and brings nothing.
    shown = "0" if question.unit else "3"
    _values(element, {"unitgradingtype": "0", "showunits": shown, "unitsleft": "0"})


def _write_pairs(element: Element, question: Portable) -> None:
    _values(element, {"shuffleanswers": "true"})
    for left, right in _rows(question):
        row = SubElement(element, "subquestion")
        _markdown(row, left)
        _plain(SubElement(row, "answer"), right)


def _rows(question: Portable) -> Iterator[tuple[str, str]]:
    yield from ((pair.left, pair.right) for pair in question.pairs)
    yield from (("", text) for text in question.extra)


def _percent(fraction: float) -> str:
    """With the five decimals by which Moodle knows a third."""
    return f"{fraction * 100:.5f}".rstrip("0").rstrip(".")


_PARTS: dict[str, tuple[Callable[[Element, Portable], None], ...]] = {
    SINGLE: (_write_options,),
    MULTIPLE: (_write_options,),
    NUMERIC: (_write_values, _write_unit),
    MATCHING: (_write_pairs,),
    SHORT_TEXT: (_write_texts,),
}
