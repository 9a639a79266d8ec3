"""Parses TOML that a learner wrote, in time and memory that grow with its length and no faster."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from apps.checks.errors import InvalidSubmission

# tomllib keeps every beginning of a dotted key: a key of n parts takes memory in n². Real ones
# have up to six.
MAX_KEY_PARTS = 20

# What keys and strings are made of. Nothing matches at a string that is never closed: there
# tomllib stops as well.
_TOKEN = re.compile(
    r"""
    (?P<lines>
        \"{3} (?: [^"\\] | \\. | "(?!"") )*+ "{3,5}
        | '{3} (?: [^'] | '(?!'') )*+ '{3,5}
    )
    | (?P<part>
        [A-Za-z0-9_-]++
        | (?!\"{3}) " (?: [^"\\\n] | \\. )*+ "
        | (?!'{3}) ' [^'\n]*+ '
    )
    | (?P<dot> [ \t]*+ \. [ \t]*+ )
    | (?P<comment> \# [^\n]*+ )
    | (?P<other> [^"'.\#A-Za-z0-9_-]++ )
    """,
    re.VERBOSE | re.DOTALL,
)


def parse_toml(text: str, *, name: str, code: str) -> dict[str, Any]:
    """The document. ``name`` of its file and ``code`` stand in the InvalidSubmission raised."""
    if _has_long_key(text):
        raise InvalidSubmission(
            code, f"{name} has a key of more than {MAX_KEY_PARTS} parts. Shorten it."
        )
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # "Invalid value (at line 3, column 9)"
        line = re.search(r"line (\d+)", str(error))
        where = f"line {line[1]}" if line else "the end of the file"
        raise InvalidSubmission(
            code,
            f"{name} is not valid TOML at {where}. Check its quotes, brackets and equals signs.",
        ) from None
    except ValueError:  # an integer of thousands of digits
        raise InvalidSubmission(
            code, f"{name} has a number with too many digits. Shorten it."
        ) from None


def table(outer: Mapping[str, Any], key: str, *, where: str) -> dict[str, Any]:
    """The table ``key``, empty if it is missing. ``where`` ("uv.lock") starts the message."""
    value = outer.get(key, {})
    if not isinstance(value, dict):
        raise InvalidSubmission("wrong_type", f"{where}: {key} must be a table.")
    return value


def array(outer: Mapping[str, Any], key: str, *, where: str) -> list[Any]:
    """The list ``key``, empty if it is missing."""
    value = outer.get(key, [])
    if not isinstance(value, list):
        raise InvalidSubmission("wrong_type", f"{where}: {key} must be a list in square brackets.")
    return value


def _has_long_key(text: str) -> bool:
    parts, position = 1, 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match.lastgroup == "dot":
            parts += 1
            if parts > MAX_KEY_PARTS:
                return True
        elif match.lastgroup != "part":
            parts = 1
    return False
