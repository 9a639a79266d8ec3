"""Turns text into words, and undoes what was done to deceive."""

import re

LOOK_ALIKE = str.maketrans("\u0430\u0441\u0435\u043e\u0440\u0445\u0443", "aceopxy", "\u200b")
SIGNS = str.maketrans("@4€310$57", "aaeeiosst")
# Single letters with one blank or one point between all of them.
PULLED_APART = re.compile(r"(?<![^\W_])[^\W\d_](?:([ .])[^\W\d_])(?:\1[^\W\d_])+(?![^\W_])")
TOKEN = re.compile(r"[\w@€$]+")
MIXED = re.compile(r"[@4€310$57]")
LETTER = re.compile(r"[^\W\d_]")


def words_of(text: str) -> set[str]:
    text = text.lower().translate(LOOK_ALIKE)
    text = PULLED_APART.sub(lambda match: re.sub("[ .]", "", match.group()), text)
    return {plain(token) for token in TOKEN.findall(text) if LETTER.search(token)}


def plain(token: str) -> str:
    """``fr€e`` is free, and a number of digits only never comes here."""
    return token.translate(SIGNS) if MIXED.search(token) else token
