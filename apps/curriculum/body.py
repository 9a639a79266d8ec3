"""Renders the Markdown of authored files and tells what is wrong with it, line by line."""

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from apps.curriculum.front_matter import SLUG
from apps.curriculum.problems import Problem
from apps.curriculum.render_cache import RenderCache
from apps.curriculum.renderer import PAGES, Rendered

# How a tag is written where Markdown has a sign of its own for it.
MARKDOWN_SIGNS = {"h1": r"#\s|=+\s*$", "img": r".*!\["}
_PICTURE = (
    "A picture is ![what it shows](figures/NAME.svg) on a line of its own, with its file in the "
    "folder figures."
)


def render_body(
    text: str,
    *,
    file: str,
    first_line: int,
    id_prefix: str,
    cache: RenderCache,
    figures: Mapping[str, Element] | None = None,
) -> tuple[Rendered, list[Problem]]:
    """The text as it is shown, and what its author has to mend."""
    rendered = cache.render(text, id_prefix=id_prefix, figures=figures or {})
    found = [
        *_no_text(text),
        *_dropped_tags(text, rendered, may_draw=figures is not None),
        *_unusable_formulas(text, rendered),
        *_broken_links(text, rendered, id_prefix=id_prefix),
    ]
    return rendered, [
        Problem(file=file, line=first_line + offset, message=message) for offset, message in found
    ]


def line_of_reference(text: str, first_line: int, *, kind: str, slug: str) -> int:
    """Where a text links to a page of the site."""
    return first_line + _offset(text, re.compile(rf".*\({kind}:{re.escape(slug)}\)"))


def _no_text(text: str) -> Iterator[tuple[int, str]]:
    if not text.strip():
        yield 0, "There is no text here. Write it."


def _dropped_tags(text: str, rendered: Rendered, *, may_draw: bool) -> Iterator[tuple[int, str]]:
    for tag in sorted(rendered.dropped_tags):
        sign = MARKDOWN_SIGNS.get(tag, "")
        offset = _offset(text, re.compile(rf"(?i).*<{re.escape(tag)}\b|{sign or '(?!)'}"))
        if tag == "h1":
            yield offset, "The page has its own title. Begin headings with ##."
        elif tag == "img" and may_draw:
            yield offset, _PICTURE
        elif tag == "img":
            yield offset, "Pictures are not shown. Say it in words or in a table."
        else:
            yield offset, f"<{tag}> is not shown. Take it out, or put it between backticks."


def _unusable_formulas(text: str, rendered: Rendered) -> Iterator[tuple[int, str]]:
    for tex, message in rendered.unusable_formulas:
        beginning = tex.split("\n", 1)[0]
        yield _offset(text, re.compile(rf".*{re.escape(beginning)}")), message


def _broken_links(text: str, rendered: Rendered, *, id_prefix: str) -> Iterator[tuple[int, str]]:
    ids = {heading.id for heading in rendered.headings}
    for link in rendered.links:
        if link.startswith(("https://", "http://", "mailto:")) or re.match(r"/(?!/)", link):
            continue
        written = link.replace(f"#{id_prefix}-", "#", 1)
        offset = _offset(text, re.compile(rf".*{re.escape(written)}"))
        if not link.startswith("#"):
            yield offset, f"The link {written} leads nowhere. Begin it with https://, / or #."
        elif link[1:] not in ids:
            yield offset, f"The link {written} leads to no heading of this file."
    for kind, slug in sorted(rendered.references):
        if not SLUG.fullmatch(slug):
            offset = _offset(text, re.compile(rf".*\({kind}:"))
            yield offset, f"A link to a {kind} is {kind}: and its name, like {PAGES[kind]!r}."


def _offset(text: str, pattern: re.Pattern[str]) -> int:
    """Lines before the first one that matches, outside of fenced code; 0 when none does."""
    fenced = False
    for offset, line in enumerate(text.split("\n")):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and pattern.match(line):
            return offset
    return 0
