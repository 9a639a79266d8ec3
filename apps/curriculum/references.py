"""Further reading: who wrote what, when, and where it is found."""

import datetime
import re
from typing import Any

_FACTS = {"author", "title", "year", "doi", "isbn", "url", "part"}
_PLACES = ("doi", "isbn", "url")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
MOST = 12


def sources_check(value: Any) -> str:
    """For the fact ``sources``: what is wrong with it, or an empty text."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        return f"must be 1 to {MOST} tables, each begun by [[sources]]"
    for number, source in enumerate(value, start=1):
        if wrong := _wrong(source):
            return f"number {number} {wrong}"
    return ""


def _wrong(source: Any) -> str:
    if not isinstance(source, dict):
        return "must be a table, begun by [[sources]]"
    if unknown := source.keys() - _FACTS:
        return f"has {min(unknown)}, which is unknown; it has {', '.join(sorted(_FACTS))}"
    if not {"author", "title", "year"} <= source.keys():
        return "needs author, title and year"
    return _wrong_text(source) or _wrong_year(source["year"]) or _wrong_place(source)


def _wrong_text(source: dict[str, Any]) -> str:
    texts = [value for key, value in source.items() if key != "year"]
    good = all(isinstance(text, str) and 0 < len(text) <= 300 for text in texts)
    return "" if good else "has a fact that is no text of at most 300 characters"


def _wrong_year(year: Any) -> str:
    good = isinstance(year, int) and 1600 <= year <= datetime.date.today().year + 1
    return "" if good else "has a year that is none"


def _wrong_place(source: dict[str, Any]) -> str:
    places = [key for key in _PLACES if key in source]
    if len(places) != 1:
        return "needs exactly one of doi, isbn and url"
    return "" if _is_place(places[0], source[places[0]]) else f"has a {places[0]} that is none"


def _is_place(kind: str, text: str) -> bool:
    match kind:
        case "doi":
            return bool(_DOI.fullmatch(text))
        case "isbn":
            return _is_isbn(text.replace("-", ""))
        case _:
            return text.startswith("https://") and not re.search(r"\s", text)


def _is_isbn(digits: str) -> bool:
    """ISBN-13, with its check digit (ISO 2108)."""
    if not re.fullmatch(r"97[89]\d{10}", digits):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
