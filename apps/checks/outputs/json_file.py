"""Reads JSON (RFC 8259): one value, of limited depth, that any database can store."""

import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from apps.checks.outputs.file import UnusableOutput, decoded, read_content, shown

# What integer columns hold, and more than any way to write a float needs.
_MAX_INTEGER = 2**63 - 1
_MAX_NUMBER_CHARACTERS = 100
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])|[,:]', re.DOTALL)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

type JsonValue = bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None


def read_json(path: Path, *, max_bytes: int, max_depth: int, max_values: int) -> JsonValue:
    """The value in the file at ``path``; see ``parse_json``. Raises UnusableOutput."""
    content = read_content(path, max_bytes=max_bytes)
    return parse_json(content, max_depth=max_depth, max_values=max_values)


def parse_json(content: bytes, *, max_depth: int, max_values: int) -> JsonValue:
    """The value in ``content``, with finite numbers, integers of 64 bits and unique keys.

    ``max_depth``: of lists and objects in each other, up to 100. ``max_values``: of all values
    and keys together. Raises UnusableOutput. Memory: up to 60 times the content.
    """
    text = decoded(content)
    _judge_structure(text, max_depth=max_depth, max_values=max_values)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise UnusableOutput(
            f"Line {error.lineno}, column {error.colno}: this is not JSON. Check the quotes, "
            "commas and brackets there, or write the file with a JSON library."
        ) from None
    _judge_texts(value)
    return value  # type: ignore[no-any-return]


def _judge_structure(text: str, *, max_depth: int, max_values: int) -> None:
    """Before it is parsed: the parser calls itself for each level."""
    depth, values = 0, 1
    for token in _TOKEN.finditer(text):
        if token["close"]:
            depth -= 1
        elif token["open"]:
            depth, values = depth + 1, values + 1
        elif token[0] in {",", ":"}:
            values += 1
        if depth > max_depth or values > max_values:
            line = text.count("\n", 0, token.start()) + 1
            raise UnusableOutput(
                f"Line {line}: lists and objects stand more than {max_depth} deep in each other. "
                "Write a flatter structure."
                if depth > max_depth
                else f"Line {line}: there are more than {max_values} values. Write "
                "only what the brief asks for."
            )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise UnusableOutput(f"The key “{shown(twice)}” stands twice in one object. Write it once.")
    return found


def _integer(text: str) -> int:
    if len(text) <= _MAX_NUMBER_CHARACTERS and abs(value := int(text)) <= _MAX_INTEGER:
        return value
    raise UnusableOutput(
        f"The number {shown(text)} does not fit into 64 bits. Write large numbers with a decimal "
        "point or as text."
    )


def _float(text: str) -> float:
    if len(text) > _MAX_NUMBER_CHARACTERS:
        raise UnusableOutput(f"The number {shown(text)} has too many digits. Round it.")
    if math.isinf(value := float(text)):
        raise UnusableOutput(f"The number {shown(text)} is too large. Write a finite number.")
    return value


def _constant(text: str) -> NoReturn:
    raise UnusableOutput(
        f"The value {text} does not exist in JSON. Write a finite number, or null for a value "
        "that is missing."
    )


def _judge_texts(value: JsonValue) -> None:
    """Characters that no file and no database takes are possible as escapes: "\\ud800"."""
    waiting: list[tuple[str, JsonValue]] = [("", value)]
    while waiting:
        where, found = waiting.pop()
        if isinstance(found, dict):
            for key, inner in found.items():
                _judge_text(key, where=where)
                waiting.append((f"{where}.{key}" if len(where) < 40 else where, inner))
        elif isinstance(found, list):
            waiting += ((where, inner) for inner in found)
        elif isinstance(found, str):
            _judge_text(found, where=where)


def _judge_text(text: str, *, where: str) -> None:
    if _NO_TEXT.search(text):
        place = f" at {shown(where[1:])}" if where[1:] else ""
        raise UnusableOutput(
            f"A text{place} holds half a character or a NUL character. Leave out the bytes that "
            "are not text before you write it."
        )
