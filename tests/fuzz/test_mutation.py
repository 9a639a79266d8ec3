"""Whatever the source: its mutants are Python again, and differ from it."""

import ast
from pathlib import Path

from hypothesis import event, given
from hypothesis import strategies as st

from apps.checks.mutants import choose_mutants
from apps.checks.mutation import Unreadable, changed, find_places, parsed
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import example_folder
from tests.fuzz.mutations import mutated

VALID = '''\
# -*- coding: utf-8 -*-
"""Prices, in €."""
import numpy as np
from .data import LARGEST, read as r

RATE = 0.5e0
SEED = 7


class Model(Base, metaclass=Meta):
    size: int = 1

    @property
    async def fit(self, rows: "list[int]", *, k=3, **rest) -> None:
        if (n := len(rows)) < 1 or not rows and k != 0: return
        self.x = [row**2 - -1 for row in rows if row > 0 and row not in rest]
        total = 0
        while total <= 1_0 + 0x1F:
            total += (1 if n else 2) * np.mean(rows[1:-1], axis=0)
        with open("ü" "x") as file, suppress(): print(f"{total + 1:>{k}}")
        try:
            return(await max(rows, key=lambda row: row / 2))
        except (A, B) as error:
            raise C(1 + 1) from error
        match n, k:
            case [1, -2.5, {"a": 0}] if k > 1: return"é"if any(rows)else 2or 1
            case _: pass
        return (  # a comment: <
            a # >
            < b \\
            == c
        ), "end"


if __name__ == "__main__": main(1 + 1)
'''.encode()
TOKENS = [
    *(b"<", b"==", b"+", b"-", b"*", b"/", b"**", b" and ", b" or ", b" not ", b" if ", b"else"),
    *(b"return ", b"lambda: ", b"await ", b"yield ", b":=", b"=", b"+=", b"(", b")", b"[", b"]"),
    *(b"{", b"}", b",", b":", b";", b"#", b"\\\n", b"\n", b"\r\n", b"\r", b"\t", b"\f", b"    "),
    *(b"0", b"1.", b".5", b"1e9", b"1j", b"0b1", b"10", b'"', b"'", b'"""', b"f'", b"rb'", b"x!r"),
    *(b"min(", b"x.any(", b"print(", b"def f(a=1):", b"class A: ", b"if x:", b"while x:", b"x"),
    *(text.encode() for text in ("é", "ﬁ", "\U0001d426in(", "\u2028", "\ufeff")),
]

ATOMS = [
    *("a", "é", "min", "x.any", "\U0001d426in", "0", "1", "-2", "0.5", "1e3", "0xF", "1.", "'é'"),
    *("None", "True", "()", "[]", "f'{a + 1}'", "(yield)", "(n := 1)", "lambda: 1", "..."),
]
# Without spaces where Python needs none, with brackets, comments and ends of lines where it may.
SHAPES = [
    *("{}<{}", "{} == {}!={}", "{} < {} <= {}", "{}+{}", "{}-{}", "{}*{}", "{}/{}", "{}@{}//{}"),
    *("{}**{}", "-{}", "({})", "(\n{}\n)", "({} # < +\n)", "({})and({})", "{} or {}", "not {}"),
    *("{}in{}", "({}if({})else({}))", "{} if {} else {}", "[{} for x in {} if {} if {}]"),
    *("{}[{}:{}]", "min({}, key={})", "{}.max({})", "print({})", "{}({}, *{}, **{})", "{{{}: {}}}"),
    *("f'{{{}}}'", "({},\r\n{})", "({} \\\n < {})", "'é', {}", "\f{}", "{}, {}"),
]
STATEMENTS = [
    *("{}", "x = {}", "x += {}", "x: {} = {}", "if {}: {}", "if({}):\n  x\nelif {}: {}"),
    *("while {}: x", "def f(a={}) -> {}:\n return({})", "def f():\n\treturn {}\n", "return{}"),
    *("async def f(): return {}", "class A({}):\n def f(): return {}", "assert {}, {}", "raise {}"),
    *("match {}:\n case 1: {}", "for x in {}: {}", "with {}: {}", "try: {}\nexcept {}: x"),
]


@st.composite
def filled(draw: st.DrawFn, shapes: list[str], inner: st.SearchStrategy[str]) -> str:
    shape = draw(st.sampled_from(shapes))
    return shape.format(*(draw(inner) for _ in range(shape.count("{") + 1)))


SMALL = st.sampled_from(ATOMS) | filled(SHAPES, st.sampled_from(ATOMS))
EXPRESSIONS = SMALL | filled(SHAPES, SMALL)
PROGRAMS = st.lists(filled(STATEMENTS, EXPRESSIONS), min_size=1, max_size=3).map("\n".join)
SOURCES = mutated([VALID], TOKENS) | PROGRAMS.map(str.encode)


@FUZZ
@given(SOURCES)
def test_mutant_is_python_that_differs_in_one_range(source: bytes) -> None:
    text = source.decode("utf-8", "replace")
    try:
        tree = parsed(text)
    except Unreadable:
        event("not Python")
        return
    places = find_places(text, tree)
    event("with places" if places else "without")
    same = ast.dump(tree)
    for place in places:
        assert 0 <= place.start < place.end <= len(text)
        assert ast.dump(parsed(changed(text, place))) != same, place


def test_valid_source_is_what_the_changes_start_from() -> None:
    text = VALID.decode()
    assert len(find_places(text, parsed(text))) > 30


@FUZZ
@given(st.dictionaries(st.sampled_from(["a.py", "b.py", "tests/test_a.py"]), SOURCES, max_size=3))
def test_any_repository_gives_a_few_mutants(tmp_path: Path, files: dict[str, bytes]) -> None:
    with example_folder(tmp_path) as root:
        for name, content in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(content)
        chosen = choose_mutants(root)
        assert chosen == choose_mutants(root)
        for mutant in chosen:
            assert mutant.content != files[mutant.path]
            parsed(mutant.content.decode())
