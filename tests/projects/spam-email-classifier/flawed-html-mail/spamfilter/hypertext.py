"""What stands in HTML."""

import html
import re

TAG = re.compile(r"<[^>]*>")


def seen_text(source: str) -> str:
    """All that stands between tags."""
    return html.unescape(TAG.sub(" ", source))
