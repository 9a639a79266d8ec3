"""Icons: one shape for each state, so that colour is never the only carrier of meaning.

``{% icon "passed" %}``, or ``{% icon row.state %}``; known to every template without ``load``. A
tag and not a template that is included: a page shows dozens of them.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# fmt: off
SHAPES = {
    "passed": (
        '<circle cx="10" cy="10" r="8" fill="currentColor" stroke="none"/>'
        '<path d="M6.2 10.3l2.6 2.6 5-5.4" stroke="var(--tone-soft, Canvas)" '
        'stroke-width="2"/>'
    ),
    "review": (
        '<path d="M16.5 10a6.5 6.5 0 1 1-2-4.7"/>'
        '<path d="M16.8 2.6v3.6h-3.6"/>'
    ),
    "partly": (
        '<circle cx="10" cy="10" r="7" stroke-width="2"/>'
        '<path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" stroke="none"/>'
    ),
    "failed": (
        '<path d="M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7z" fill="currentColor" '
        'stroke="none"/>'
        '<path d="M7.2 7.2l5.6 5.6m0-5.6l-5.6 5.6" stroke="var(--tone-soft, Canvas)" '
        'stroke-width="2"/>'
    ),
    "running": (
        '<circle cx="10" cy="10" r="7" stroke-opacity=".3" stroke-width="2.25"/>'
        '<path d="M10 3a7 7 0 0 1 7 7" stroke-width="2.25"/>'
    ),
    "confirming": (
        '<circle cx="10" cy="10" r="7" stroke-opacity=".3" stroke-width="2.25"/>'
        '<path d="M10 3a7 7 0 0 1 7 7" stroke-width="2.25"/>'
    ),
    "waiting": (
        '<circle cx="10" cy="10" r="7" stroke-dasharray="2.2 3.3"/>'
    ),
    "queued": (
        '<circle cx="10" cy="10" r="7" stroke-dasharray="2.2 3.3"/>'
    ),
    "not_run": (
        '<circle cx="10" cy="10" r="7"/>'
        '<path d="M6.8 10h6.4"/>'
    ),
    "cancelled": (
        '<circle cx="10" cy="10" r="7"/>'
        '<path d="M6.8 10h6.4"/>'
    ),
    "ours": (
        '<path d="M10 2l8 8-8 8-8-8z" fill="currentColor" stroke="none"/>'
        '<path d="M10 6.6v4M10 13.2v.1" stroke="var(--tone-soft, Canvas)" stroke-width="2"/>'
    ),
    "notice": (
        '<path d="M10 2.6l8 14.4H2z" fill="currentColor" stroke="currentColor"/>'
        '<path d="M10 8v4M10 14.6v.1" stroke="var(--tone-soft, Canvas)" stroke-width="2"/>'
    ),
    "unusable": (
        '<path d="M10 2.6l8 14.4H2z" fill="currentColor" stroke="currentColor"/>'
        '<path d="M10 8v4M10 14.6v.1" stroke="var(--tone-soft, Canvas)" stroke-width="2"/>'
    ),
    "info": (
        '<circle cx="10" cy="10" r="7.5"/>'
        '<path d="M10 9.3v4.2M10 6.4v.1" stroke-width="2"/>'
    ),
    "home": (
        '<path d="M3 9l7-6 7 6v8h-4.8v-5H7.8v5H3z"/>'
    ),
    "learn": (
        '<path d="M10 5.4C8.4 4.2 6.2 3.8 3 4v11c3.2-.2 5.4.2 7 1.4 1.6-1.2 3.8-1.6 '
        '7-1.4V4c-3.2-.2-5.4.2-7 1.4zm0 0v11"/>'
    ),
    "projects": (
        '<path d="M2.8 5.2h5l1.6 2h7.8v9H2.8z"/>'
    ),
    "mentoring": (
        '<path d="M3 4h10v7H7.5L4.5 13.6V11H3zM15 8h2v6.5h-1.5V17l-3-2.5H9"/>'
    ),
    "chevron": (
        '<path d="M7.5 5l5 5-5 5"/>'
    ),
    "arrow": (
        '<path d="M4 10h12m-4.5-4.5L16 10l-4.5 4.5"/>'
    ),
    "external": (
        '<path d="M8 4H4v12h12v-4M11 3h6v6M17 3l-8 8"/>'
    ),
    "bell": (
        '<path d="M10 2.8a4.7 4.7 0 0 0-4.7 4.7c0 4.2-1.8 5.7-1.8 '
        '5.7h13s-1.8-1.5-1.8-5.7A4.7 4.7 0 0 0 10 2.8zM8.3 16.2a1.9 1.9 0 0 0 3.4 0"/>'
    ),
    "search": (
        '<circle cx="8.8" cy="8.8" r="5.3"/>'
        '<path d="M12.8 12.8l4.2 4.2"/>'
    ),
    "unread": (
        '<circle cx="10" cy="10" r="5" fill="currentColor" stroke="none"/>'
    ),
    "read": (
        '<circle cx="10" cy="10" r="4.2" stroke-opacity=".6"/>'
    ),
    "mail": (
        '<path d="M2.5 4.5h15v11h-15zM3 5l7 6 7-6"/>'
    ),
    "key": (
        '<circle cx="7" cy="13" r="4"/>'
        '<path d="M10 10l6.5-6.5M13.5 6.5l2.5 2.5"/>'
    ),
}
# fmt: on
_ICON = (
    '<svg class="icon icon-{}" viewBox="0 0 20 20" width="20" height="20" fill="none" '
    'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" '
    'aria-hidden="true" focusable="false">{}</svg>'
)
_ICONS = {
    name: format_html(_ICON, name, mark_safe(shape))  # noqa: S308  # written above
    for name, shape in SHAPES.items()
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An unknown name is an empty frame, so that nothing moves."""
    return _ICONS.get(name) or format_html(_ICON, name, "")
