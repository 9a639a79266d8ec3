"""From the MathML of a page back to TeX, for systems that show formulas by MathJax."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
# fmt: off
_COMMANDS = {
    "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": r"\times", "\N{DOWN TACK}": r"\top",
    "\N{DIVIDES}": r"\mid", "·": r"\cdot", "∑": r"\sum", "∏": r"\prod", "∫": r"\int",
    "≤": r"\le", "≥": r"\ge", "≈": r"\approx", "≠": r"\ne", "→": r"\to", "←": r"\leftarrow",
    "∞": r"\infty", "∇": r"\nabla", "∂": r"\partial", "∈": r"\in", "…": r"\ldots", "‖": r"\|",
    "{": r"\{", "}": r"\}", "%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$", "_": r"\_",
    "\\": r"\backslash", "^": r"\wedge", "~": r"\sim",
}
_FUNCTIONS = frozenset({
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "det", "dim", "exp", "gcd", "inf", "ker",
    "lim", "ln", "log", "max", "min", "sin", "sinh", "sup", "tan", "tanh",
})
_ACCENTS = {
    "^": r"\hat", "\N{MODIFIER LETTER CIRCUMFLEX ACCENT}": r"\hat", "~": r"\tilde",
    "\N{SMALL TILDE}": r"\tilde", "¯": r"\bar", "‾": r"\overline", "―": r"\overline",
    "→": r"\vec", "\N{COMBINING RIGHT ARROW ABOVE}": r"\vec", "˙": r"\dot", "¨": r"\ddot",
}
# fmt: on
_SPACES = {"0.167em": r"\,", "0.222em": r"\:", "0.278em": r"\;", "1em": r"\quad", "2em": r"\qquad"}
_IN_TEXT = re.compile(r"[\\{}$%#&_^~]")
_COLUMNS = {"left": "l", "right": "r"}


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: Mapping[str, str]
    children: list["_Node"] = field(default_factory=list)
    text: str = ""


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = _Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def with_tex(stored: str) -> str:
    r"""HTML with each formula as TeX between \( \), or \[ \] where it has lines of its own."""
    return _MATH.sub(lambda match: html.escape(_delimited(match[0])), stored)


def _delimited(mathml: str) -> str:
    tree = _Tree()
    tree.feed(mathml)
    tree.close()
    (math,) = tree.root.children
    tex = _row(math.children)
    return rf"\[{tex}\]" if math.attributes.get("display") == "block" else rf"\({tex}\)"


def _tex(node: _Node) -> str:
    write = _TAGS.get(node.tag)
    return write(node) if write else _row(node.children)


def _row(nodes: Sequence[_Node]) -> str:
    if nodes and _is_fence(nodes[0], "prefix"):
        last = nodes[-1]
        closed = len(nodes) > 1 and _is_fence(last, "postfix")
        inside = " ".join(map(_tex, nodes[1:-1] if closed else nodes[1:]))
        right = _delimiter(last) if closed else "."
        return rf"\left{_delimiter(nodes[0])} {inside} \right{right}"
    return " ".join(filter(None, map(_tex, nodes)))


def _is_fence(node: _Node, form: str) -> bool:
    attributes = node.attributes
    return attributes.get("fence") == "true" and attributes.get("form") == form


def _delimiter(node: _Node) -> str:
    return _sign(node.text) or "."


def _group(node: _Node) -> str:
    return f"{{{_tex(node)}}}"


def _sign(text: str) -> str:
    return _COMMANDS.get(text, text)


def _identifier(node: _Node) -> str:
    if node.text in _FUNCTIONS:
        return f"\\{node.text}"
    if len(node.text) == 1:
        sign = _sign(node.text)
        return rf"\mathrm{{{sign}}}" if node.attributes.get("mathvariant") == "normal" else sign
    return rf"\mathrm{{{_plain(node.text)}}}" if node.text else "{}"


def _operator(node: _Node) -> str:
    text = node.text
    if len(text) > 1 and text.isalpha():
        return f"\\{text}" if text in _FUNCTIONS else rf"\operatorname{{{text}}}"
    return _sign(text)


def _number(node: _Node) -> str:
    signs = {",": "{,}", "\N{MINUS SIGN}": "-", "%": r"\%", "…": r"\ldots"}
    return "".join(signs.get(sign, sign) for sign in node.text)


def _text(node: _Node) -> str:
    return rf"\text{{{_plain(node.text)}}}"


def _plain(text: str) -> str:
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    return _IN_TEXT.sub(lambda m: _TEXT_SIGNS.get(m[0], f"\\{m[0]}"), text)


_TEXT_SIGNS = {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim "}


def _base(node: _Node) -> str:
    return _tex(node) if node.tag in {"mi", "mo", "mn"} and node.text else _group(node)


def _sub(node: _Node) -> str:
    base, low = node.children
    return f"{_base(base)}_{_group(low)}"


def _sup(node: _Node) -> str:
    base, high = node.children
    return f"{_base(base)}^{_group(high)}"


def _sub_sup(node: _Node) -> str:
    base, low, high = node.children
    return f"{_base(base)}_{_group(low)}^{_group(high)}"


def _over(node: _Node) -> str:
    base, high = node.children
    accent = _ACCENTS.get(high.text)
    return f"{accent}{_group(base)}" if accent else rf"\overset{_group(high)}{_group(base)}"


def _under(node: _Node) -> str:
    base, low = node.children
    if base.tag == "mo":
        return _sub(node)
    return rf"\underset{_group(low)}{_group(base)}"


def _fraction(node: _Node) -> str:
    above, below = map(_group, node.children)
    if node.attributes.get("linethickness", "").startswith("0"):
        return rf"\genfrac{{}}{{}}{{0pt}}{{}}{above}{below}"
    return rf"\frac{above}{below}"


def _root(node: _Node) -> str:
    inside, degree = node.children
    return rf"\sqrt[{{{_tex(degree)}}}]{_group(inside)}"


def _space(node: _Node) -> str:
    width = node.attributes.get("width", "")
    if re.fullmatch(r"-?[\d.]+em", width):
        return _SPACES.get(width, rf"\hspace{{{width}}}")
    return ""


def _table(node: _Node) -> str:
    rows = [row.children for row in node.children]
    first = max(rows, key=len, default=[])
    columns = "".join(_COLUMNS.get(cell.attributes.get("columnalign", ""), "c") for cell in first)
    lines = r" \\ ".join(" & ".join(map(_tex, row)) for row in rows)
    return rf"\begin{{array}}{{{columns}}} {lines} \end{{array}}"


_TAGS: Mapping[str, Callable[[_Node], str]] = {
    "mi": _identifier,
    "mo": _operator,
    "mn": _number,
    "mtext": _text,
    "ms": _text,
    "msub": _sub,
    "msup": _sup,
    "msubsup": _sub_sup,
    "munderover": _sub_sup,
    "mover": _over,
    "munder": _under,
    "mfrac": _fraction,
    "msqrt": lambda node: rf"\sqrt{{{_row(node.children)}}}",
    "mroot": _root,
    "mspace": _space,
    "mtable": _table,
}
