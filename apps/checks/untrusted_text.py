"""Text that learners' code printed or learners wrote: stored safely, shown without tricks."""

import unicodedata
from collections.abc import Callable
from typing import Any

# Joiners that scripts and emoji need; the other invisible characters are shown by their number.
_JOINERS = frozenset("\u200c\u200d")
_HIDING = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """``text`` with control, bidirectional and other hiding characters made visible.

    Newlines and tabs stay; a carriage return becomes a newline, so that nothing is overwritten.
    Escape codes read as ␛[31m, an override of direction as ⟨U+202E⟩.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.isascii() and lines.replace("\n", "").replace("\t", "").isprintable():
        return lines
    return "".join(char if _harmless(char) else _picture(char) for char in lines)


def visible_document(document: Any) -> Any:
    """A JSON document with every text of it, keys included, made ``visible``."""
    return _each_text(document, visible)


def storable(document: Any) -> Any:
    """A text or JSON document without what PostgreSQL cannot hold: NUL, lone surrogates."""
    return _each_text(document, _storable)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return value


def _storable(text: str) -> str:
    return text.replace("\0", "␀").encode("utf-8", "replace").decode()


def _harmless(char: str) -> bool:
    return char in "\n\t" or char in _JOINERS or unicodedata.category(char) not in _HIDING


def _picture(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
