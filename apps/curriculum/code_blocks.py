"""The Python that stands in a lesson."""

import re
from dataclasses import dataclass

_FENCE = re.compile(
    r"""
    ^```python[ \t]*\n (?P<code>.*?) ^```[ \t]*$
    (?: \s* ^```output[ \t]*\n (?P<output>.*?) ^```[ \t]*$ )?
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock:
    line: int  # of its first line of code, from 1, in the text that was searched
    code: str
    output: str  # as the lesson shows it; empty when it shows none


def code_blocks(text: str) -> list[CodeBlock]:
    """The Python blocks of a text, in their order. They share one namespace, like a notebook."""
    return [
        CodeBlock(
            line=text.count("\n", 0, match.start("code")) + 1,
            code=match["code"],
            output=match["output"] or "",
        )
        for match in _FENCE.finditer(text)
    ]
