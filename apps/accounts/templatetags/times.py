"""The one way in which a template prints a time; known to every template without ``load``."""

from datetime import datetime

from django import template

from apps.accounts.time_zones import moment_text

register = template.Library()


@register.filter
def moment(value: datetime | None, pattern: str = "j F Y, H:i") -> str:
    """``{{ when|moment }}`` or ``{{ when|moment:"j M, H:i" }}``; the zone follows by itself."""
    return moment_text(value, pattern) if value else ""
