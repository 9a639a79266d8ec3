"""The way back from MathML to TeX: rendered again, it is the same formula."""

import html
import re
from pathlib import Path

import pytest
from django.conf import settings

from apps.curriculum.renderer import render
from apps.quizzes.interchange.tex import with_tex

FIXTURES: Path = settings.BASE_DIR / "fixtures"
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
WRITTEN = [
    r"\frac{a+1}{2b}",
    r"\sum_{i=1}^{n} x_i^2 \ge 0",
    r"\text{precision} = \sqrt{x} + \sqrt[3]{y}",
    r"\begin{bmatrix}1 & 2\\3 & 4\end{bmatrix}",
    r"\begin{cases}1 & x > 0\\0 & \text{else}\end{cases}",
    r"\begin{aligned}a &= b \\ c &= d\end{aligned}",
    r"\hat{y} = \bar{x} + \vec{v} + \tilde{z}",
    r"\mathbf{x}^\top \mathbf{y}",
    r"\left( \frac{x}{2} \right) \left\| y \right\|",
    r"\operatorname{tr} A + \log p_\text{a b} + \max_i x_i + \exp x",
    r"12{,}345 \cdot 5\,\% - \{a, b\}",
    r"\mathrm{d}x \quad P(A \mid B) \to \infty",
    r"\nabla_\theta L \approx \partial x / \partial y",
    r"a < b > c \& d",
    r"\underset{x}{y} + \overset{n}{m}",
    r"x_{i,j}^{(k)} \in \mathbb{R}",
]


def formulas() -> list[str]:
    """MathML of every formula of the questions and the concepts."""
    found: dict[str, None] = {}
    paths = [*FIXTURES.glob("quizzes/*/*.md"), *FIXTURES.glob("concepts/*.md")]
    for path in sorted(paths):
        body = path.read_text(encoding="utf-8").split("\n+++\n", 1)[1]
        rendered = render(re.sub(r"\{\{.*?\}\}", "{4,321}", body), id_prefix="x").html
        found.update(dict.fromkeys(MATH.findall(rendered)))
    return list(found)


def tex_of(mathml: str) -> str:
    tex = html.unescape(with_tex(mathml))
    block = 'display="block"' in mathml
    assert tex.startswith(r"\[" if block else r"\(")
    assert tex.endswith(r"\]" if block else r"\)")
    return tex[2:-2]


def seen(mathml: str) -> str:
    text = html.unescape(re.sub(r"<[^>]*>", "", mathml))
    return re.sub(r"\s+", "", text)


def shape(mathml: str) -> list[str]:
    """The tags that mean something, in order."""
    tags = re.findall(r"<(m\w+)", mathml)
    return [tag for tag in tags if tag not in {"mrow", "mi", "mn", "mo", "mtext", "mspace"}]


def assert_comes_back(mathml: str) -> None:
    tex = tex_of(mathml)
    marks = "$$" if 'display="block"' in mathml else "$"
    rendered = render(f"{marks}{tex}{marks}", id_prefix="x")
    assert not rendered.unusable_formulas, tex
    (again,) = MATH.findall(rendered.html)
    assert seen(again) == seen(mathml), tex
    assert shape(again) == shape(mathml), tex


@pytest.mark.parametrize("tex", WRITTEN)
def test_formula_comes_back(tex: str) -> None:
    (mathml,) = MATH.findall(render(f"${tex}$", id_prefix="x").html)
    assert_comes_back(mathml)


def test_every_formula_of_the_bank_comes_back() -> None:
    found = formulas()
    assert len(found) > 200
    for mathml in found:
        assert_comes_back(mathml)


def test_text_around_a_formula_stays_and_signs_are_escaped() -> None:
    stored = render("So $a < b$ is *it*.\n\n$$x^{12}$$", id_prefix="x").html
    shown = with_tex(stored)
    assert shown.startswith("<p>So \\(a &lt; b\\) is <em>it</em>.</p>")
    assert r"\[x^{12}\]" in shown
    assert "<math" not in shown
