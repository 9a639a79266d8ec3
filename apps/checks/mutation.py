"""Where a Python source can be broken by one small change, as in mutation testing.

The idea is DeMillo, Lipton and Sayward's (Hints on Test Data Selection: Help for the Practicing
Programmer, IEEE Computer 11(4), 1978): a test that cannot tell a program from the same one with a
small fault has not tested that place. Comparison, arithmetic, logic and negated conditions are the
operators that Offutt et al. found sufficient (An Experimental Determination of Sufficient Mutant
Operators, ACM TOSEM 5(2), 1996: ROR, AOR, LCR, UOI). Numbers and names are exchanged as mutmut and
cosmic-ray do; a returned value is replaced as PIT does.

Left out is what a test cannot be expected to notice: what is printed, logged, drawn or raised as a
message, annotations, defaults, seeds and other settings, and what runs only as a script.
"""

import ast
import bisect
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    COMPARISON = "comparison"
    ARITHMETIC = "arithmetic"
    NUMBER = "number"
    LOGIC = "logic"
    CONDITION = "condition"
    RETURN = "return"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Place:
    """One change: ``text[start:end]`` becomes ``replacement``; offsets are characters."""

    start: int
    end: int
    replacement: str
    line: int  # from 1
    function: str  # "PriceModel.fit"; empty at the top of a module
    operator: Operator


class Unreadable(Exception):
    """Not Python that this Python can read."""


_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}
_PAIRS = (("min", "max"), ("minimum", "maximum"), ("mean", "median"), ("any", "all"))
_FUNCTIONS = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
# One more is then less than a tenth, which a test with a tolerance need not notice.
_LARGEST_NUMBER = 10

# What may stand between an operand and its operator: brackets of the operand, comments, line ends.
_BEFORE_OPERATOR = re.compile(r"(?:[\s)\\]|#[^\r\n]*)*")
_LINE_END = re.compile(r"\r\n|\r|\n")  # as Python's own tokenizer sees them

_PRINTS = re.compile(
    r"print|pprint|echo|display|sleep|add_argument|\w*seed|default_rng|RandomState"
)
_LOGS = re.compile(r"debug|info|warn|warning|error|exception|critical|log")
_LOGGER = re.compile(r"_*(?:log|logger|logging|warnings)", re.IGNORECASE)
_SETTING = re.compile(
    r"_*(?:\w*seed\w*|random_state|\w*version\w*|verbose|n_jobs|\w*workers|\w*epochs|batch_size"
    r"|learning_rate|lr|figsize|dpi|timeout)_*",
    re.IGNORECASE,
)
_SCRIPT_ONLY = frozenset({"__name__", "TYPE_CHECKING"})
_PLOTTING = frozenset({"matplotlib", "seaborn", "plotly", "altair", "bokeh"})
_NOT_TESTED = re.compile(r"__repr__|__str__|_*(?:plot|draw|show|visuali[sz]e)(?:_\w*)?")


def parsed(text: str) -> ast.Module:
    """Raise Unreadable for what is no Python, or is nested too deeply for any reader."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" is the learner's to hear
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(str(error)) from error


def find_places(text: str, tree: ast.Module) -> list[Place]:
    """Every place of ``text``, in the order of the tree. Raises Unreadable like ``parsed``."""
    finder = _Finder(text, tree)
    try:
        finder.visit(tree)
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    return finder.places


def changed(text: str, place: Place) -> str:
    return text[: place.start] + place.replacement + text[place.end :]


class _Finder(ast.NodeVisitor):
    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.places: list[Place] = []
        self._scope: list[str] = []
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._imported, self._plotting = _imported_names(tree)

    # Where in the text -------------------------------------------------------------------------

    def _offset(self, line: int, column: int) -> int:
        """The tree counts UTF-8 bytes from the start of a line; ``text`` is of characters."""
        start = self._starts[line - 1]
        # As many characters as bytes are enough: a character has one byte or more.
        return start + len(self.text[start : start + column].encode()[:column].decode())

    def _start(self, node: ast.expr) -> int:
        return self._offset(node.lineno, node.col_offset)

    def _end(self, node: ast.expr) -> int:
        assert node.end_lineno is not None  # noqa: S101 - parsed trees have both
        assert node.end_col_offset is not None  # noqa: S101
        return self._offset(node.end_lineno, node.end_col_offset)

    def _add(self, start: int, end: int, replacement: str, operator: Operator) -> None:
        before, after = self.text[max(start - 1, 0) : start], self.text[end : end + 1]
        if replacement[0].isalpha() and (before.isidentifier() or before.isdigit()):
            replacement = f" {replacement}"  # return"x" is one word without a space, 0or a number
        if replacement[-1].isdigit() and after.isalpha():
            replacement = f"{replacement} "
        line = bisect.bisect(self._starts, start)
        function = ".".join(self._scope)
        self.places.append(Place(start, end, replacement, line, function, operator))

    def _exchange(self, after: ast.expr, old: str, new: str, operator: Operator) -> None:
        """The operator ``old`` that follows the operand ``after``."""
        blank = _BEFORE_OPERATOR.match(self.text, self._end(after))
        start = blank.end() if blank else 0
        if self.text.startswith(old, start):
            self._add(start, start + len(old), new, operator)

    # The operators -----------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        for before, compares in zip([node.left, *node.comparators], node.ops, strict=False):
            if type(compares) in _COMPARISONS:
                self._exchange(before, *_COMPARISONS[type(compares)], Operator.COMPARISON)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        # Texts, lists and paths are joined, not added: the change would only crash.
        if type(node.op) in _ARITHMETIC and not (_joined(node.left) or _joined(node.right)):
            self._exchange(node.left, *_ARITHMETIC[type(node.op)], Operator.ARITHMETIC)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if type(node.op) in _ARITHMETIC and not _joined(node.value):
            self._exchange(node.target, *_ARITHMETIC[type(node.op)], Operator.ARITHMETIC)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for before in node.values[:-1]:
            self._exchange(before, *words, Operator.LOGIC)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        number = node.value
        if isinstance(number, bool) or not isinstance(number, int | float):
            return
        if number <= _LARGEST_NUMBER:
            self._add(self._start(node), self._end(node), repr(number + 1), Operator.NUMBER)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._add(self._start(node.value), self._end(node.value), "None", Operator.RETURN)
        self.visit(node.value)

    def _negate(self, condition: ast.expr) -> None:
        if not isinstance(condition, ast.Constant):  # while True
            start, end = self._start(condition), self._end(condition)
            self._add(start, end, f"not ({self.text[start:end]})", Operator.CONDITION)

    def visit_If(self, node: ast.If) -> None:
        if _names(node.test) & _SCRIPT_ONLY:
            return
        if not all(self._silent(statement) for statement in [*node.body, *node.orelse]):
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._negate(condition)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if self._untested(node):
            return
        self._exchange_name(node.func)
        for part in (node.func, *node.args):
            self.visit(part)
        outside = _root(node.func) in self._imported
        for keyword in node.keywords:
            # Ridge(alpha=1.0): a hyper-parameter is chosen by measuring, not by a test.
            if not (_is_setting(keyword.arg) or (outside and _literal(keyword.value))):
                self.visit(keyword.value)

    def _exchange_name(self, called: ast.expr) -> None:
        name, end = _last_name(called), self._end(called)
        start = end - len(name)
        if name in _FUNCTIONS and self.text[start:end] == name:
            self._add(start, end, _FUNCTIONS[name], Operator.FUNCTION)

    # What is left out --------------------------------------------------------------------------

    def _untested(self, call: ast.Call) -> bool:
        """Prints, logs, draws, waits, sets a seed, or tells argparse of an argument."""
        name, root = _last_name(call.func), _root(call.func)
        if _PRINTS.fullmatch(name) or root in self._plotting:
            return True
        holder = call.func.value if isinstance(call.func, ast.Attribute) else None
        return bool(
            holder and _LOGS.fullmatch(name) and _LOGGER.fullmatch(_last_name(holder) or root)
        )

    def _silent(self, statement: ast.stmt) -> bool:
        """Nothing that a test could see."""
        if isinstance(statement, ast.Expr):
            value = statement.value
            return isinstance(value, ast.Constant) or (
                isinstance(value, ast.Call) and self._untested(value)
            )
        return isinstance(statement, ast.Pass)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        # Defaults are settings, and a test gives its own; decorators and annotations go, too.
        if not _NOT_TESTED.fullmatch(node.name):
            self._inside(node.name, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the names are ast's

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        # Fields have defaults; only what is done is tested.
        definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        self._inside(node.name, [part for part in node.body if isinstance(part, definitions)])

    def _inside(self, name: str, body: Iterable[ast.stmt]) -> None:
        with self._scoped(name):
            for statement in body:
                self.visit(statement)

    @contextmanager
    def _scoped(self, name: str) -> Iterator[None]:
        self._scope.append(name)
        yield
        self._scope.pop()

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.body)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(_is_setting(_last_name(target)) for target in node.targets):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value and not _is_setting(_last_name(node.target)):
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)

    def _pass_over(self, node: ast.AST) -> None:
        """Messages, mostly (f-strings, errors); types; and names of what is imported."""

    visit_Raise = visit_JoinedStr = visit_TemplateStr = visit_TypeAlias = _pass_over  # noqa: N815


def _imported_names(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Names that imports bind anywhere in the module; those of them that draw."""
    imported, plotting = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                name = (alias.asname or alias.name).split(".")[0]
                imported.add(name)
                if (origin or alias.name).split(".")[0] in _PLOTTING:
                    plotting.add(name)
    return imported, plotting


def _last_name(node: ast.expr) -> str:
    """``c`` of ``a.b.c`` and of ``c``; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.expr) -> str:
    """``a`` of ``a.b(1).c[0]``."""
    while True:
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case ast.Name(id=name):
                return name
            case _:
                return ""


def _is_setting(name: str | None) -> bool:
    return bool(name and _SETTING.fullmatch(name))


def _joined(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _joined(node.left) or _joined(node.right)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes)
    return isinstance(node, ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple)


def _literal(node: ast.expr) -> bool:
    return not any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(node))


def _names(node: ast.expr) -> set[str]:
    return {_last_name(part) for part in ast.walk(node) if isinstance(part, ast.expr)}
