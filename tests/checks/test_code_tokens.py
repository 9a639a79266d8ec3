"""Which changes of a text leave its symbols as they are, and which do not."""

import pytest

from apps.checks.code_tokens import tokens

CODE = '''\
"""Means."""

import numpy as np
from sklearn.linear_model import Ridge


def mean(rows, skip=("a", "b")):
    """Of the rows."""
    # all of them
    kept = [row for row in rows if row.name not in skip]
    return np.linalg.norm(kept) / len(kept) + Ridge(alpha=1.0).fit(kept).coef_
'''
SYMBOLS = (
    "def N ( N , N = ( S ) ) : N = [ N for N in N if N . N not in N ] "
    "return numpy . linalg . norm ( N ) / len ( N ) + Ridge ( N = 0 ) . N ( N ) . N"
)


def symbols(text: str, *own: str) -> str:
    return " ".join(token.symbol for token in tokens(text, own_modules=set(own)))


def test_names_and_literals_are_one_and_what_is_given_stays() -> None:
    # An alias is resolved to the module's first name; a method's object is not known.
    assert symbols(CODE) == SYMBOLS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import numpy as np", "import numpy"),
        ("rows", "lines"),
        ('("a", "b")', "('x',  # one\n  'y', \"z\",\n)"),
        ("    # all of them\n", "\n\n"),
        ('    """Of the rows."""\n', ""),
        ('skip=("a", "b")', 'skip=(\n        "a b"\n    )'),
        ("1.0", "0x1F"),
        ("for row in rows if", "for row in rows \\\n    if"),
        ("import Ridge", "import (\n    Ridge,  # a model\n    Lasso,\n)"),
    ],
)
def test_disguise_leaves_the_symbols(before: str, after: str) -> None:
    assert before in CODE
    changed = CODE.replace(before, after)
    changed = changed.replace("np.", "numpy.") if after == "import numpy" else changed
    assert symbols(changed) == SYMBOLS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("len(kept)", "sum(kept)"),
        ("linalg.norm", "mean"),
        ("Ridge", "Lasso"),
        ("not in", "in"),
        ("kept) /", "kept) *"),
    ],
)
def test_other_code_has_other_symbols(before: str, after: str) -> None:
    assert symbols(CODE.replace(before, after)) != SYMBOLS


@pytest.mark.parametrize(
    "line",
    ["from numpy import f", "import numpy as f", "from .numpy import f", "import numpy.f as f"],
)
def test_modules_of_the_repository_are_names_like_others(line: str) -> None:
    assert symbols(f"{line}\nf(1)", "numpy") == "N ( 0 )"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_ends_of_lines_are_layout(end: str) -> None:
    ended = CODE.replace("\n", end)
    assert list(tokens(ended)) == list(tokens(CODE))


def test_lines_are_those_of_the_text() -> None:
    text = 'a = """one\ntwo"""\n\n\nb = [\n  1,\n  2]\n'
    found = [(token.symbol, token.first, token.last) for token in tokens(text)]
    assert found[:3] == [("N", 1, 1), ("=", 1, 1), ("S", 1, 2)]
    assert found[3:] == [("N", 5, 5), ("=", 5, 5), ("[", 5, 5), ("0", 6, 6), ("]", 7, 7)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = (\n", "N = ("),
        ("x = '''a\nb", "N = S"),
        ("x = 'a\ny = 1", "N = S N = 0"),
        ("print 'a', 1 ? $", "print S , 0 ? $"),
        ("import\nfrom x\nfrom x import", "from N"),
        ("\ud800 é = 1", "\ud800 N = 0"),
        ("x = '\\", "N = S \\"),
        ("", ""),
    ],
)
def test_broken_code_has_symbols_too(text: str, expected: str) -> None:
    assert symbols(text) == expected
