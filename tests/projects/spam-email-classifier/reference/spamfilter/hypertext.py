"""What a person sees of HTML."""

import html
import re

HIDDEN = re.compile(
    r'<span[^>]*style="[^"]*(?:color:\s*#ffffff|font-size:\s*0)[^"]*"[^>]*>.*?</span>',
    re.DOTALL | re.IGNORECASE,
)
UNSEEN = re.compile(r"<!--.*?-->|<(style|script|title)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
BLOCK = re.compile(r"</?(?:p|br|div|tr|td|li|h\d|blockquote|body|html)\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)


def seen_text(source: str) -> str:
    """What a person sees of HTML: nothing that is hidden, and words that tags cut put together."""
    source = UNSEEN.sub("", HIDDEN.sub("", source))
    return html.unescape(TAG.sub("", BLOCK.sub("\n", source)))
