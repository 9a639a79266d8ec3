"""Python code as symbols that stay the same when names, texts, comments and layout change.

One expression reads them, in linear time and from any text. ``tokenize`` would stop at one mistake
or at a line of a later Python than the worker's, and reads f-strings in another way with each
version; so would what two copies have in common.
"""

import builtins
import keyword
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

NAME, STRING, NUMBER = "N", "S", "0"
# What nobody can rename without changing what the program does.
_FIXED = frozenset(keyword.kwlist) | frozenset(name for name in dir(builtins) if name[0] != "_")

# Whatever was begun and not ended goes on to the end of its line or file, so that no text is read
# twice. The possessive repeats (*+, ++) never go back either.
_TOKEN = re.compile(
    r"""
    (?P<blank>[^\S\n]++|\\\n|\#[^\n]*+)
    |(?P<line>\n)
    |(?P<string>[rbuftRBUFT]{0,2}(?:
        \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3}|\\?\Z)
        |'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\\?\Z)
        |"(?:[^"\\\n]|\\.)*+"?
        |'(?:[^'\\\n]|\\.)*+'?
    ))
    |(?P<number>\.?\d(?:[eE][+-]\d|[\w.])*+)
    |(?P<name>[^\W\d]\w*+)
    |(?P<operator>\*\*=?|//=?|<<=?|>>=?|->|[-+*/%@&|^=!<>:]=|\.\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IMPORT = re.compile(
    r"(?:from\s++(?P<module>[\w.]++)\s++)?import\b[^\S\n]*+(?P<names>\([^()]*+\)|(?:\\\n|[^\n;#])*+)"
)
_COMMENT = re.compile(r"#[^\n]*")
_END_OF_LINE = re.compile(r"[^\S\n]*+(?:#[^\n]*+)?(?:[\n;]|\Z)")
_LITERALS = frozenset({STRING, NUMBER})
_CLOSING = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Token:
    symbol: str
    first: int  # its lines, from 1
    last: int


def tokens(text: str, *, own_modules: Set[str] = frozenset()) -> Iterator[Token]:
    """The symbols of a file, without comments, layout, imports and docstrings.

    Names become ``N``, texts ``S``, numbers ``0``. Keywords and built-ins stay, and so does what is
    imported, under its first name, with the attributes asked of it: ``np.mean`` is ``numpy.mean``
    whatever the alias. A copy can be given other names for its own things, not for these, and it is
    by them that two programs of the same shape differ. ``own_modules``: those of the repository
    itself, whose names are its own. Methods of objects (``sales.mean()``) are ``N``: nothing tells
    here whose they are.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _joined(_simplified(_raw(lines), own_modules))


def _raw(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and line of each token; an import is one, a docstring none."""
    place, line, depth, at_start = 0, 1, 0, True
    # The last alternative takes any character, so that nothing but the end is no match.
    while found := _TOKEN.match(text, place):
        kind, value = str(found.lastgroup), found.group()
        if at_start and value in {"import", "from"} and (statement := _IMPORT.match(text, place)):
            kind, value = "import", statement.group()
        place += len(value)
        if kind == "operator":
            depth = max(0, depth + (value in "([{") - (value in ")]}"))
        alone = kind == "string" and at_start and not depth and _END_OF_LINE.match(text, place)
        if not alone and kind not in {"blank", "line"}:
            yield kind, value, line
        if kind != "blank":
            at_start = kind == "line" or value == ";"
        line += value.count("\n")


def _simplified(raw: Iterator[tuple[str, str, int]], own_modules: Set[str]) -> Iterator[Token]:
    imported: dict[str, str] = {}
    before = ""
    chained = False  # an attribute that comes now belongs to something imported
    for kind, value, line in raw:
        if kind == "import":
            imported |= _imported(value, own_modules)
            continue
        symbol = _symbol(kind, value)
        if kind == "name" and before == ".":
            symbol = value if chained else NAME
        elif kind == "name":
            chained = value in imported
            symbol = imported.get(value, symbol)
        elif value != ".":
            chained = False
        before = symbol
        yield Token(symbol, line, line + value.count("\n"))


def _joined(found: Iterator[Token]) -> Iterator[Token]:
    """A row of literals is one, and a comma before a closing bracket is layout."""
    before = comma = None
    for token in found:
        if token.symbol == ",":
            comma = token
            continue
        literal = token.symbol in _LITERALS and before is not None and before == token.symbol
        if comma and not literal and token.symbol not in _CLOSING:
            yield comma
        if not literal:
            yield token
        before, comma = token.symbol, None


def _symbol(kind: str, value: str) -> str:
    if kind == "string":
        return STRING
    if kind == "number":
        return NUMBER
    return value if kind == "operator" or value in _FIXED else NAME


def _imported(statement: str, own_modules: Set[str]) -> dict[str, str]:
    """What a statement binds -> the first name of it. Nothing of the repository's own."""
    found = _IMPORT.match(statement)
    if not found:
        return {}
    module = found["module"]
    if module is not None and (module[0] == "." or module.partition(".")[0] in own_modules):
        return {}
    bound = {}
    for part in _COMMENT.sub("", found["names"]).strip("()").split(","):
        words = part.split()
        first = words[0].partition(".")[0] if words else ""
        if not first or (module is None and first in own_modules):
            continue
        renamed = len(words) == 3 and words[1] == "as"
        name = words[0] if renamed or module else first
        bound[words[2] if renamed else name] = name
    return bound
