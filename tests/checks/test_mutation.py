"""Each operator of mutation, and what is left out, as text before and after."""

import pytest

from apps.checks.mutation import Operator, Unreadable, changed, find_places, parsed


def mutants(text: str) -> list[str]:
    return [changed(text, place) for place in find_places(text, parsed(text))]


def operators(text: str) -> list[Operator]:
    return [place.operator for place in find_places(text, parsed(text))]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a < b", "a >= b"),
        ("a <= b", "a > b"),
        ("a > b", "a <= b"),
        ("a >= b", "a < b"),
        ("a == b", "a != b"),
        ("a != b", "a == b"),
        ("(a) < (b)", "(a) >= (b)"),
        ("(a # <\n) < b", "(a # <\n) >= b"),
        ("a \\\n < b", "a \\\n >= b"),
        ("a + b", "a - b"),
        ("a - b", "a + b"),
        ("a * b", "a / b"),
        ("a / b", "a * b"),
        ("a += b", "a -= b"),
        ("a[i] /= b", "a[i] *= b"),
        ("a and b", "a or b"),
        ("a or b", "a and b"),
        ("x = 0", "x = 1"),
        ("x = 9", "x = 10"),
        ("x = -1", "x = -2"),
        ("x = 0.5", "x = 1.5"),
        ("x = 0x0A", "x = 11"),
        ("x = a[:, 1]", "x = a[:, 2]"),
        ("while a: b()", "while not (a): b()"),
        ("x = b if a else c", "x = b if not (a) else c"),
        ("x = [a for a in b if a]", "x = [a for a in b if not (a)]"),
        ("if a: b()", "if not (a): b()"),
        ("if(a\n  .b): c()", "if(not (a\n  .b)): c()"),
        ("min(a)", "max(a)"),
        ("a.max(b)", "a.min(b)"),
        ("np.maximum(a, b)", "np.minimum(a, b)"),
        ("a.mean()", "a.median()"),
        ("median(a)", "mean(a)"),
        ("any(a)", "all(a)"),
        ("a.all()", "a.any()"),
        ("def f():\n    return a", "def f():\n    return None"),
        ("def f():\n    return a, b", "def f():\n    return None"),
        ('def f():\n    return"é"', "def f():\n    return None"),
        ("def f():\n    return (\n        a\n    )", "def f():\n    return (\n        None\n    )"),
        ('"äöü", a < b', '"äöü", a >= b'),
    ],
)
def test_place_is_changed_and_nothing_else(text: str, after: str) -> None:
    assert mutants(text) == [after]


def test_words_and_numbers_that_touch_are_parted() -> None:
    """``0or`` would begin an octal number."""
    assert mutants("x = 0and a") == ["x = 0 or a", "x = 1 and a"]


def test_chains_are_changed_link_by_link() -> None:
    assert mutants("a < b <= c") == ["a >= b <= c", "a < b > c"]
    assert mutants("a and b and c") == ["a or b and c", "a and b or c"]


def test_place_names_its_line_function_and_operator() -> None:
    text = "class A:\r\n    def f(self):\r\n        def g():\r\n            return a < b\r\n"
    found = [
        (place.line, place.function, place.operator) for place in find_places(text, parsed(text))
    ]
    assert found == [(4, "A.f.g", Operator.RETURN), (4, "A.f.g", Operator.COMPARISON)]


@pytest.mark.parametrize(
    "text",
    [
        '"""Docstring: 1 < 2."""',
        "x = 11",
        "x = 365.25",
        "x = True",
        "x = 1j",
        "x = 'a' + b",
        "x = folder / 'a' / b",
        "x = [a] * n",
        "x = f'{a + 1}'",
        "print(a + b)",
        "time.sleep(a + 1)",
        "log.info('%d', a + 1)",
        "self.logger.warning(a + 1)",
        "logging.getLogger('x').error(a + 1)",
        "raise ValueError(a + 1)",
        "if __name__ == '__main__':\n    main(1 + 2)",
        "if TYPE_CHECKING:\n    x = 1",
        "if typing.TYPE_CHECKING:\n    x = 1",
        "if verbose:\n    print(1)\nelse:\n    pass",
        "while True:\n    pass",
        "x: Literal[1] = a",
        "def f(a: int = 1, *, b: Literal[1] = 2) -> Literal[1]:\n    pass",
        "@cache(maxsize=1)\ndef f():\n    pass",
        "f = lambda a=1: a",
        "class A(B, c=1):\n    x: int = 1\n    y = 2",
        "def __repr__(self):\n    return a",
        "def plot_errors(a):\n    return a + 1",
        "import matplotlib.pyplot as plt\nplt.plot(a + 1)",
        "from seaborn import heatmap\nheatmap(a + 1)",
        "SEED = 7",
        "RANDOM_STATE: int = 7",
        "__version__ = (1, 2)",
        "np.random.seed(7)",
        "torch.manual_seed(7)",
        "rng = np.random.default_rng(7)",
        "split(a, random_state=7)",
        "model.fit(a, epochs=7, verbose=1)",
        "from sklearn.linear_model import Ridge\nmodel = Ridge(alpha=1.0)",
        "from torch import nn\nlayer = nn.Dropout(p=-0.5)",
        "parser.add_argument('--k', default=1)",
        "def f():\n    return",
        "def f():\n    return None",
        "type A = Literal[1]",
    ],
)
def test_what_no_test_can_be_expected_to_notice_is_left_out(text: str) -> None:
    assert mutants(text) == []


def test_what_stands_beside_something_left_out_is_found() -> None:
    """The rules above leave out that much and no more."""
    assert mutants("from x import Ridge\nRidge(alpha=n * 2)") == [
        "from x import Ridge\nRidge(alpha=n / 2)",
        "from x import Ridge\nRidge(alpha=n * 3)",
    ]
    assert operators("clip(lower=0)") == [Operator.NUMBER]
    assert operators("math.log(a + b)") == [Operator.ARITHMETIC]
    assert operators("if verbose:\n    print(a)\n    b()") == [Operator.CONDITION]
    assert operators("def shower(a):\n    return a") == [Operator.RETURN]
    assert operators("assert a < b, c + d") == [Operator.COMPARISON]


@pytest.mark.parametrize(
    "text",
    [
        "def",
        "x = '\0'",
        "(" * 5_000,
        "-" * 50_000 + "x",
        "x" + "+x" * 20_000,
        "a" + ".b" * 20_000,
        "if x:\n pass\n" + "elif x:\n pass\n" * 5_000,
        "9" * 10_000,
    ],
    ids=["half", "null", "brackets", "minus", "plus", "dots", "elif", "digits"],
)
def test_text_that_cannot_be_read_is_told_apart(text: str) -> None:
    with pytest.raises(Unreadable):
        find_places(text, parsed(text))
