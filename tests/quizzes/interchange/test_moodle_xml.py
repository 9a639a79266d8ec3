"""Moodle XML as Moodle writes it, and files that were made to harm."""

import pytest

from apps.curriculum.problems import ContentError
from apps.quizzes.interchange.moodle_xml import write_moodle_xml
from apps.quizzes.interchange.moodle_xml_reader import read_moodle_xml
from apps.quizzes.interchange.portable import Choice, Pair, Portable, Travelled, Value

OF_MOODLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<quiz>
  <question type="category"><category><text>$course$/top/Metrics</text></category></question>
  <question type="multichoice">
    <name><text>Alarms</text></name>
    <questiontext format="html">
      <text><![CDATA[<p>Of 5 alarms, <strong>4</strong> are right: \\(p = ?\\)</p>]]></text>
    </questiontext>
    <generalfeedback format="html"><text>&lt;p&gt;4 / 5&lt;/p&gt;</text></generalfeedback>
    <single>true</single>
    <answer fraction="100" format="html"><text>0.8</text>
      <feedback format="html"><text></text></feedback></answer>
    <answer fraction="0" format="html"><text>0.2</text>
      <feedback format="html"><text><![CDATA[Those are the <em>wrong</em> ones.]]></text></feedback>
    </answer>
    <tags><tag><text>precision</text></tag></tags>
  </question>
  <question type="numerical">
    <name><text>Share</text></name>
    <questiontext format="moodle_auto_format"><text>How much?

In percent.</text></questiontext>
    <answer fraction="100"><text>80</text><tolerance>0.5</tolerance></answer>
    <answer fraction="0"><text>*</text><feedback><text>No.</text></feedback></answer>
    <units><unit><multiplier>1</multiplier><unit_name>%</unit_name></unit></units>
  </question>
  <question type="matching">
    <name><text>Pairs</text></name>
    <questiontext format="plain_text"><text>Match *them*.</text></questiontext>
    <subquestion format="html"><text>cat</text><answer><text>animal</text></answer></subquestion>
    <subquestion format="html"><text></text><answer><text>metal</text></answer></subquestion>
  </question>
  <question type="cloze"><name><text>Gaps</text></name></question>
</quiz>
"""


def refused(text: str) -> list[str]:
    with pytest.raises(ContentError) as raised:
        read_moodle_xml(text, file="a.xml")
    return [str(problem) for problem in raised.value.problems]


def test_what_moodle_writes_is_read() -> None:
    travelled = read_moodle_xml(OF_MOODLE, file="a.xml")
    choice, number, pairs = travelled.questions
    assert choice == Portable(
        name="Alarms",
        kind="single",
        stem="Of 5 alarms, **4** are right: $p = ?$",
        explanation="4 / 5",
        choices=(
            Choice(text="0.8", fraction=1.0),
            Choice(text="0.2", fraction=0.0, feedback="Those are the *wrong* ones."),
        ),
        concepts=("precision",),
        line=4,
    )
    assert number.stem == "How much?\n\nIn percent."
    assert number.values == (Value(number=80.0, tolerance=0.5, fraction=1.0),)
    assert number.unit == "%"
    assert pairs.stem == r"Match \*them\*."
    assert (pairs.pairs, pairs.extra) == ((Pair(left="cat", right="animal"),), ("metal",))
    assert [str(loss) for loss in travelled.losses] == [
        "line 18: Share: feedback for any other number is lost.",
        "line 33: Gaps: there are no cloze questions here; left out.",
    ]


def test_signs_come_back_as_they_went() -> None:
    signs = r"a < b & c ]]> <b> \(x\) * _ ` $5 'q' \"r\""
    question = Portable(
        name="all & <signs>",
        kind="multiple",
        stem="`" + signs.replace("`", "") + "`",
        choices=(
            Choice(text="$a_1<b$ and *c*", fraction=1 / 3),
            Choice(text="x", fraction=-1 / 3, feedback="`a < b`"),
        ),
    )
    text, _ = write_moodle_xml([Travelled(questions=(question,), title="A / B & C")])
    assert "<text>$course$/top/A // B &amp; C</text>" in text
    (back,) = read_moodle_xml(text, file="a.xml").questions
    assert (back.name, back.stem) == (question.name, question.stem)
    assert [choice.text for choice in back.choices] == ["$a_1<b$ and *c*", "x"]
    assert [choice.fraction for choice in back.choices] == pytest.approx([1 / 3, -1 / 3], abs=1e-6)


LONG = "x" * 20_001
DTD = "The file declares a document type or entities. Moodle writes none; take them out."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE quiz SYSTEM "http://localhost/x"><quiz/>', f"a.xml:1: {DTD}"),
        ('<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/passwd">]><q>&a;</q>', f"a.xml:1: {DTD}"),
        (
            '<!DOCTYPE q [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n<quiz>&b;</quiz>',
            f"a.xml:1: {DTD}",
        ),
        ("<quiz>\n&nbsp;</quiz>", "a.xml:2: This is not well-formed XML: undefined entity."),
        ("<quiz>\n<question>", "a.xml:2: This is not well-formed XML: no element found."),
        (
            "<quiz>" + "<a>\n" * 100_000,
            "a.xml:30: More than 30 elements stand inside of each other here.",
        ),
        ("<html/>", "a.xml:1: This is not Moodle XML: it begins with <html>, and not with <quiz>."),
        ("once", "a.xml:1: This is not well-formed XML: syntax error."),
        (
            '<quiz><question type="numerical"><name><text>N</text></name>\n'
            "<answer><text>four</text></answer></question></quiz>",
            "a.xml:2: N: 'four' is not a number. Write it in digits, such as 0.25.",
        ),
        (
            '<quiz><question type="multichoice">\n<answer fraction="all"/></question></quiz>',
            "a.xml:2: question of line 1: 'all' is not a number. Write it in digits, such as 0.25.",
        ),
        (
            f'<quiz><question type="essay"><name><text>{LONG}</text></name></question></quiz>',
            f"a.xml:1: {'x' * 59}…: It has more than 20,000 characters. Shorten it.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, message: str) -> None:
    assert refused(text) == [message]
