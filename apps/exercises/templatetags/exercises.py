from django import template

register = template.Library()

FEWEST_ROWS, MOST_ROWS = 6, 32


@register.filter
def editor_rows(code: str) -> int:
    """How many lines of text a field for this code shows at once."""
    return min(max(code.count("\n") + 2, FEWEST_ROWS), MOST_ROWS)
