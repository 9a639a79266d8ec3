"""What mentors and learners write to each other: Markdown without HTML."""

import secrets

from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from apps.checks.untrusted_text import storable, visible
from apps.curriculum.renderer import render

# Each may begin a link, and looking for its end takes time that grows with the square of them.
_MOST_BRACKETS = 200


def note_html(text: str) -> SafeString:
    """``text`` for a page: sanitised, with hiding characters made visible."""
    shown = visible(storable(text))
    if shown.count("[") > _MOST_BRACKETS:
        return mark_safe(linebreaks(shown, autoescape=True))  # noqa: S308  # it was escaped
    rendered = render(shown, id_prefix=f"note-{secrets.token_hex(4)}", is_note=True)
    return mark_safe(rendered.html)  # noqa: S308  # the renderer sanitised it
