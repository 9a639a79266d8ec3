"""Every mistake of an author is told with its file, its line and what to change."""

from pathlib import Path

import pytest

from apps.curriculum.content import ContentError, read_briefs
from apps.curriculum.models import Level
from tests.curriculum.conftest import write_project

BRIEF, DICTIONARY = "brief.md", "data-dictionary.md"


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_briefs(folder)
    return [str(problem) for problem in caught.value.problems]


def test_sound_project_is_read_and_rendered(folder: Path) -> None:
    (brief,) = read_briefs(folder)
    assert (brief.slug, brief.level, brief.hours) == ("house-prices", Level.BEGINNER, 12)
    assert brief.concepts == ["linear-regression", "rmse"]
    assert brief.brief_html == '<h2 id="brief-the-goal">The goal</h2>\n<p>Predict prices.</p>'
    assert "<td>m²</td>" in brief.data_dictionary_html


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "+++\nslug",
            "slug",
            "1: Begin the file with a +++ line, the facts in TOML, and a second +++ line.",
        ),
        (
            "+++\n\n",
            "\n",
            "1: Begin the file with a +++ line, the facts in TOML, and a second +++ line.",
        ),
        (
            "hours = 12",
            "hours = ",
            "8: The facts are not valid TOML: Invalid value (at line 7, column 9).",
        ),
        ("hours = 12\n", "", "1: hours is missing from the facts."),
        (
            "hours = 12",
            "hours = 12\nhuors = 1",
            "9: huors is unknown. The facts are "
            "slug, title, level, position, summary, proves, hours, concepts.",
        ),
        ("hours = 12", "hours = '12'", "8: hours must be a whole number from 1 to 999."),
        ("hours = 12", "hours = true", "8: hours must be a whole number from 1 to 999."),
        ("hours = 12", "hours = 0", "8: hours must be a whole number from 1 to 999."),
        ("hours = 12", "hours = 40000", "8: hours must be a whole number from 1 to 999."),
        (
            '"beginner"',
            '"easy"',
            "4: level must be one of beginner, intermediate, advanced, expert.",
        ),
        ('"beginner"', "[1]", "4: level must be one of beginner, intermediate, advanced, expert."),
        ('"House prices"', "7", "3: title must be a text in quotes."),
        ('"House prices"', '" "', "3: title must be a text in quotes."),
        (
            '"House prices"',
            f'"{"x" * 121}"',
            "3: title has 121 characters; one line of at most 120 fits.",
        ),
        (
            '["linear-regression", "rmse"]',
            "[]",
            '9: concepts must be a list such as ["linear-regression", "rmse"].',
        ),
        (
            '["linear-regression", "rmse"]',
            '"rmse"',
            '9: concepts must be a list such as ["linear-regression", "rmse"].',
        ),
        (
            '"rmse"]',
            '"Root MSE"]',
            "9: concepts holds 'Root MSE'; "
            "write concepts in small letters, like linear-regression.",
        ),
        ('"rmse"]', '"linear-regression"]', "9: concepts names a concept twice."),
        (
            'slug = "house-prices"',
            'slug = "houses"',
            '2: slug must be that of the folder: slug = "house-prices".',
        ),
        ("## The goal\n\nPredict prices.\n", "", "11: There is no text here. Write it."),
        ("## The goal", "# The goal", "12: The page has its own title. Begin headings with ##."),
        (
            "Predict prices.",
            "![x](x.png)",
            "14: Pictures are not shown. Say it in words or in a table.",
        ),
        (
            "Predict prices.",
            "```\n<u>\n```\n<u>x</u>",
            "17: <u> is not shown. Take it out, or put it between backticks.",
        ),
        ("Predict prices.", "[x](#gaol)", "14: The link #gaol leads to no heading of this file."),
        (
            "Predict prices.",
            "[x](data.csv)",
            "14: The link data.csv leads nowhere. Begin it with https://, / or #.",
        ),
        (
            "Predict prices.",
            "[x](//a.example)",
            "14: The link //a.example leads nowhere. Begin it with https://, / or #.",
        ),
    ],
)
def test_mistake_in_a_brief_is_told(folder: Path, old: str, new: str, expected: str) -> None:
    path = folder / "house-prices" / BRIEF
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert problems_of(folder) == [f"house-prices/brief.md:{expected}"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\xff\n", "Line 2 is not UTF-8. Save the file as UTF-8."),
        (b"x" * 200_001, "The file has 200,001 bytes; 200,000 are the most."),
        (None, "The file is missing. Write it."),
    ],
)
def test_unreadable_file_is_told(folder: Path, content: bytes | None, expected: str) -> None:
    path = folder / "house-prices" / DICTIONARY
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert problems_of(folder) == [f"house-prices/data-dictionary.md: {expected}"]


def test_all_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    write_project(folder, "Spam Mail", position=1)
    (folder / "house-prices" / DICTIONARY).write_text("\n# Data\n\n[x](#nowhere)\n")
    path = folder / "Spam Mail" / BRIEF
    path.write_text(path.read_text().replace("hours = 12", "hours = 0").replace("Predict", "<u>"))
    assert problems_of(folder) == [
        "Spam Mail/brief.md: Name the folder in small letters, digits and hyphens.",
        "Spam Mail/brief.md:8: hours must be a whole number from 1 to 999.",
        "Spam Mail/brief.md:14: <u> is not shown. Take it out, or put it between backticks.",
        "house-prices/data-dictionary.md:2: The page has its own title. Begin headings with ##.",
        "house-prices/data-dictionary.md:4: The link #nowhere leads to no heading of this file.",
    ]


def test_two_projects_at_one_position_are_told(folder: Path) -> None:
    write_project(folder, "spam-mail", position=1)
    assert problems_of(folder) == [
        "spam-mail/brief.md: position 1 is also that of house-prices; give each its own."
    ]


def test_projects_come_in_the_order_of_their_positions(folder: Path) -> None:
    write_project(folder, "a-later-one", position=7)
    assert [brief.slug for brief in read_briefs(folder)] == ["house-prices", "a-later-one"]


def test_windows_line_ends_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    path = folder / "house-prices" / BRIEF
    before = read_briefs(folder)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_briefs(folder) == before


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "projects") == [
        f"{tmp_path / 'projects'}: There is no such folder."
    ]
