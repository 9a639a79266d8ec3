"""Hostile Markdown comes out harmless, and honest Markdown as it was meant."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.curriculum import formulas
from apps.curriculum.renderer import render

FENCE = "```"


def html(text: str) -> str:
    return render(text, id_prefix="brief").html


class Attributes(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.found: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='jAvAsCrIpT&colon;alert(1)'>x</a>",
        "<a href=' &#106;avascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "[x](javascript:alert(1))",
        "[x](vbscript:alert(1))",
        "[x]( javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://tracker.example/pixel.png)",
        '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
        "<https://a.example/\"onmouseover=alert(1)>",
        "<div style='position:fixed;inset:0'>x</div>",
        "<style>body{display:none}</style>",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='/account/logout/'><button>x</button></form>",
        "<base href='https://evil.example/'>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<div hx-post='/submissions/1/cancel/' hx-trigger='load'>x</div>",
        "<div data-hx-get='/x' data-hx-trigger='load'>x</div>",
        "<h2 id='announce'>x</h2>",
        "<h2 id='brief-x\" onclick=\"alert(1)'>x</h2>",
        "<a name='main' id='main' class='button primary' target=_blank>x</a>",
        "<div class='highlight overlay' tabindex='-1' role='alert' aria-label='Log in'>x</div>",
        "<p class='admonition-title verdict'>x</p>",
        "<!--><script>alert(1)</script>-->",
        "<!-- hidden -->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<a title='<table>' href='https://a.example'>x</a>",
        f"{FENCE} {{.python style=\"color:red\" onclick=\"alert(1)\"}}\nx = 1\n{FENCE}",
        f"{FENCE}python title=\"<script>alert(1)</script>\"\nx = 1\n{FENCE}",
        f"{FENCE}<script>alert(1)</script>\nx\n{FENCE}",
        "# <script>alert(1)</script>\n## <b onclick=alert(1)>x</b>",
        "| <script>alert(1)</script> |\n|---|\n| <td style='x' onclick='y'> |",
        "!!! note \"<script>alert(1)</script>\"\n    x",
        "!!! \"note onclick=alert(1)\"\n    x",
    ],
)  # fmt: skip
def test_hostile_markdown_is_harmless(attack: str) -> None:
    assert_harmless(html(attack))


def assert_harmless(rendered: str) -> None:
    """Nothing but what the allow-list of a reading text needs, checked without that list."""
    page = Attributes(rendered)
    assert not set(page.tags) & {
        *("script", "style", "img", "svg", "path", "iframe", "form", "button", "input"),
        *("base", "meta", "link", "object", "embed", "noscript", "template", "h1"),
        *("annotation-xml", "mglyph", "maction", "semantics"),
    }
    for name, value in page.found:
        if name in formulas.ATTRIBUTES and not re.search("[:;()]", value):
            continue
        assert name in {"href", "title", "rel", "id", "class", "align", "start"} or (
            (name, value)
            in {
                ("tabindex", "0"),
                ("role", "group"),
                ("aria-label", "Table"),
                ("aria-label", "Formula"),
            }
        )
        if name == "href":
            assert re.match(r"https?://|mailto:|#brief-|[^:]*$", value)
        if name == "id":
            assert re.fullmatch(r"brief-[\w-]+", value)
        if name == "class":
            assert not set(value.split()) & {"overlay", "verdict", "button", "primary"}
    assert "<!--" not in rendered


# fmt: off
PIECES = st.sampled_from([
    "<", ">", '"', "'", "`", "```", "\n", "\n\n", "    ", "|", "---", "[", "](", ")", "!", "!!!",
    "<script>", "</script>", "<img src=x onerror=a()>", "<table>", "<td>", "javascript:", "&lt;",
    "<style>", "<math>", "<svg>", "$", "$$", r"\frac", r"\text{", "{", "}", "^", "_", "&",
    "<!--", "-->", "onclick=a()", "style=x", "\\", "*", ":", "#", "x",
])
# fmt: on


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_mixture_is_harmless(text: str) -> None:
    assert_harmless(html(text))


@pytest.mark.parametrize("tag", ["script", "style"])
def test_code_of_a_dropped_tag_goes_with_it(tag: str) -> None:
    assert html(f"a <{tag}>body{{}}</{tag}> b") == "<p>a  b</p>"


def test_dropped_tags_are_named() -> None:
    rendered = render("# Title\n\n![x](y.png)\n\n`<b>` <u>x</u>", id_prefix="brief")
    assert rendered.dropped_tags == {"h1", "img", "u"}


def test_headings_get_their_own_prefixed_ids_and_links_follow() -> None:
    text = "## The data\n\n[up](#the-data)\n\n## The data\n\n### Größe & Maß\n"
    rendered = render(text, id_prefix="brief")
    assert [heading.id for heading in rendered.headings] == [
        "brief-the-data",
        "brief-the-data_1",
        "brief-größe-maß",
    ]
    assert rendered.links == ("#brief-the-data",)
    assert render(text, id_prefix="data").headings[0].id == "data-the-data"


def test_code_is_coloured_by_classes_alone() -> None:
    rendered = html(f'{FENCE}python\ndef area(side: int) -> int:\n    return "x"  # why\n{FENCE}')
    assert 'style="' not in rendered
    assert '<div class="language-python highlight"><pre tabindex="0">' in rendered
    assert '<span class="k">def</span>' in rendered
    assert '<span class="c1"># why</span>' in rendered


@pytest.mark.parametrize("language", ["", "nosuchlanguage", "toml", "console"])
def test_code_in_any_language_is_escaped(language: str) -> None:
    rendered = html(f"{FENCE}{language}\n<b>&amp;\n{FENCE}")
    assert re.sub(r"<[^>]+>", "", rendered).strip() == "&lt;b&gt;&amp;amp;"


def test_table_is_framed_and_aligned_without_style() -> None:
    rendered = html("before\n\n| a | b |\n|--:|:-:|\n| 1 | 2 |\n\nafter")
    frame = '<div aria-label="Table" class="scroll" role="group" tabindex="0"><table>'
    assert frame in rendered
    assert '<td align="right">1</td>' in rendered
    assert 'style="' not in rendered
    assert rendered.endswith("</table></div>\n<p>after</p>")


def test_empty_corner_of_a_table_is_no_heading() -> None:
    rendered = html("| | b |\n|---|---|\n| 1 | 2 |")
    assert "<tr>\n<td></td>\n<th>b</th>\n</tr>" in rendered


def test_links_say_noopener_and_keep_their_address() -> None:
    link = '<a href="https://a.example/?x=1&amp;y=2" rel="noopener">x</a>'
    assert html("[x](https://a.example/?x=1&y=2)") == f"<p>{link}</p>"


def test_admonition_and_definitions_render() -> None:
    assert html('!!! tip "Hm"\n    x') == (
        '<div class="admonition tip">\n<p class="admonition-title">Hm</p>\n<p>x</p>\n</div>'
    )
    assert html("RMSE\n:   a root") == "<dl>\n<dt>RMSE</dt>\n<dd>a root</dd>\n</dl>"


def test_attention_is_typeset() -> None:
    """The equation of Vaswani et al. (2017), section 3.2.1."""
    tex = r"\text{Attention}(Q, K, V) = \text{softmax}\left(\frac{QK^T}{\sqrt{d_k}}\right)V"
    rendered = render(f"$$ {tex} $$", id_prefix="lesson")
    (math,) = ElementTree.fromstring(rendered.html)
    assert rendered.has_formulas
    assert math.get("display") == "block"
    assert "".join(math.itertext()) == "Attention(Q,K,V)=softmax(QKTdk)V"
    (fraction,) = math.iter("mfrac")
    above, below = fraction
    assert ElementTree.tostring(above, "unicode") == (
        "<mrow><mi>Q</mi><msup><mi>K</mi><mi>T</mi></msup></mrow>"
    )
    assert ElementTree.tostring(below, "unicode") == (
        "<mrow><msqrt><mrow><msub><mi>d</mi><mi>k</mi></msub></mrow></msqrt></mrow>"
    )


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("a < b", "a<b"),
        (r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}", "[1234]"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=bc=d"),
        (r"p \ge \tfrac{1}{2}", "p≥12"),
    ],
)
def test_formula_is_typeset_in_a_line_and_on_its_own(tex: str, text: str) -> None:
    for formula in (f"${tex}$", f"$$\n{tex}\n$$"):
        rendered = render(formula, id_prefix="lesson")
        assert rendered.unusable_formulas == ()
        assert "".join(ElementTree.fromstring(rendered.html).itertext()) == text


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\foo{x}", r"\foo is not known in formulas. Write it without."),
        ("x^2^3", "The formula “x^2^3” is not complete (double superscripts). "),
        (r"\frac{1}{", r"The formula “\frac{1}{” is not complete ("),
        (r"\begin{gather}a \\ b\end{gather}", r"\begin{gather} is not shown. "),
        ("a & b", "The & of “a & b” stands outside of a table of lines."),
    ],
)
def test_unusable_formula_is_told(tex: str, message: str) -> None:
    for formula in (f"x ${tex}$", f"$$\n{tex}\n$$"):
        ((written, told),) = render(formula, id_prefix="lesson").unusable_formulas
        assert written == tex
        assert told.startswith(message)


@pytest.mark.parametrize(
    "text", ["It costs $5, or $6 with tax.", "`$x$`", f"{FENCE}\n$x$\n{FENCE}"]
)
def test_money_and_code_are_no_formulas(text: str) -> None:
    assert not render(text, id_prefix="lesson").has_formulas


DRAWING = """<svg class="chart evil" viewBox="0 0 9 9"><script>alert(1)</script>
<path class="series" d="M0 0h9" onclick="a()"/><text style="x" x="1">A</text></svg>"""


def test_figure_stands_in_its_frame_without_what_could_harm() -> None:
    figures = {"figures/a.svg": ElementTree.fromstring(DRAWING)}
    rendered = render('![A "line"](figures/a.svg "It rises.")', id_prefix="x", figures=figures)
    assert rendered.html == (
        '<figure class="figure"><svg aria-label="A &quot;line&quot;" class="chart" role="img" '
        'viewBox="0 0 9 9">\n<path class="series" d="M0 0h9"></path><text x="1">A</text></svg>'
        "<figcaption>It rises.</figcaption></figure>"
    )
    assert rendered.figures == {"figures/a.svg"}
    assert rendered.dropped_tags == {"script"}


def test_drawing_in_the_text_is_dropped_where_no_figures_are() -> None:
    assert html("<svg viewBox='0 0 9 9'><path d='M0 0'/></svg>") == "<p></p>"


def test_links_to_pages_are_led_and_named() -> None:
    rendered = render("[p](concept:precision) [l](lesson:a-line)", id_prefix="x")
    assert rendered.links == ("/concepts/precision/", "/lessons/a-line/")
    assert rendered.references == {("concept", "precision"), ("lesson", "a-line")}


def test_question_folds_its_answer() -> None:
    assert html('??? question "Why?"\n    Because.') == (
        '<details class="question">\n<summary>Why?</summary>\n<p>Because.</p>\n</details>'
    )


def test_code_and_its_output_are_two_blocks() -> None:
    text = f"{FENCE}python\nprint(1)\n{FENCE}\n{FENCE}output\n1\n{FENCE}"
    assert re.findall(r"<(\w+)(?: class=\"(.*?)\")?", html(text))[:2] == [
        ("div", "language-python highlight"),
        ("pre", ""),
    ]
    assert '</div>\n<div class="language-output highlight"><pre' in html(text)
