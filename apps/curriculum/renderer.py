"""The one way from Markdown to HTML: rendered by Python-Markdown, then sanitised by nh3.

Whatever Markdown or raw HTML comes in, only the tags, attributes, classes and addresses listed
here come out: no style, no script, no event handler, no attribute that htmx would act on.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

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
from pymdownx.highlight import HighlightExtension
from pymdownx.superfences import SuperFencesCodeExtension

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})  # h1 is the page's own
# fmt: off
TAGS = HEADINGS | {
    "a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "li", "ol", "p",
    "pre", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}
# fmt: on
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "title"}),
    "ol": frozenset({"start"}),
    **dict.fromkeys(HEADINGS, frozenset({"id"})),
}
ALIGNMENT = {"align": frozenset({"left", "center", "right"})}
# The frame around a table, so that a wide one scrolls inside itself, by keyboard too.
TABLE_FRAME = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"}
ATTRIBUTE_VALUES = {
    "td": ALIGNMENT,
    "th": ALIGNMENT,
    "div": {name: frozenset({value}) for name, value in TABLE_FRAME.items() if name != "class"},
}
ADMONITIONS = frozenset({"note", "tip", "warning"})
CLASSES = {
    "div": frozenset({"highlight", "scroll", "admonition"}) | ADMONITIONS,
    "p": frozenset({"admonition-title"}),
    "span": frozenset({"hll"} | {name for name in STANDARD_TYPES.values() if name}),
}
SCHEMES = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    html: str  # sanitised
    dropped_tags: frozenset[str]  # tags of the source that the reader does not get
    ids: frozenset[str]  # of the headings, with their prefix
    links: tuple[str, ...]  # as they stand in the HTML, in order


def render(text: str, *, id_prefix: str) -> Rendered:
    """Render Markdown for a page.

    ``id_prefix`` stands before every heading's id and every ``#fragment`` of a link, so that two
    texts on one page, and the page itself, never share an id.
    """
    raw = _markdown(id_prefix).convert(text)

    def filter_attribute(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return value if re.fullmatch(rf"{re.escape(id_prefix)}-[\w-]+", value) else None
        if name == "href" and value.startswith("#"):
            return f"#{id_prefix}-{value[1:]}"
        return value

    html = nh3.clean(
        raw,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=filter_attribute,
        tag_attribute_values=ATTRIBUTE_VALUES,
        # A wide block of code scrolls, so it must be reachable by keyboard.
        set_tag_attribute_values={"pre": {"tabindex": "0"}},
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="noopener",
    )
    before, after = _Inventory.of(raw), _Inventory.of(html)
    return Rendered(
        html=html,
        dropped_tags=frozenset(before.tags - TAGS),
        ids=frozenset(after.ids),
        links=tuple(after.links),
    )


def _markdown(id_prefix: str) -> Markdown:
    return Markdown(
        extensions=[
            AdmonitionExtension(),
            DefListExtension(),
            SaneListExtension(),
            TableExtension(use_align_attribute=True),
            TocExtension(slugify=lambda text, sep: f"{id_prefix}-{slugify_unicode(text, sep)}"),
            HighlightExtension(guess_lang=False, noclasses=False),
            SuperFencesCodeExtension(),
            _TableFrames(),
        ],
        output_format="html",
    )


class _TableFrames(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_FrameTables(md), "table_frames", 5)


class _FrameTables(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for place, child in enumerate(list(parent)):
                if child.tag == "table":
                    frame = Element("div", TABLE_FRAME)
                    frame.tail, child.tail = child.tail, None
                    frame.append(child)
                    parent[place] = frame


class _Inventory(HTMLParser):
    """Which tags, ids and links a piece of HTML holds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.links: list[str] = []

    @classmethod
    def of(cls, html: str) -> "_Inventory":
        inventory = cls()
        inventory.feed(html)
        inventory.close()
        return inventory

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name == "href" and value:
                self.links.append(value)
