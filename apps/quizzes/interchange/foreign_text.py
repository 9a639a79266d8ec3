"""Texts of other systems as our Markdown: HTML, Moodle's Markdown and plain text."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from apps.quizzes.interchange.markdown import display, escaped, from_moodle, inline, one_line

# fmt: off
_BLOCKS = frozenset({
    "p", "div", "section", "article", "blockquote", "ul", "ol", "dl", "dt", "dd", "table", "tr",
    "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "center", "figure", "li", "thead", "tbody",
})
# fmt: on
_SILENT = frozenset({"script", "style", "head", "title"})
_PICTURES = {
    "img": "a picture",
    "svg": "a picture",
    "audio": "a sound",
    "video": "a film",
    "iframe": "a frame",
    "object": "an object",
    "math": "a formula in MathML",
}
_VOID = frozenset({"br", "hr", "img", "input", "col", "wbr", "meta", "link", "source", "embed"})
_DEEPEST = 40  # what nests deeper is read as text
_FORMULA = re.compile(
    r"\\\((?P<inline>(?:(?!\\[()]).)+?)\\\)"
    r"|\\\[(?P<bracket>(?:(?!\\[\[\]]).)+?)\\\]"
    r"|\$\$(?P<dollar>[^$]+)\$\$",
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n|\n[ \t]*\n")


def to_markdown(text: str, *, written_as: str, lose: Callable[[str], None]) -> str:
    """``written_as``: html, markdown, plain, or Moodle's own mixture of HTML and plain text.
    ``lose``: told what cannot be kept."""
    if written_as == "markdown":
        return from_moodle(text).strip()
    if written_as == "plain":
        return escaped(text).strip()
    if written_as == "moodle":
        text = text.strip().replace("\n\n", "<p>").replace("\n", "<br>")
    return _from_html(text, lose)


def plain_text(text: str, *, written_as: str) -> str:
    """Of a text that stands where neither Markdown nor HTML is read."""
    if written_as == "html" and re.search(r"<[a-zA-Z/!]|&\w+;|&#", text):
        return one_line(_PlainText.of(text))
    return one_line(text)


class _PlainText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    @classmethod
    def of(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        parser.close()
        return " ".join(parser.parts)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _from_html(html: str, lose: Callable[[str], None]) -> str:
    reader = _Reader(lose)
    reader.feed(html)
    reader.close()
    return reader.markdown()


@dataclass(slots=True)
class _Frame:
    tag: str
    attributes: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    items: int = 0  # of a list
    rows: list[list[str]] = field(default_factory=list)  # of a table


class _Reader(HTMLParser):
    """Keeps what Markdown can say, and of the rest the words."""

    def __init__(self, lose: Callable[[str], None]) -> None:
        super().__init__()
        self.lose = lose
        self.open = [_Frame("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _PICTURES:
            self.lose(f"{_PICTURES[tag]} is lost.")
            self._write(escaped(attributes.get("alt", "")))
        if tag in _VOID:
            self._write({"br": "  \n", "hr": "\n\n---\n\n"}.get(tag, ""))
        elif len(self.open) < _DEEPEST:
            if tag in {"li", "p", "tr", "td", "th", "dt", "dd"}:
                self._end_open(tag)
            self.open.append(_Frame(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if any(frame.tag == tag for frame in self.open[1:]):
            while self._close_last() != tag:
                pass

    def _end_open(self, tag: str) -> None:
        """An item ends the one before it, whose end tag may be left out."""
        if self.open[-1].tag == tag or (tag in {"li", "tr", "td", "th"} and self._inside(tag)):
            self.handle_endtag(tag)

    def _inside(self, tag: str) -> bool:
        holder = {"li": {"ul", "ol"}}.get(tag, {"table"})
        for frame in reversed(self.open):
            if frame.tag in holder:
                return False
            if frame.tag == tag:
                return True
        return False

    def handle_data(self, data: str) -> None:
        if any(frame.tag in {"pre", "code"} for frame in self.open):
            self._write(data)
        else:
            self._write("".join(_text_and_formulas(data)))

    def _write(self, text: str) -> None:
        self.open[-1].parts.append(text)

    def _close_last(self) -> str:
        frame = self.open.pop()
        inside = "".join(frame.parts)
        if frame.tag in {"td", "th"}:
            self._add_cell(one_line(inside).replace("|", "&#124;"))
        else:
            self._write(self._closed(frame, inside))
        return frame.tag

    def _add_cell(self, text: str) -> None:
        table = next((f for f in reversed(self.open) if f.tag == "table"), None)
        row = next((f for f in reversed(self.open) if f.tag == "tr"), None)
        if table is None or row is None:
            self._write(f" {text} ")
            return
        if not row.items:
            table.rows.append([])
        row.items += 1
        table.rows[-1].append(text)

    def _closed(self, frame: _Frame, inside: str) -> str:
        if frame.tag in _SILENT:
            return ""
        if write := _TAGS.get(frame.tag):
            return write(self, frame, inside)
        return f"\n\n{inside.strip()}\n\n" if frame.tag in _BLOCKS else inside

    def _item(self, frame: _Frame, inside: str) -> str:
        holder = next((f for f in reversed(self.open) if f.tag in {"ul", "ol"}), None)
        if holder is None:
            return f"\n\n{inside.strip()}\n\n"
        holder.items += 1
        mark = f"{holder.items}." if holder.tag == "ol" else "-"
        text = _BLANK_LINES.sub("\n\n", inside.strip()).replace("\n", "\n    ")
        return f"\n{mark} {text}\n"

    def markdown(self) -> str:
        while len(self.open) > 1:
            self._close_last()
        text = "".join(self.open[0].parts)
        return _BLANK_LINES.sub("\n\n", text).strip()


def _text_and_formulas(data: str) -> Iterator[str]:
    end = 0
    for match in _FORMULA.finditer(data):
        yield escaped(_SPACE.sub(" ", data[end : match.start()]))
        if (tex := match["inline"]) is not None:
            yield inline(tex)
        else:
            yield f"\n\n{display(match['bracket'] or match['dollar'])}\n\n"
        end = match.end()
    yield escaped(_SPACE.sub(" ", data[end:]))


# What a tag is in Markdown -----------------------------------------------------------------------


def _marked(mark: str) -> Callable[[_Reader, _Frame, str], str]:
    def write(reader: _Reader, frame: _Frame, inside: str) -> str:
        text = inside.strip()
        if not text or "\n\n" in text:
            return inside
        before = inside[: len(inside) - len(inside.lstrip())]
        return f"{before}{mark}{text}{mark}{inside[len(inside.rstrip()) :]}"

    return write


def _kept(reader: _Reader, frame: _Frame, inside: str) -> str:
    return f"<{frame.tag}>{inside}</{frame.tag}>" if inside.strip() else inside


def _code(reader: _Reader, frame: _Frame, inside: str) -> str:
    if any(one.tag == "pre" for one in reader.open) or not inside.strip():
        return inside
    text = one_line(inside)
    ticks = _fence(text, least=1)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"


def _pre(reader: _Reader, frame: _Frame, inside: str) -> str:
    fence = _fence(inside, least=3)
    return f"\n\n{fence}\n{inside.strip('\n')}\n{fence}\n\n" if inside.strip() else ""


def _fence(text: str, *, least: int) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _heading(reader: _Reader, frame: _Frame, inside: str) -> str:
    return f"\n\n### {one_line(inside)}\n\n" if inside.strip() else ""


def _link(reader: _Reader, frame: _Frame, inside: str) -> str:
    address = frame.attributes.get("href", "")
    if not re.fullmatch(r"https?://[^\s()<>\[\]]+", address) or not inside.strip():
        return inside
    return f"[{one_line(inside)}]({address})"


def _quote(reader: _Reader, frame: _Frame, inside: str) -> str:
    lines = _BLANK_LINES.sub("\n\n", inside.strip()).replace("\n", "\n> ")
    return f"\n\n> {lines}\n\n" if lines else ""


def _table(reader: _Reader, frame: _Frame, inside: str) -> str:
    width = max(map(len, frame.rows), default=0)
    if not width:
        return f"\n\n{inside.strip()}\n\n"
    rows = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in frame.rows]
    rows.insert(1, f"|{'---|' * width}")
    return f"\n\n{inside.strip()}\n\n" + "\n".join(rows) + "\n\n"


_TAGS: Mapping[str, Callable[[_Reader, _Frame, str], str]] = {
    "strong": _marked("**"),
    "b": _marked("**"),
    "em": _marked("*"),
    "i": _marked("*"),
    "sub": _kept,
    "sup": _kept,
    "code": _code,
    "pre": _pre,
    "a": _link,
    "li": _Reader._item,
    "blockquote": _quote,
    "table": _table,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
}
