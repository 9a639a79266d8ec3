"""Code on a page: numbered, coloured, and nothing but text."""

import re
import time
from html import unescape

import pytest
from django.utils.html import strip_tags

from apps.checks.snapshot import SourceFile
from apps.checks.untrusted_text import visible
from apps.mentoring.code_view import (
    LINES_A_PART,
    code_file,
    first_path,
    lines_of,
    quote,
    tree,
)
from apps.mentoring.notes import note_html
from tests.submissions.samples import EVIL


def file_of(text: str | None, path: str = "a.py") -> SourceFile:
    return SourceFile(path=path, size=10, text=text)


def html_of(text: str, path: str = "a.py") -> list[str]:
    shown = code_file([file_of(text, path)], path, part=1, line=0)
    return [str(line.html) for line in shown.lines]


def test_code_is_coloured_line_by_line() -> None:
    assert html_of('x = "a"\n"""<b>\n"""\n') == [
        '<span class="n">x</span> <span class="o">=</span> '
        '<span class="s2">&quot;</span><span class="s2">a</span><span class="s2">&quot;</span>',
        '<span class="sd">&quot;&quot;&quot;&lt;b&gt;</span>',
        '<span class="sd">&quot;&quot;&quot;</span>',
    ]


@pytest.mark.parametrize("path", ["a.py", "a.toml", "a.yaml", "a.json", "a.sh", "a.sql", "a.txt"])
def test_hostile_code_is_text(path: str) -> None:
    page = "".join(html_of(EVIL.replace("\0", "") + "\n", path))
    assert set(re.findall(r"<(/?\w+)", page)) <= {"span", "/span"}
    assert "hx-post" not in "".join(re.findall(r"<[^>]*>", page))
    assert unescape(strip_tags(page)) == visible(EVIL.replace("\0", ""))


def test_lines_end_at_newlines_only() -> None:
    assert lines_of("a\r\nb\rc\x0bd\u2028e\n\n") == ["a", "b", "c␋d⟨U+2028⟩e", ""]
    assert lines_of("a") == ["a"]


def test_quote_is_of_an_existing_line() -> None:
    files = [file_of("a\n  b\n"), file_of(None, "c.bin")]
    assert quote(files, "a.py", 2) == "b"
    assert quote(files, "a.py", 3) is None
    assert quote(files, "a.py", 0) is None
    assert quote(files, "c.bin", 1) is None
    assert quote(files, "none", 1) is None


def test_long_file_comes_in_parts() -> None:
    files = [file_of("x\n" * (2 * LINES_A_PART + 1))]
    assert len(code_file(files, "a.py", part=1, line=0).parts) == 3
    last = code_file(files, "a.py", part=3, line=0)
    assert [line.number for line in last.lines] == [2 * LINES_A_PART + 1]
    assert code_file(files, "a.py", part=1, line=LINES_A_PART + 1).part.number == 2
    assert code_file(files, "a.py", part=99, line=0).part.number == 1


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (None, "a.py", "not text, or it is too long"),
        ("", "a.py", "is empty"),
        ("x", "b.py", "no file of this name"),
    ],
)
def test_file_without_lines_says_why(text: str | None, path: str, words: str) -> None:
    assert words in code_file([file_of(text)], path, part=1, line=0).missing


def test_tree_has_the_top_first_and_opens_what_matters() -> None:
    files = [file_of("", "src/a.py"), file_of("", "README.md"), file_of("", "tests/b.py")]
    folders = tree(files, current="src/a.py", comments={"tests/b.py": 2})
    assert [(one.name, one.is_open) for one in folders] == [
        ("", True),
        ("src", True),
        ("tests", True),
    ]
    assert folders[2].files[0].comments == 2
    assert first_path(files) == "README.md"
    assert first_path([]) == ""


@pytest.mark.parametrize(
    "piece", ["[ ", "\n   ", "\n\t", "a: ", "`", '"""', "/*", "{", "$(", "\\\n", "#", "'", "- "]
)
@pytest.mark.parametrize("path", ["a.py", "a.toml", "a.cfg", "a.yaml", "a.json", "a.sh", "a.sql"])
def test_no_file_keeps_the_server_busy(path: str, piece: str) -> None:
    """Each of these was of a kind that takes a lexer minutes at full length."""
    for text in (piece * (200_000 // len(piece)), (piece * 100 + "\n") * 400):
        started = time.process_time()
        html_of(text[:200_000], path)
        assert time.process_time() - started < 10


# Notes -------------------------------------------------------------------------------------------


def test_note_is_markdown_without_html() -> None:
    html = note_html("**Bold** <img src=x onerror=alert(1)>\n\n# x = 1\n\n<div hx-post='/evil'>")
    assert html == (
        "<p><strong>Bold</strong> &lt;img src=x onerror=alert(1)&gt;</p>\n"
        "<p># x = 1</p>\n<p>&lt;div hx-post='/evil'&gt;</p>"
    )


def test_note_leads_nowhere_harmful_and_hides_nothing() -> None:
    html = note_html(f"[x](javascript:alert(1)) [y](data:text/html,x) {EVIL}")
    assert "javascript:" not in html
    assert "data:" not in html
    assert "<img" not in html
    assert "⟨U+202E⟩" in html


@pytest.mark.parametrize(
    "text", ["[" * 4000, "[a](" * 1000, ">" * 4000, "```\n" * 1000, "$" * 4000]
)
def test_note_is_made_soon(text: str) -> None:
    started = time.process_time()
    note_html(text)
    assert time.process_time() - started < 5


def test_note_with_code_keeps_it() -> None:
    assert '<span class="c1"># &lt;b&gt;</span>' in note_html("```python\n# <b>\n```")
