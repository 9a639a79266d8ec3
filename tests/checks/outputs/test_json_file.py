"""Reading JSON that learners' commands wrote."""

import re
from pathlib import Path

import pytest

from apps.checks.outputs import UnusableOutput, parse_json, read_json


def test_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "output.json"
    path.write_text('\ufeff{"a": [1, -2.5e3, true, null], "é": "\\u00e9\\ud83d\\ude00"}')

    assert read_json(path, max_bytes=100, max_depth=2, max_values=9) == {
        "a": [1, -2500.0, True, None],
        "é": "é😀",
    }


def test_json_within_its_limits_is_read() -> None:
    assert parse_json(b'[[1, "[[,,]]\\"["]]', max_depth=2, max_values=4) == [[1, '[[,,]]"[']]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[[[1]]]", "Line 1: lists and objects stand more than 2 deep in each other."),
        (b"[\n" * 1_000_000, "Line 3: lists and objects"),
        (b'{"a":' * 1_000_000, "Line 1: lists and objects"),
        (b"[0,0,0,0,\n0,0,0,0,0,0]", "Line 2: there are more than 10 values."),
        (b'{"a": 1, "b": 2, "a": 3}', "The key “a” stands twice in one object."),
        (b"[NaN]", "The value NaN does not exist in JSON."),
        (b"[-Infinity]", "The value -Infinity does not exist in JSON."),
        (b"[1e999]", "The number 1e999 is too large."),
        (b"9223372036854775808", "The number 9223372036854775808 does not fit into 64 bits."),
        (b"1" * 5000, f"The number {'1' * 40}… does not fit"),
        (b"0." + b"1" * 5000, f"The number 0.{'1' * 38}… has too many digits."),
        (b'{"a": [\n1 2]}', "Line 2, column 3: this is not JSON."),
        (b'{"a": "b', "Line 1, column 7: this is not JSON."),
        (b"'a'", "Line 1, column 1: this is not JSON."),
        (b'["a\nb"]', "Line 1, column 4: this is not JSON."),
        (b"1 1", "Line 1, column 3: this is not JSON."),
        (b'"\\ud800"', "A text holds half a character or a NUL character."),
        (b'{"a": {"b": "\\u0000"}}', "A text at a.b holds half a character or a NUL character."),
        (b'{"a": {"\\udfff": 1}}', "A text at a holds half a character or a NUL character."),
        (b'["\xff"]', "The file is not UTF-8 text."),
        ('"a"'.encode("utf-16"), "The file is not UTF-8 text."),
    ],
)
def test_unusable_json_is_told_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(UnusableOutput, match=f"^{re.escape(sentence)}"):
        parse_json(content, max_depth=2, max_values=10)


def test_json_string_that_is_never_closed_is_judged_once() -> None:
    """Beginning anew at each of its escaped quotes would take hours."""
    with pytest.raises(UnusableOutput, match="this is not JSON"):
        parse_json(b'"' + b'\\"' * 2_000_000, max_depth=2, max_values=10)
