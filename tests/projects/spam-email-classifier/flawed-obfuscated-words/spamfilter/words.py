"""Turns text into words."""

import re

TOKEN = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> set[str]:
    return set(TOKEN.findall(text.lower()))
