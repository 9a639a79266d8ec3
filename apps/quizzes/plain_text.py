"""What a piece of stored HTML reads as."""

import re
from html import unescape

_TAG = re.compile(r"<[^>]*>")


def text_of(html: str) -> str:
    """White space stays as it is, so that code remains code."""
    return unescape(_TAG.sub("", html))
