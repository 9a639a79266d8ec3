"""Markdown on its way: numbers filled in, and formulas as Moodle's Markdown lets them pass."""

import re
from collections.abc import Iterator

from apps.quizzes.draws import Number, Values
from apps.quizzes.placeholders import fill_in

# Moodle shows formulas by MathJax, after its Markdown has run: between \( \) and $$ $$, and with
# each sign that Markdown would take for its own behind a backslash.
_INLINE = re.compile(r"\\\\\((?P<tex>(?:(?!\\\\[()])(?:[^\n]|\n(?!\s*\n)))+)\\\\\)")
_DISPLAY = re.compile(r"\$\$(?P<tex>.+?)\$\$", re.DOTALL)
# A new line and a bracket would be read as the end of the formula.
_BEFORE_BRACKET = re.compile(r"\\\\(?=[()])")
_OF_MARKDOWN = re.compile(r"[\\`*_\[\]]")
_ESCAPED = re.compile(r"\\([\\`*_\[\]])")
_PIECES = re.compile(
    r"""
    (?P<code>
        ^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[ \t]*$
        | (?<![\\`])(?P<ticks>`+)(?!`)(?:[^\n]|\n(?!\s*\n))+?(?<!`)(?P=ticks)(?!`)
    )
    | (?P<formula>
        \$\$.+?\$\$
        | (?<!\\)\$(?![\s$])(?:\\.|[^\\$\n]|\n(?!\s*\n))+?(?<!\s)\$
    )
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
# Signs that mean something anywhere in a line of Markdown, and those that do at its beginning.
_SIGNS = re.compile(r"([\\`*_\[\]$])")
_AT_LINE_START = re.compile(
    r"^([ \t]*)(?:(#+|[-+>:~=|]|!!!|\?\?\?)|(\d{1,9})([.)]))(?=[\s#=~|-]|$)", re.MULTILINE
)
_LINK_TO_PAGE = re.compile(r"\[([^\]\n]*)\]\((?:concept|lesson|project):[^)\s]*\)")

TEXT, CODE, FORMULA = "text", "code", "formula"


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text, code and formulas in turn."""
    end = 0
    for match in _PIECES.finditer(text):
        if match.start() > end:
            yield TEXT, text[end : match.start()]
        yield (CODE if match["code"] else FORMULA), match[0]
        end = match.end()
    if end < len(text):
        yield TEXT, text[end:]


def filled(text: str, values: Values) -> str:
    """Markdown with the numbers of a draw, which looks as the page of the question does."""
    return "".join(fill_in(piece, values, show=_SHOW[kind]) for kind, piece in pieces(text))


def _in_text(shown: str, value: Number | str | None) -> str:
    if shown.startswith("-") and not isinstance(value, str):
        shown = f"\N{MINUS SIGN}{shown[1:]}"
    return escaped(shown)


def _in_code(shown: str, value: Number | str | None) -> str:
    return shown


def _in_formula(shown: str, value: Number | str | None) -> str:
    """One group, as it was one placeholder: x^12 is not x^1 and a 2."""
    grouped = shown.replace(",", "{,}").replace("%", r"\%")
    return grouped if len(grouped) == 1 else f"{{{grouped}}}"


def to_moodle(text: str) -> str:
    return "".join(_to_moodle(kind, piece) for kind, piece in pieces(text))


def _to_moodle(kind: str, piece: str) -> str:
    if kind != FORMULA:
        return piece
    display = piece.startswith("$$")
    tex = _BEFORE_BRACKET.sub(r"\g<0> ", piece.strip("$").strip())
    tex = _OF_MARKDOWN.sub(r"\\\g<0>", " ".join(tex.split())).replace("<", "&lt;")
    return f"$${tex}$$" if display else rf"\\({tex}\\)"


def from_moodle(text: str) -> str:
    """The way back. What Moodle shows as money stays money."""
    parts = []
    for is_code, piece in _code_and_rest(text):
        if is_code:
            parts.append(piece)
            continue
        end = 0
        found = sorted([*_INLINE.finditer(piece), *_DISPLAY.finditer(piece)], key=_start)
        for match in found:
            if match.start() < end:
                continue
            parts += [_without_formulas(piece[end : match.start()]), _formula(match)]
            end = match.end()
        parts.append(_without_formulas(piece[end:]))
    return "".join(parts)


def _start(match: re.Match[str]) -> int:
    return match.start()


def _formula(match: re.Match[str]) -> str:
    tex = _ESCAPED.sub(r"\1", match["tex"]).replace("&lt;", "<").strip()
    return display(tex) if match[0].startswith("$$") else inline(tex)


def inline(tex: str) -> str:
    return f"${' '.join(tex.split())}$"


def display(tex: str) -> str:
    return f"$${' '.join(tex.split())}$$"


def _code_and_rest(text: str) -> Iterator[tuple[bool, str]]:
    """As ``pieces``, where a dollar sign alone means nothing."""
    rest = ""
    for kind, piece in pieces(text):
        if kind == CODE:
            yield False, rest
            yield True, piece
            rest = ""
        else:
            rest += piece
    yield False, rest


def _without_formulas(text: str) -> str:
    """A pair of dollar signs is money elsewhere."""
    return "".join(
        piece.replace("$", r"\$") if kind == FORMULA else piece for kind, piece in pieces(text)
    )


def escaped(text: str) -> str:
    """Plain text as Markdown that reads the same."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    text = _SIGNS.sub(r"\\\1", text)
    return _AT_LINE_START.sub(_escaped_start, text)


def _escaped_start(match: re.Match[str]) -> str:
    indent, sign, number, mark = match.groups()
    # Not every sign has an escape in Markdown; every one has a number in HTML.
    return f"{indent}{number}\\{mark}" if number else f"{indent}&#{ord(sign[0])};{sign[1:]}"


def without_page_links(text: str) -> str:
    """Links to pages of this site lead nowhere from another one."""
    return "".join(
        _LINK_TO_PAGE.sub(r"\1", piece) if kind == TEXT else piece for kind, piece in pieces(text)
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


_SHOW = {TEXT: _in_text, CODE: _in_code, FORMULA: _in_formula}
