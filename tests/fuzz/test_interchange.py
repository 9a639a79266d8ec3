"""Whatever stands in a file of questions: sound questions of ours, or sentences."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import event, given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.interchange.bank import judge_file
from apps.quizzes.interchange.files import decoded
from apps.quizzes.interchange.gift import read_gift, write_gift
from apps.quizzes.interchange.moodle_xml import write_moodle_xml
from apps.quizzes.interchange.moodle_xml_reader import read_moodle_xml
from apps.quizzes.interchange.packing import pack, read_written
from apps.quizzes.interchange.portable import Portable, Travelled
from apps.quizzes.interchange.question_text import LeftOut, question_text
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import example_folder
from tests.fuzz.mutations import mutated

GIFT = rb"""// [tag:recall]
::One:: [html]<p>Which of \(a_1\) and <b>b</b>?</p>{
=yes#Right\: so ~%50%no#wrong ~%-50%never
####<pre>x</pre>
}

[markdown]How `much` \= $$x\_1$$ {#=4:0.5#fine =%0%1..2#no ~#none} is it?

::Three::Match {=cat -> animal =dog -> pet =rose -> plant = -> metal}

::Four::[plain]Name it {=%100%a =b =%0%c\*#Not *that*}
"""
GIFT_TOKENS = [
    *(b"{", b"}", b"=", b"~", b"#", b"####", b"::", b"->", b"\\", b"%50%", b"%", b"[html]", b"//"),
    *(b"\n", b"\n\n", b"$CATEGORY: a", b"TRUE", b"*", b"..", b":", b"nan", b"1e999", b"{{ a }}"),
    *(b"<b>", b"</b>", b"<table><tr><td>", b"<![", b"<!--", b"<pre>", b"&amp;", b"&#0;", b"<img>"),
    *(
        b"`",
        b"```\n",
        b"$",
        b"$$",
        b"\\(",
        b"\\)",
        b"> " * 300,
        b"- " * 50,
        b"[a](b)",
        b"|",
        b"+++",
    ),
    *(b"\\\\(" * 60, b"\\\\\\\\(" * 60, b"\\\\\\\\)"),
    *("é\u202e\ue000".encode(), b"\xff", b"\0", b"## Explanation", b'"', b"'''", b"\\n\\n"),
]
XML_TOKENS = [
    *(b"<quiz>", b"</quiz>", b"<question type='numerical'>", b"</question>", b"<text>", b"</text>"),
    *(
        b"<answer fraction='50'>",
        b"<![CDATA[",
        b"]]>",
        b"&lt;",
        b"&a;",
        b"&#65;",
        b"&#0;",
        b"<a " * 9,
    ),
    *(b"<!DOCTYPE a [<!ENTITY a 'b'>]>", b"<?xml version='1.0' encoding='x-no'?>", b"<a>" * 60),
    *(
        b"format='html'",
        b"format='markdown'",
        b"<tolerance>",
        b"essay",
        b"nan",
        b"-1",
        b"xmlns='x'",
    ),
]


@pytest.fixture(scope="module")
def of_the_bank() -> tuple[bytes, bytes]:
    """A quiz of ours in both formats."""
    root = settings.BASE_DIR / "fixtures"
    written = read_written("choosing-the-metric", root=root, cache=settings.RENDER_CACHE)
    quiz = [pack(written, title="Metrics")]
    return write_gift(quiz)[0].encode(), write_moodle_xml(quiz)[0].encode()


def xml_of_gift() -> bytes:
    travelled = read_gift(GIFT.decode(), file="a")
    return write_moodle_xml([travelled])[0].encode()


XML = xml_of_gift()


@FUZZ
@given(mutated([GIFT], GIFT_TOKENS) | st.binary(max_size=300))
def test_any_gift_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    assert_read_or_refused(data, read_gift, tmp_path)


@FUZZ
@given(mutated([XML], [*XML_TOKENS, *GIFT_TOKENS]) | st.binary(max_size=300))
def test_any_moodle_xml_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    assert_read_or_refused(data, read_moodle_xml, tmp_path)


def assert_read_or_refused(data: bytes, read: Callable[..., Travelled], folder: Path) -> None:
    try:
        travelled = read(decoded(data, file="a"), file="a")
    except ContentError as error:
        event("refused")
        assert_told(error, lines=data.count(b"\n") + data.count(b"\r") + 1)
        return
    event(f"{len(travelled.questions)} questions")
    for loss in travelled.losses:
        assert loss.name
        assert loss.message.endswith(".")
    for question in travelled.questions:
        why = why_left_out(question, folder)
        event("left out" if why else "written")
        # What is asked may be wrong; the facts are TOML whatever the texts hold.
        assert "TOML" not in why
        assert "unknown" not in why


def why_left_out(question: Portable, folder: Path) -> str:
    with example_folder(folder) as root:
        try:
            text, _ = question_text(question, position=1, concepts=["recall"])
            judge_file(text, slug="q", quiz="a", folder=root, cache=None)
        except LeftOut as error:
            return str(error)
    return ""


def assert_told(error: ContentError, *, lines: int) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.message.endswith(".")
        assert 0 <= problem.line <= lines


def test_valid_files_are_what_the_changes_start_from(of_the_bank: tuple[bytes, bytes]) -> None:
    assert len(read_gift(GIFT.decode(), file="a").questions) == 4
    assert len(read_moodle_xml(XML.decode(), file="a").questions) == 4
    gift, xml = of_the_bank
    assert read_gift(gift.decode(), file="a").questions
    assert read_moodle_xml(xml.decode(), file="a").questions
