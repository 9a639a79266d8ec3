"""The Python that stands in a lesson."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

_FENCE = re.compile(
    r"""
    ^```python (?:[ \t]*\{needs="(?P<needs>[^"\n]*)"\})? [ \t]*\n (?P<code>.*?) ^```[ \t]*$
    (?: \s* ^```output[ \t]*\n (?P<output>.*?) ^```[ \t]*$ )?
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock:
    line: int  # of its first line of code, from 1, in the text that was searched
    code: str
    output: str  # as the lesson shows it; empty when it shows none
    needs: tuple[str, ...] = ()  # libraries that only some installations have


def code_blocks(text: str) -> list[CodeBlock]:
    """The Python blocks of a text, in their order. They share one namespace, like a notebook."""
    return [
        CodeBlock(
            line=text.count("\n", 0, match.start("code")) + 1,
            code=match["code"],
            output=match["output"] or "",
            needs=tuple((match["needs"] or "").split()),
        )
        for match in _FENCE.finditer(text)
    ]


_RENDERED = re.compile(
    r"""
    <div\ class="language-python\ highlight">(?P<code>.*?)</div>\n?
    (?: <div\ class="language-output\ highlight">.*?</div>\n? )?
    """,
    re.DOTALL | re.VERBOSE,
)
_LINK = """\
<p class="run-code">\
<a href="{url}" hx-get="{url}" hx-target="closest .run-code" hx-swap="outerHTML">\
Edit and run<span class="visually-hidden"> block {number}</span></a></p>
"""
_WRITTEN_LINK = re.compile(r'<p class="run-code">.*?</p>\n')


def with_links_to_run(html: str, *, lesson: str, blocks: Sequence[CodeBlock]) -> str:
    """The rendered text of a lesson with a link below each block that every installation can run,
    and below its output.

    What is no block of its own, such as the code of a folded answer, gets none.
    """
    waiting = list(enumerate(blocks, start=1))

    def linked(match: re.Match[str]) -> str:
        shown = unescape(re.sub(r"<[^>]*>", "", match["code"])).strip()
        if not waiting or waiting[0][1].code.strip() != shown:
            return match[0]
        number, block = waiting.pop(0)
        if block.needs:
            return match[0]
        url = f"/lessons/{lesson}/code/{number}/"
        return match[0] + _LINK.format(url=url, number=number)

    return _RENDERED.sub(linked, html)


def without_links_to_run(html: str) -> str:
    return _WRITTEN_LINK.sub("", html)
