"""GIFT as others write it, and what is said of files that nobody can read."""

import pytest

from apps.curriculum.problems import ContentError
from apps.quizzes.interchange.gift import read_gift, write_gift
from apps.quizzes.interchange.portable import Choice, Pair, Portable, Travelled, Value


def read(text: str) -> Travelled:
    return read_gift(text, file="a.gift")


def read_one(text: str) -> Portable:
    (question,) = read(text).questions
    return question


def lost(text: str) -> list[str]:
    return [str(loss) for loss in read(text).losses]


def refused(text: str) -> list[str]:
    with pytest.raises(ContentError) as raised:
        read(text)
    return [str(problem) for problem in raised.value.problems]


def test_single_choice_with_feedback_and_explanation_is_read() -> None:
    text = """
// From another school  [tag:recall]
::Caught mails:: Of 10 mails 8 are caught\\: what is recall? {
  =0.8 # Yes\\, so it is.
  ~%-25%0.2 # Those are missed.
  ~8
  ####8 / 10 \\= 0.8
}
"""
    assert read_one(text) == Portable(
        name="Caught mails",
        kind="single",
        stem="Of 10 mails 8 are caught: what is recall?",
        explanation="8 / 10 = 0.8",
        choices=(
            Choice(text="0.8", fraction=1.0, feedback="Yes\\\\, so it is."),
            Choice(text="0.2", fraction=-0.25, feedback="Those are missed."),
            Choice(text="8", fraction=0.0),
        ),
        concepts=("recall",),
        line=3,
    )


def test_choice_without_an_equals_sign_has_several_right_options() -> None:
    question = read_one("Which?{~%50%a ~%50%b ~%-100%c}")
    assert question.kind == "multiple"
    assert [choice.fraction for choice in question.choices] == [0.5, 0.5, -1.0]


@pytest.mark.parametrize(
    ("written", "number", "tolerance"),
    [
        ("#4:0.5", 4.0, 0.5),
        ("#4", 4.0, 0.0),
        ("#1..5", 3.0, 2.0),
        ("#-1e3:1e-2", -1000.0, 0.01),
        ("#=4:0.5#fine", 4.0, 0.5),
    ],
)
def test_number_and_its_tolerance_are_read(written: str, number: float, tolerance: float) -> None:
    (value,) = read_one(f"How much?{{{written}}}").values
    assert (value.number, value.tolerance, value.fraction) == (number, tolerance, 1.0)


def test_wrong_number_keeps_its_feedback() -> None:
    question = read_one("How much?{#=4:0.5 =%0%8:0.5#You doubled it.}")
    assert question.values[1] == Value(
        number=8.0, tolerance=0.5, fraction=0.0, feedback="You doubled it."
    )


def test_pairs_and_texts_that_belong_to_nothing_are_read() -> None:
    question = read_one("Match.{=cat -> animal =rose->plant = -> metal}")
    assert question.pairs == (
        Pair(left="cat", right="animal"),
        Pair(left="rose", right="plant"),
    )
    assert question.extra == ("metal",)


def test_missing_word_leaves_a_gap() -> None:
    question = read_one("[plain]Two plus two {=four =4} is even.")
    assert question.stem == r"Two plus two \_\_\_\_\_ is even."
    assert [choice.text for choice in question.choices] == ["four", "4"]


def test_html_becomes_markdown() -> None:
    question = read_one(
        r"[html]<p>Is <b>\(a_1\)</b> &lt; <code>b</code>?</p><pre>x \= *y*</pre>{=<i>a</i>}"
    )
    assert question.stem == "Is **$a_1$** &lt; `b`?\n\n```\nx = *y*\n```"


def test_signs_come_back_as_they_went() -> None:
    signs = r"a ~ = # { } : \ \n \\ -> // $5 and *b* `~={}#:\`"
    question = Portable(
        name="all: signs",
        kind="single",
        stem=f"// {signs}\n\n{signs}",
        explanation=signs,
        choices=(
            Choice(text=f"%50%{signs}", fraction=0.0, feedback=signs),
            Choice(text=f"=~{signs}", fraction=1.0, feedback=signs),
            Choice(text=f"#{signs}", fraction=0.0),
        ),
    )
    text, losses = write_gift([Travelled(questions=(question,))])
    assert read_one(text) == question
    assert losses == []


def test_formula_passes_markdown_there_and_back() -> None:
    stem = r"With $\frac{a_1}{b*c}<2$ and `$x$`:" + "\n\n" + r"$$\left[ x_{1} \right] \\ y$$"
    question = Portable(
        name="formula", kind="short-text", stem=stem, choices=(Choice(text="a*b", fraction=1.0),)
    )
    text, _ = write_gift([Travelled(questions=(question,))])
    assert r"\\\\(\\\\frac\{a\\_1\}\{b\\*c\}&lt;2\\\\)" in text
    assert read_one(text) == question


def test_formulas_that_never_end_are_text() -> None:
    """Many beginnings without an end: each is looked at once, not with every other one."""
    beginning = r"\\( "
    question = read_one(f"[markdown]x {r'\\\\( ' * 3_000}{{=a}}")  # a backslash in GIFT is two
    assert question.stem == f"x {beginning * 3_000}".strip()


def test_new_line_before_a_bracket_ends_no_formula() -> None:
    question = Portable(
        name="lines",
        kind="short-text",
        stem=r"$\begin{matrix}a \\(b)\end{matrix}$",
        choices=(Choice(text="a", fraction=1.0),),
    )
    text, _ = write_gift([Travelled(questions=(question,))])
    assert read_one(text).stem == r"$\begin{matrix}a \\ (b)\end{matrix}$"


def test_arrow_on_the_left_is_a_loss_with_a_name() -> None:
    question = Portable(
        name="arrows", kind="matching", stem="Match.", pairs=(Pair(left="a -> b", right="c"),) * 3
    )
    text, losses = write_gift([Travelled(questions=(question,))])
    expected = "arrows: GIFT reads -> as its own; it becomes an arrow."
    assert [str(loss) for loss in losses] == [expected]
    assert read_one(text).pairs[0] == Pair(left="a → b", right="c")


def test_short_text_with_an_arrow_is_no_pair() -> None:
    told = Choice(text="c", fraction=0.0, feedback="a -> b")
    kept, gone = (
        Portable(
            name=text,
            kind="short-text",
            stem="Say.",
            choices=(Choice(text=text, fraction=1.0), told),
        )
        for text in ("a", "a -> b")
    )
    text, losses = write_gift([Travelled(questions=(kept, gone))])
    assert [str(loss) for loss in losses] == [
        "a: GIFT reads -> as its own; it becomes an arrow.",
        "a -> b: GIFT would read its -> as that of a pair; left out.",
    ]
    back = read_one(text)
    assert (back.kind, back.choices[1].feedback) == ("short-text", "a → b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("::A::Say it.{}", "line 1: A: an essay is not marked by itself; left out."),
        ("\n\nJust so", "line 3: Just so: it has no answers in braces; left out."),
        (
            "::Sky::It is blue.{TRUE#no}",
            "line 1: Sky: true or false has two options, and a choice here at least three; "
            "left out.",
        ),
        ("::A::B{=re* =c}", "line 1: A: 're*' holds a star for any text; it is not read."),
        ("::A::B{#=1 =*#no}", "line 1: A: feedback for any other number is lost."),
        ("::A::[html]B <img src='x'>{=c}", "line 1: A: a picture is lost."),
    ],
)
def test_what_is_lost_has_a_name(text: str, message: str) -> None:
    assert lost(text) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "::A::\nWhat {=a ~b\n\nmore}",
            "a.gift:2: The brace that begins here is not closed before the next empty line.",
        ),
        ("x\n} {", "a.gift:2: A brace is closed that was not opened."),
        (
            "x {=a}\n{=b}",
            r"a.gift:2: There is a second pair of braces. A brace that is text is \{ or \}.",
        ),
        ("x {#much}", "a.gift:1: 'much' is not a number. Write it in digits, such as 0.25."),
        ("x {#1:nan}", "a.gift:1: 'nan' is not a number. Write it in digits, such as 0.25."),
        ("x {b ~a}", "a.gift:1: 'b' stands before the first answer. Begin one with = or ~."),
        ("x {=a -> b =c}", "a.gift:1: 'c' has no -> to what belongs to it."),
        (
            "x" * 20_001 + "{=a}",
            "a.gift:1: The question has more than 20,000 characters. Shorten it.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, message: str) -> None:
    assert message in refused(text)


def test_every_wrong_question_is_told_at_once() -> None:
    assert len(refused("a {#b}\n\nc {=d\n\ne }\n\nf {=g}")) == 3
