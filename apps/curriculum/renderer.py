"""The one way from Markdown to HTML: rendered by Python-Markdown, then sanitised by nh3.

Whatever Markdown or raw HTML comes in, only the tags, attributes, classes and addresses listed
here come out: no style, no script, no event handler, no attribute that htmx would act on. SVG
comes out only of figures that the caller hands in.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension, slugify_unicode
from markdown.treeprocessors import Treeprocessor
from pygments.token import STANDARD_TYPES
from pymdownx.arithmatex import ArithmatexExtension
from pymdownx.details import DetailsExtension
from pymdownx.highlight import HighlightExtension
from pymdownx.superfences import SuperFencesCodeExtension

from apps.curriculum import formulas
from apps.curriculum.formulas import FormulaError, to_mathml

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})  # h1 is the page's own
# fmt: off
TAGS = HEADINGS | formulas.TAGS | {
    "a", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption",
    "figure", "hr", "li", "ol", "p", "pre", "span", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}
DRAWING_TAGS = frozenset(
    {"svg", "g", "path", "line", "rect", "circle", "polyline", "polygon", "text", "tspan"}
)
DRAWING_ATTRIBUTES = frozenset({
    "viewBox", "width", "height", "role", "aria-label", "transform", "d", "x", "y", "x1", "x2",
    "y1", "y2", "dx", "dy", "cx", "cy", "r", "rx", "points", "text-anchor", "opacity",
    "stroke-width",
})
# fmt: on
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "title"}),
    "ol": frozenset({"start"}),
    **dict.fromkeys(HEADINGS, frozenset({"id"})),
    **dict.fromkeys(formulas.TAGS, formulas.ATTRIBUTES),
}
ALIGNMENT = {"align": frozenset({"left", "center", "right"})}
# The frame around a table, so that a wide one scrolls inside itself, by keyboard too.
TABLE_FRAME = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"}
ATTRIBUTE_VALUES = {
    "td": ALIGNMENT,
    "th": ALIGNMENT,
    "div": {
        "tabindex": frozenset({"0"}),
        "role": frozenset({"group"}),
        "aria-label": frozenset({"Table", "Formula"}),
    },
}
ADMONITIONS = frozenset({"note", "tip", "warning"})
CLASSES = {
    "div": frozenset(
        {"highlight", "scroll", "admonition", "formula", "language-output", "language-python"}
    )
    | ADMONITIONS,
    "details": frozenset({"question"}),
    "figure": frozenset({"figure"}),
    "p": frozenset({"admonition-title"}),
    "span": frozenset({"hll"} | {name for name in STANDARD_TYPES.values() if name}),
}
# What a figure may be drawn in; static/css/charts.css gives the colours.
# fmt: off
DRAWING_CLASSES = frozenset({
    "chart", "value", "axis-label", "bar-label", "threshold-label", "grid", "baseline", "tick",
    "series", "series-2", "threshold", "spread", "bar", "bar-2", "area", "area-2", "cell", "head",
    "head-1", "head-2", "dot", "dot-2",
})
# fmt: on
SCHEMES = frozenset({"http", "https", "mailto"})
_threads = threading.local()
_MOST_PARSERS = 32  # of a thread
# Python-Markdown takes two blocks of code without a blank line between them for one paragraph.
_FENCES_THAT_TOUCH = re.compile(r"(?<=\n```)[ \t]*\n(?=```\w)")
_TAG = re.compile(r"<([a-zA-Z][^\s/>]*)")
# Of sanitised HTML, in which every < of a text is escaped, and every " of a value.
_HEADING_ID = re.compile(r'<h\d id="([^"]*)"')
_LINK = re.compile(r'<a (?:[^">]|"[^"]*")*?href="([^"]*)"')
# [text](concept:precision) leads to the page of that concept.
PAGES = {"concept": "/concepts/{}/", "lesson": "/lessons/{}/", "project": "/projects/{}/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    level: int  # 2 to 6
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    html: str  # sanitised
    dropped_tags: frozenset[str]  # tags of the source that the reader does not get
    headings: tuple[Heading, ...]
    links: tuple[str, ...]  # as they stand in the HTML, in order
    references: frozenset[tuple[str, str]]  # kind and slug of each page of PAGES that is linked
    figures: frozenset[str]  # those that stand in the text
    unusable_formulas: tuple[tuple[str, str], ...]  # as written, with what to change

    @property
    def has_formulas(self) -> bool:
        return "<math" in self.html


def render(
    text: str,
    *,
    id_prefix: str,
    figures: Mapping[str, Element] | None = None,
    is_note: bool = False,
) -> Rendered:
    """Render Markdown for a page.

    ``id_prefix`` stands before every heading's id and every ``#fragment`` of a link, so that two
    texts on one page, and the page itself, never share an id. ``figures``: drawings by the address
    under which the text shows them as pictures. ``is_note``: what people write to each other; HTML
    is shown as it was typed, and a line that begins with # is no heading: it may be Python.
    """
    markdown, ours = _parser(id_prefix, is_note=is_note)
    ours.begin(figures or {})
    raw = markdown.convert(_FENCES_THAT_TOUCH.sub("\n\n", text))
    drawing = DRAWING_TAGS if figures else frozenset()
    html = _cleaner(id_prefix, drawing).clean(raw)
    tokens = getattr(markdown, "toc_tokens", [])  # the table of contents sets it
    ids = set(_HEADING_ID.findall(html))
    return Rendered(
        html=html,
        dropped_tags=frozenset(tag.lower() for tag in _TAG.findall(raw)) - TAGS - drawing,
        headings=tuple(_headings(tokens, ids=ids)),
        links=tuple(map(unescape, _LINK.findall(html))),
        references=frozenset(ours.references),
        figures=frozenset(ours.shown),
        unusable_formulas=tuple(ours.unusable_formulas),
    )


@lru_cache(_MOST_PARSERS)
def _cleaner(id_prefix: str, drawing: frozenset[str]) -> nh3.Cleaner:
    """To build one takes as long as to render a paragraph."""

    def filter_attribute(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return value if re.fullmatch(rf"{re.escape(id_prefix)}-[\w-]+", value) else None
        if name == "href" and value.startswith("#"):
            return f"#{id_prefix}-{value[1:]}"
        return value

    return nh3.Cleaner(
        tags=TAGS | drawing,
        attributes=ATTRIBUTES | dict.fromkeys(drawing, DRAWING_ATTRIBUTES),
        attribute_filter=filter_attribute,
        tag_attribute_values=ATTRIBUTE_VALUES,
        # A wide block of code scrolls, so it must be reachable by keyboard.
        set_tag_attribute_values={"pre": {"tabindex": "0"}},
        allowed_classes=CLASSES | dict.fromkeys(drawing, DRAWING_CLASSES),
        url_schemes=SCHEMES,
        link_rel="noopener",
    )


def _headings(tokens: list[dict[str, Any]], *, ids: set[str]) -> Iterator[Heading]:
    for token in tokens:
        if token["id"] in ids:
            yield Heading(level=token["level"], id=token["id"], text=unescape(token["name"]))
        yield from _headings(token["children"], ids=ids)


def _parser(id_prefix: str, *, is_note: bool) -> "tuple[Markdown, _Milepost]":
    """Ready for a new text. To build one takes as long as to render a paragraph, so each thread
    keeps those that it has built."""
    kept: dict[tuple[str, bool], tuple[Markdown, _Milepost]] = vars(_threads).setdefault("kept", {})
    if (id_prefix, is_note) not in kept:
        if len(kept) >= _MOST_PARSERS:
            kept.clear()
        markdown = _markdown(id_prefix)
        if is_note:
            _take_as_note(markdown)
        ours = _Milepost()
        ours.extendMarkdown(markdown)
        kept[id_prefix, is_note] = markdown, ours
    markdown, ours = kept[id_prefix, is_note]
    markdown.reset()
    return markdown, ours


def _markdown(id_prefix: str) -> Markdown:
    return Markdown(
        extensions=[
            AdmonitionExtension(),
            ArithmatexExtension(generic=True),
            DefListExtension(),
            DetailsExtension(),
            SaneListExtension(),
            TableExtension(use_align_attribute=True),
            TocExtension(slugify=lambda text, sep: f"{id_prefix}-{slugify_unicode(text, sep)}"),
            HighlightExtension(guess_lang=False, noclasses=False, pygments_lang_class=True),
            SuperFencesCodeExtension(),
        ],
        output_format="html",
    )


def _take_as_note(markdown: Markdown) -> None:
    markdown.preprocessors.deregister("html_block")
    markdown.inlinePatterns.deregister("html")
    markdown.parser.blockprocessors.deregister("hashheader")
    markdown.parser.blockprocessors.deregister("setextheader")


class _Milepost(Extension):
    """What this site adds to Markdown, and what it found in one text."""

    def __init__(self) -> None:
        super().__init__()
        self.begin({})

    def begin(self, figures: Mapping[str, Element]) -> None:
        """A new text."""
        self.figures = figures
        self.references: set[tuple[str, str]] = set()
        self.shown: set[str] = set()
        self.unusable_formulas: list[tuple[str, str]] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_Tree(md, self), "milepost", 5)


class _Tree(Treeprocessor):
    """Runs when the tree of the document is done: everything below is an element by now."""

    def __init__(self, md: Markdown, ours: _Milepost) -> None:
        super().__init__(md)
        self.ours = ours

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for place, child in enumerate(list(parent)):
                if child.tag == "a":
                    self._lead(child)
                elif (replacement := self._replacement(child)) is not None:
                    replacement.tail, child.tail = child.tail, None
                    parent[place] = replacement

    def _replacement(self, element: Element) -> Element | None:
        if element.tag == "table":
            for head in element.iter("th"):
                if not len(head) and not (head.text or "").strip():
                    head.tag = "td"  # a corner that is the head of nothing
            frame = Element("div", TABLE_FRAME)
            frame.append(element)
            return frame
        if element.get("class") == "arithmatex":
            return self._formula(element)
        if element.tag == "p" and len(element) == 1 and not (element.text or "").strip():
            return self._figure(element[0])
        return None

    def _lead(self, link: Element) -> None:
        kind, _, slug = (link.get("href") or "").partition(":")
        if kind in PAGES:
            link.set("href", PAGES[kind].format(slug))
            self.ours.references.add((kind, slug))

    def _formula(self, element: Element) -> Element | None:
        display = element.tag == "div"
        # Blocks come escaped, formulas in a line do not.
        text = unescape(element.text or "") if display else element.text or ""
        tex = text[2:-2].strip()
        try:
            math = to_mathml(tex, display=display)
        except FormulaError as error:
            self.ours.unusable_formulas.append((tex, str(error)))
            return None
        if not display:
            return math
        # A wide formula scrolls inside itself.
        frame = Element("div", TABLE_FRAME | {"class": "formula", "aria-label": "Formula"})
        frame.append(math)
        return frame

    def _figure(self, image: Element) -> Element | None:
        address = image.get("src", "")
        drawing = self.ours.figures.get(address) if image.tag == "img" else None
        if drawing is None:
            return None
        self.ours.shown.add(address)
        figure = Element("figure", {"class": "figure"})
        picture = deepcopy(drawing)
        picture.attrib |= {"role": "img", "aria-label": image.get("alt", "")}
        figure.append(picture)
        if caption := image.get("title"):
            if "\\(" in caption:
                problem = "A caption holds no formulas. Write it in words."
                self.ours.unusable_formulas.append((caption, problem))
            SubElement(figure, "figcaption").text = caption
        return figure
