"""Whatever a learner's code leaves as its answers: a verdict, and a pass only of equal ones."""

import json
import math
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from apps.checks.outputs.file import UnusableOutput
from apps.exercises.running import Answers, judge, read_lines
from tests.exercises.samples import task
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import assert_told
from tests.fuzz.mutations import mutated

NUMBERS = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
TAGS = st.sampled_from(
    ["list", "tuple", "dict", "set", "array", "series", "frame", "table", "float", "object", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=4) | TAGS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(TAGS, inner).map(list)
        | st.tuples(TAGS, st.lists(inner, max_size=3), st.lists(inner, max_size=3)).map(list)
        | st.dictionaries(st.sampled_from(["answer", "error", "shown", "told"]), inner)
    ),
    max_leaves=8,
)
RIGHT = [
    1,
    2.5,
    "a",
    None,
    ["list", [1, ["tuple", [2, "x"]]]],
    ["array", [2], [1, ["float", "nan"]]],
    ["dict", [["a", 1], ["b", ["list", []]]]],
    ["table", ["a", "b"], [[1, "x"], [2, None]]],
    ["series", ["x"], [1.5]],
]


def line(answer: object) -> dict[str, object]:
    return {
        "name": "a case",
        "arguments": ["1"],
        "answer": answer,
        "shown": "1",
        "changed": False,
        "printed": "",
    }


def judged(folder: Path, content: bytes, right: object) -> bool:
    """Whether this file passes for a case whose answer is ``right``."""
    path = folder / "answers.jsonl"
    path.write_bytes(content)
    try:
        lines = read_lines(path)
    except UnusableOutput as error:
        assert_told(error)
        return False
    given = Answers(lines, "", 0.1)
    result = judge(given, right=Answers([line(right)], "", 0.1), task=task())
    assert result.passed or result.problem or result.cases[0].problem
    return result.passed


WHOLE = [json.dumps(line(right)).encode() + b"\n" for right in RIGHT]
TOKENS = [b"[", b"]", b"null", b"1e999", b'"error"', b'"unusable"', b"NaN", b"-", b"\n", b"{}"]


@FUZZ
@given(right=st.sampled_from(RIGHT), answer=JSON)
@example(right=["dict", [["a", 1]]], answer=["dict", 3])
@example(right=["array", [1], [1]], answer=["array", 10**9, [1]])
def test_any_value_is_judged(tmp_path: Path, right: object, answer: object) -> None:
    passed = judged(tmp_path, json.dumps(line(answer)).encode() + b"\n", right)

    if passed and isinstance(right, int | float):
        assert isinstance(answer, int | float)
        assert math.isclose(right, answer, rel_tol=1e-5, abs_tol=1e-5)
    elif passed:
        assert type(answer) is type(right)


@FUZZ
@given(right=st.sampled_from(RIGHT), content=mutated(WHOLE, TOKENS))
def test_broken_files_are_judged(tmp_path: Path, right: object, content: bytes) -> None:
    passed = judged(tmp_path, content, right)

    if content == json.dumps(line(right)).encode() + b"\n":
        assert passed


@FUZZ
@given(right=st.sampled_from(RIGHT), one=JSON)
def test_any_line_is_judged(tmp_path: Path, right: object, one: object) -> None:
    assert not judged(tmp_path, json.dumps(one).encode() + b"\n", right)
