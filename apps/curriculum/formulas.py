"""Formulas: LaTeX in, MathML out, or a sentence that says what to change."""

import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

# Environments of several lines that come out well. ``aligned`` is written as ``split``, which the
# converter sets in the same way.
_ENVIRONMENTS = frozenset(
    {"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "cases", "split", "array"}
)
_NAMESPACE = re.compile(r"^\{[^}]*\}")
# fmt: off
TAGS = frozenset({
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom",
    "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup",
    "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
})
ATTRIBUTES = frozenset({
    "accent", "accentunder", "columnalign", "columnspacing", "depth", "display", "displaystyle",
    "fence", "form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize",
    "minsize", "movablelimits", "notation", "rowspacing", "rspace", "scriptlevel", "separator",
    "stretchy", "symmetric", "voffset", "width",
})
# fmt: on


class FormulaError(Exception):
    """What to change, in a sentence."""


def to_mathml(tex: str, *, display: bool) -> Element:
    """The ``math`` element of a formula. Raises FormulaError."""
    tex = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{split}", tex.strip())
    for environment in re.findall(r"\\begin\{([^}]*)\}", tex):
        if environment not in _ENVIRONMENTS:
            raise FormulaError(
                f"\\begin{{{environment}}} is not shown. Write the lines as formulas of their own, "
                "or use aligned, cases or a matrix."
            )
    try:
        math = convert_to_element(tex, display="block" if display else "inline")
    except Exception as error:  # the converter's own have no common base; odd input raises others
        reason = re.sub(r"([a-z])([A-Z])", r"\1 \2", type(error).__name__).removesuffix("Error")
        raise FormulaError(
            f"The formula {_shown(tex)} is not complete ({reason.strip().lower()}). "
            "Check its braces, superscripts and subscripts."
        ) from error
    for element in math.iter():
        element.tag = _NAMESPACE.sub("", element.tag)
        text = element.text or ""
        if text.startswith("\\"):
            raise FormulaError(f"{text} is not known in formulas. Write it without.")
        if text == "&":
            raise FormulaError(f"The & of {_shown(tex)} stands outside of a table of lines.")
    math.attrib.pop("xmlns", None)
    return math


def _shown(tex: str) -> str:
    return f"“{tex[:60]}…”" if len(tex) > 60 else f"“{tex}”"
