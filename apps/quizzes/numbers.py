"""Numbers as people write them, and as they are shown."""

import math
import re
from collections.abc import Sequence

from apps.quizzes.draws import Number

LONGEST = 40
# Spaces as thousands separators: a plain one, and those that never break.
_SPACES = re.compile("[ \u00a0\u2007\u2009\u202f]")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}( [0-9]{3})+(?![0-9])")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TWO_READINGS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_WHOLE = re.compile(r"\+?[0-9]{1,12}")


class Unreadable(Exception):
    """No number; the message says what to write."""


def read_number(text: str, *, unit: str = "") -> float:
    """The number of ``text``; the unit that stands behind its field may be repeated.

    A decimal comma is as good as a point. Where a text can be read in two ways, it is refused.
    """
    plain = _SPACES.sub(" ", text).replace("\N{MINUS SIGN}", "-").strip()
    if not plain:
        raise Unreadable("Write a number, such as 0.25.")
    if len(plain) > LONGEST:
        raise Unreadable(f"Write a number of at most {LONGEST} characters, such as 0.25.")
    plain = plain.removesuffix(unit).rstrip()
    if plain.endswith("%"):
        raise Unreadable("Write the number itself, such as 0.25, without a percent sign.")
    if _GROUPED.match(plain):
        plain = plain.replace(" ", "")
    if _TWO_READINGS.fullmatch(plain):
        whole, decimal = plain.replace(",", ""), plain.replace(",", ".")
        raise Unreadable(f"{plain} can be read in two ways. Write {whole} or {decimal}.")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise Unreadable("This is not a number. Write one in digits, such as 0.25 or 1e-3.")
    number = float(plain)
    if math.isinf(number):
        raise Unreadable("This number is too large to be read. Write a smaller one.")
    return number


def read_count(text: str) -> int:
    plain = _SPACES.sub(" ", text).strip()
    plain = plain.replace(" ", "") if _GROUPED.fullmatch(plain) else plain
    if not _WHOLE.fullmatch(plain):
        raise Unreadable("Write a whole number from 0 on, such as 12.")
    return int(plain)


def shown_number(value: Number, *, digits: int = 12) -> str:
    """Without trailing zeros, and without what only stands there because of binary fractions."""
    if isinstance(value, int):
        return str(value)
    if value and not 1e-4 <= abs(value) < 1e15:
        return f"{value:.{digits}g}"
    decimals = digits - 1 - (math.floor(math.log10(abs(value))) if value else 0)
    text = f"{value:.{max(decimals, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def shown_grouped(value: Number) -> str:
    """With thousands separators and a real minus sign."""
    return f"{value:,}".replace("-", "\N{MINUS SIGN}")


def shown_list(values: Sequence[float]) -> str:
    """In prose, to four significant digits, with real minus signs."""
    return ", ".join(f"{value + 0:.4g}".replace("-", "\N{MINUS SIGN}") for value in values)
