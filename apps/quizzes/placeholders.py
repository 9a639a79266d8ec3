"""The numbers of a draw in authored text: ``{{ name }}``, or ``{{ name:.3f }}`` with a format.

Before the text is rendered, each placeholder becomes one character of Unicode's private use area.
What is stored is HTML with those characters, so that showing it only replaces characters.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence

from apps.quizzes.draws import Number, Values
from apps.quizzes.numbers import shown_number

# A placeholder's name and format; it is told by its place in the list.
type Placeholder = tuple[str, str]
type Table = Mapping[int, str]

_FIRST = 0xE000
# The same placeholder where it is read as text and not as code: with a real minus sign.
_FIRST_IN_TEXT = 0xE800
MOST = _FIRST_IN_TEXT - _FIRST
PRIVATE = re.compile("[\ue000-\uf8ff]")
PLACEHOLDER = re.compile(r"\{\{[ \t]*([A-Za-z_]\w*)[ \t]*(?::([^{}\n]*?))?[ \t]*\}\}")
_CODE = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>)", re.DOTALL)


def take_out(text: str, placeholders: list[Placeholder]) -> str:
    """``text`` with a character for each placeholder. New ones are added to ``placeholders``."""

    def character(match: re.Match[str]) -> str:
        placeholder = (match[1], match[2] or "")
        if placeholder not in placeholders:
            placeholders.append(placeholder)
        return character_of(placeholder, placeholders)

    return PLACEHOLDER.sub(character, text)


def character_of(placeholder: Placeholder, placeholders: Sequence[Placeholder]) -> str:
    return chr(_FIRST + placeholders.index(placeholder))


def as_written(text: str, placeholders: Sequence[Placeholder]) -> str:
    """The other way round, for messages."""

    def written(match: re.Match[str]) -> str:
        name, how = placeholders[ord(match[0]) - _FIRST]
        return f"{{{{ {name}:{how} }}}}" if how else f"{{{{ {name} }}}}"

    return PRIVATE.sub(written, text)


def used_in(text: str, placeholders: Sequence[Placeholder]) -> list[Placeholder]:
    """Of a text whose placeholders were taken out."""
    return [placeholders[ord(one) - _FIRST] for one in dict.fromkeys(PRIVATE.findall(text))]


def prepare(rendered: str) -> str:
    """Rendered HTML with placeholders, ready to be stored: numbers look like numbers in it."""
    rendered = re.sub("<mi>([\ue000-\ue7ff])</mi>", r"<mn>\1</mn>", rendered)
    # The lexer of a block of code takes the character for a mistake.
    rendered = re.sub('<span class="err">([\ue000-\ue7ff])', r'<span class="m">\1', rendered)
    parts = _CODE.split(rendered)
    parts[::2] = (
        re.sub("[\ue000-\ue7ff]", lambda match: chr(ord(match[0]) + MOST), part)
        for part in parts[::2]
    )
    return "".join(parts)


def table_of(placeholders: Sequence[Sequence[str]], values: Values) -> Table:
    """What each character stands for."""
    table = {}
    for place, (name, how) in enumerate(placeholders):
        text = html.escape(_shown(name, how, values))
        table[_FIRST + place] = text
        negative = text.startswith("-") and not isinstance(values.get(name), str)
        table[_FIRST_IN_TEXT + place] = f"\N{MINUS SIGN}{text[1:]}" if negative else text
    return table


def _shown(name: str, how: str, values: Values) -> str:
    """Text and draws were judged together when they were loaded. Should they not fit after all, a
    page with an ellipsis is better than none."""
    if name not in values:
        return "…"
    try:
        return formatted(values[name], how)
    except ValueError:
        return formatted(values[name], "")


def filler(placeholders: Sequence[Sequence[str]], values: Values) -> Callable[[str], str]:
    table = table_of(placeholders, values)
    return lambda stored: stored.translate(table)


def formatted(value: Number | str, how: str) -> str:
    """Raises ValueError where ``how`` is no format of such a value."""
    if how:
        return format(value, how)
    return value if isinstance(value, str) else shown_number(value)


def fill_in(text: str, values: Values, *, show: Callable[[str, Number | str | None], str]) -> str:
    """Text with its placeholders still written out. ``show``: from a number as the placeholder
    formats it, and the number itself, to what stands in the text."""

    def written(match: re.Match[str]) -> str:
        return show(_shown(match[1], match[2] or "", values), values.get(match[1]))

    return PLACEHOLDER.sub(written, text)
