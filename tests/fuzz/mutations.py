"""Inputs that are nearly valid: what a parser meets behind its first ``if``."""

import re
from collections.abc import Sequence

from hypothesis import strategies as st

_LARGEST = 20_000  # bytes
_PIECE = re.compile(rb"\w+|\s+|.", re.DOTALL)
_NUMBERS = [b"\0", b"\xff", b"\x7f\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"]
# Whole words and marks are changed more often than single bytes: much of a text stays as it is.
_CHANGES = ["delete", "repeat", "token", "token", "exchange", "exchange", "exchange"]
_CHANGES_OF_BYTES = ["number", "insert", "splice", "cut"]


@st.composite
def mutated(
    draw: st.DrawFn, originals: Sequence[bytes], tokens: Sequence[bytes], *, binary: bool = False
) -> bytes:
    """One of ``originals`` after a few changes, many of them by one of ``tokens``."""
    data = draw(st.sampled_from(originals))
    changes = _CHANGES_OF_BYTES * 2 + _CHANGES if binary else _CHANGES * 3 + _CHANGES_OF_BYTES
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 2, 3, 5]))):
        change = draw(st.sampled_from(changes))
        if change in _CHANGES_OF_BYTES:
            data = _with_changed_bytes(draw, change, data, originals)
        else:
            data = _with_changed_pieces(draw, change, data, tokens)
        data = data[:_LARGEST]
    return data


def _with_changed_pieces(
    draw: st.DrawFn, change: str, data: bytes, tokens: Sequence[bytes]
) -> bytes:
    pieces = _PIECE.findall(data)
    start = draw(st.integers(0, len(pieces)))
    end = min(len(pieces), start + draw(st.sampled_from([1, 1, 1, 2, 5, 30])))
    match change:
        case "delete":
            pieces[start:end] = []
        case "repeat":
            pieces[start:end] *= draw(st.sampled_from([2, 2, 3, 30, 300]))
        case "token":
            pieces[start:start] = [draw(st.sampled_from(tokens))]
        case "exchange":
            pieces[start:end] = [draw(st.sampled_from(tokens))]
    return b"".join(pieces)


def _with_changed_bytes(
    draw: st.DrawFn, change: str, data: bytes, originals: Sequence[bytes]
) -> bytes:
    start = draw(st.integers(0, len(data)))
    match change:
        case "number":
            number = draw(st.sampled_from(_NUMBERS) | st.binary(min_size=1, max_size=4))
            return data[:start] + number + data[start + len(number) :]
        case "insert":
            return data[:start] + draw(st.binary(max_size=8)) + data[start:]
        case "splice":
            return data[:start] + draw(st.sampled_from(originals))[start:]
        case _:
            return data[:start]
