"""Parts of an SVG as text. All lengths are in units of its view box; all text is escaped."""

import re
from collections.abc import Iterable, Sequence
from html import escape

WIDTH = 560.0
LABEL_ROW = 24.0  # height of a line of text, as large as phones show it
CHARACTER = 11.5  # its widest usual width there


def document(
    parts: Iterable[str], *, height: float, kind: str, name: str, title: str, description: str
) -> str:
    """The whole picture, with its title and description for those who do not see it."""
    key = "chart-" + re.sub(r"[^a-z0-9]+", "-", name.lower())
    return (
        f'<svg class="chart chart-{kind}" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" '
        f'height="{height:g}" role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def text(x: float, y: float, content: str, css_class: str, *, anchor: str = "start") -> str:
    return (
        f'<text class="{css_class}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(content)}</text>"
    )


def clamped(x: float, y: float, content: str, css_class: str) -> str:
    """A text centred at ``x``, or pushed inside the picture."""
    low, high = extent(x, content)
    if low <= 0:
        return text(0, y, content, css_class)
    if high >= WIDTH:
        return text(WIDTH, y, content, css_class, anchor="end")
    return text(x, y, content, css_class, anchor="middle")


def extent(x: float, content: str) -> tuple[float, float]:
    """From where to where a clamped text reaches."""
    half = len(content) * CHARACTER / 2
    middle = min(max(x, half), max(WIDTH - half, half))
    return middle - half, middle + half


def rows(extents: Sequence[tuple[float, float]]) -> list[int]:
    """For each text the first row where it overlaps none before it."""
    taken: list[list[tuple[float, float]]] = []
    chosen = []
    for low, high in extents:
        free = (
            index
            for index, row in enumerate(taken)
            if all(high < other_low or low > other_high for other_low, other_high in row)
        )
        row = next(free, len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append((low, high))
        chosen.append(row)
    return chosen


def segment(x1: float, y1: float, x2: float, y2: float, css_class: str) -> str:
    return f'<line class="{css_class}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def rect(x: float, y: float, width: float, height: float, css_class: str = "bar") -> str:
    return (
        f'<rect class="{css_class}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
        f'height="{max(height, 0):.1f}"/>'
    )


def dots(places: Iterable[tuple[float, float]], css_class: str) -> str:
    """Many dots in one path: strokes without length, which round caps make visible."""
    path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places)
    return f'<path class="{css_class}" d="{path}"/>'
