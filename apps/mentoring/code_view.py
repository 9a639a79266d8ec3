"""One file of a submission as lines that a page shows: escaped, coloured, numbered.

Names and text are a learner's. Which lexer runs follows from a short list of endings, and a long
file or line stays without colours: a lexer must not become a way to keep the server busy.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer
from pygments.lexers.configs import DockerLexer, IniLexer, TOMLLexer
from pygments.lexers.data import JsonLexer, YamlLexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer
from pygments.lexers.sql import SqlLexer
from pygments.token import STANDARD_TYPES, _TokenType

from apps.checks.snapshot import SourceFile
from apps.checks.untrusted_text import visible

_LEXERS: dict[str, type[Lexer]] = {
    ".py": PythonLexer,
    ".pyi": PythonLexer,
    ".toml": TOMLLexer,
    ".lock": TOMLLexer,
    ".cfg": IniLexer,
    ".ini": IniLexer,
    ".yaml": YamlLexer,
    ".yml": YamlLexer,
    ".json": JsonLexer,
    ".ipynb": JsonLexer,
    ".sh": BashLexer,
    ".sql": SqlLexer,
    "dockerfile": DockerLexer,
}
_MOST_COLOURED = 60_000  # characters of a file
# Some lexers take time that grows with the square of these.
_WIDEST_COLOURED = 500  # characters of a line
_MOST_BLANK = 50  # lines in a row
LINES_A_PART = 2000
QUOTED = 300  # characters of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLine:
    number: int
    html: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePart:
    """A stretch of a file; most files are one."""

    number: int  # from 1
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    path: str  # as it is kept
    shown_path: str
    size: str
    query: str  # names it in an address
    is_known: bool  # the submission has it
    missing: str  # why there are no lines, in words; empty when there are
    lines: tuple[CodeLine, ...]
    part: CodePart
    parts: tuple[CodePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    query: str
    name: str
    comments: int
    is_current: bool
    is_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    name: str  # "" for the top
    files: tuple[TreeFile, ...]
    is_open: bool


def code_file(files: Sequence[SourceFile], path: str, *, part: int, line: int) -> CodeFile:
    """``line``: where the reader wants to be, if not 0; else ``part`` is shown."""
    found = next((one for one in files if one.path == path), None)
    text = found.text if found else None
    lines = lines_of(text or "")
    parts = _parts(len(lines))
    place = (part_of(line) if line else part) - 1
    here = parts[place] if 0 <= place < len(parts) else parts[0]
    shown: tuple[CodeLine, ...] = ()
    if text:
        coloured = list(_coloured(lines, path))[here.first - 1 : here.last]
        shown = tuple(
            CodeLine(number=number, html=html)
            for number, html in enumerate(coloured, start=here.first)
        )
    return CodeFile(
        path=path,
        shown_path=visible(path),
        query=urlencode({"file": path}),
        size=filesizeformat(found.size) if found else "",
        is_known=found is not None,
        missing=_missing(found),
        lines=shown,
        part=here,
        parts=parts,
    )


def excerpt(
    files: Sequence[SourceFile], path: str, *, first: int, last: int
) -> tuple[CodeLine, ...]:
    """Lines ``first`` to ``last`` of a file, as far as it has them."""
    text = next((one.text for one in files if one.path == path), None)
    shown = list(_coloured(lines_of(text), path))[first - 1 : last] if text else []
    return tuple(CodeLine(number=number, html=html) for number, html in enumerate(shown, first))


def part_of(line: int) -> int:
    return (line - 1) // LINES_A_PART + 1


def lines_of(text: str) -> list[str]:
    """As they are numbered: nothing but a newline ends one, and an ending one begins none."""
    lines = visible(text).split("\n")
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def quote(files: Sequence[SourceFile], path: str, line: int) -> str | None:
    """The line of a file, as a comment on it keeps it; None where there is no such line."""
    text = next((one.text for one in files if one.path == path), None)
    lines = lines_of(text) if text else []
    return lines[line - 1].strip()[:QUOTED] if 1 <= line <= len(lines) else None


def first_path(files: Sequence[SourceFile]) -> str:
    """What a reader wants first: the README, else any text."""
    texts = [one.path for one in files if one.text is not None]
    readme = next((path for path in texts if path.lower().startswith("readme")), None)
    return readme or next(iter(texts), files[0].path if files else "")


def tree(
    files: Iterable[SourceFile], *, current: str, comments: Mapping[str, int]
) -> tuple[Folder, ...]:
    """Folders in order, the top one first, each with the files that lie right in it."""
    folders: dict[str, list[TreeFile]] = {}
    for one in files:
        path = PurePosixPath(one.path)
        parent = "" if len(path.parts) == 1 else path.parent.as_posix()
        file = TreeFile(
            query=urlencode({"file": one.path}),
            name=visible(path.name),
            comments=comments.get(one.path, 0),
            is_current=one.path == current,
            is_text=one.text is not None,
        )
        folders.setdefault(parent, []).append(file)
    return tuple(
        Folder(
            name=visible(name),
            files=tuple(inside),
            is_open=not name or any(file.is_current or file.comments for file in inside),
        )
        for name, inside in sorted(folders.items())
    )


def _missing(found: SourceFile | None) -> str:
    if found is None:
        return "There is no file of this name in the submission."
    if found.text is None:
        return (
            "This file is not shown: it is not text, or it is too long. "
            "The repository of the learner has it."
        )
    return "" if found.text else "This file is empty."


def _parts(count: int) -> tuple[CodePart, ...]:
    starts = range(0, max(count, 1), LINES_A_PART)
    return tuple(
        CodePart(number=number, first=start + 1, last=min(start + LINES_A_PART, count))
        for number, start in enumerate(starts, start=1)
    )


def _coloured(lines: Sequence[str], path: str) -> Iterator[SafeString]:
    text = "\n".join(lines)
    lexer = _lexer(path) if _is_usual(lines) else None
    tokens = list(lexer.get_tokens(text)) if lexer else []
    if "".join(value for _, value in tokens) != text:
        return (escape(line) for line in lines)
    return _lines_of_tokens(tokens)


def _is_usual(lines: Sequence[str]) -> bool:
    blank_runs = (len(list(run)) for blank, run in groupby(lines, key=_is_blank) if blank)
    return (
        sum(len(line) + 1 for line in lines) <= _MOST_COLOURED
        and max(map(len, lines)) <= _WIDEST_COLOURED
        and max(blank_runs, default=0) <= _MOST_BLANK
    )


def _is_blank(line: str) -> bool:
    return not line.strip()


def _lexer(path: str) -> Lexer | None:
    name = PurePosixPath(path.lower())
    lexer = _LEXERS.get(name.suffix or name.name)
    return lexer(stripnl=False, ensurenl=False) if lexer else None


def _lines_of_tokens(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[SafeString]:
    line: list[str] = []
    for kind, value in tokens:
        name = STANDARD_TYPES.get(kind, "")
        first, *others = value.split("\n")
        line.append(_span(name, first))
        for other in others:
            yield _joined(line)
            line = [_span(name, other)]
    yield _joined(line)


def _span(name: str, text: str) -> str:
    shown = str(escape(text))
    return f'<span class="{name}">{shown}</span>' if name and text else shown


def _joined(line: Iterable[str]) -> SafeString:
    return mark_safe("".join(line))  # noqa: S308  # each piece was escaped
