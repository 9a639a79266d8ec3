"""Every mistake of an author is told with its file, its line and what to change."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from apps.curriculum.content import read_content
from apps.curriculum.models import Level
from apps.curriculum.problems import ContentError
from tests.curriculum.conftest import (
    write_concept,
    write_lesson,
    write_project,
    write_step,
)

BRIEF, DICTIONARY = "brief.md", "data-dictionary.md"


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_content(folder)
    return [str(problem) for problem in caught.value.problems]


def test_sound_project_is_read_and_rendered(folder: Path) -> None:
    (brief,) = read_content(folder).briefs
    assert (brief.slug, brief.level, brief.hours) == ("house-prices", Level.BEGINNER, 12)
    assert brief.concepts == ["linear-regression", "rmse"]
    assert brief.brief_html == '<h2 id="brief-the-goal">The goal</h2>\n<p>Predict prices.</p>'
    assert "<td>m²</td>" in brief.data_dictionary_html


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "+++\ntitle",
            "title",
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
            "7: The facts are not valid TOML: Invalid value (at line 6, column 9).",
        ),
        ("hours = 12\n", "", "1: hours is missing from the facts."),
        (
            "hours = 12",
            "hours = 12\nhuors = 1",
            "8: huors is unknown. The facts are "
            "title, level, position, summary, proves, hours, concepts.",
        ),
        ("hours = 12", "hours = '12'", "7: hours must be a whole number from 1 to 999."),
        ("hours = 12", "hours = true", "7: hours must be a whole number from 1 to 999."),
        ("hours = 12", "hours = 0", "7: hours must be a whole number from 1 to 999."),
        ("hours = 12", "hours = 40000", "7: hours must be a whole number from 1 to 999."),
        (
            '"beginner"',
            '"easy"',
            "3: level must be one of beginner, intermediate, advanced, expert.",
        ),
        ('"beginner"', "[1]", "3: level must be one of beginner, intermediate, advanced, expert."),
        ('"House prices"', "7", "2: title must be a text in quotes."),
        ('"House prices"', '" "', "2: title must be a text in quotes."),
        (
            '"House prices"',
            f'"{"x" * 121}"',
            "2: title has 121 characters; one line of at most 120 fits.",
        ),
        (
            '["linear-regression", "rmse"]',
            "[]",
            '8: concepts must be a list such as ["linear-regression"].',
        ),
        (
            '["linear-regression", "rmse"]',
            '"rmse"',
            '8: concepts must be a list such as ["linear-regression"].',
        ),
        (
            '"rmse"]',
            '"Root MSE"]',
            "8: concepts holds 'Root MSE'; "
            "write small letters and hyphens, like linear-regression.",
        ),
        ('"rmse"]', '"linear-regression"]', "8: concepts names one twice."),
        ("## The goal\n\nPredict prices.\n", "", "10: There is no text here. Write it."),
        ("## The goal", "# The goal", "11: The page has its own title. Begin headings with ##."),
        (
            "Predict prices.",
            "![x](x.png)",
            "13: Pictures are not shown. Say it in words or in a table.",
        ),
        (
            "Predict prices.",
            "```\n<u>\n```\n<u>x</u>",
            "16: <u> is not shown. Take it out, or put it between backticks.",
        ),
        ("Predict prices.", "[x](#gaol)", "13: The link #gaol leads to no heading of this file."),
        (
            "Predict prices.",
            "[x](data.csv)",
            "13: The link data.csv leads nowhere. Begin it with https://, / or #.",
        ),
        (
            "Predict prices.",
            "[x](//a.example)",
            "13: The link //a.example leads nowhere. Begin it with https://, / or #.",
        ),
    ],
)
def test_mistake_in_a_brief_is_told(folder: Path, old: str, new: str, expected: str) -> None:
    path = folder / "projects" / "house-prices" / BRIEF
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert problems_of(folder) == [f"projects/house-prices/brief.md:{expected}"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\xff\n", "Line 2 is not UTF-8. Save the file as UTF-8."),
        (b"x" * 200_001, "The file has 200,001 bytes; 200,000 are the most."),
        (None, "The file is missing. Write it."),
    ],
)
def test_unreadable_file_is_told(folder: Path, content: bytes | None, expected: str) -> None:
    path = folder / "projects" / "house-prices" / DICTIONARY
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert problems_of(folder) == [f"projects/house-prices/data-dictionary.md: {expected}"]


def test_all_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    write_project(folder, "Spam Mail", position=1)
    (folder / "projects" / "house-prices" / DICTIONARY).write_text("\n# Data\n\n[x](#nowhere)\n")
    path = folder / "projects" / "Spam Mail" / BRIEF
    path.write_text(path.read_text().replace("hours = 12", "hours = 0").replace("Predict", "<u>"))
    assert problems_of(folder) == [
        "projects/Spam Mail/brief.md: Name it in small letters, digits and hyphens, at most 60 "
        "characters.",
        "projects/Spam Mail/brief.md:7: hours must be a whole number from 1 to 999.",
        "projects/Spam Mail/brief.md:13: <u> is not shown. Take it out, or put it between "
        "backticks.",
        "projects/house-prices/data-dictionary.md:2: The page has its own title. Begin headings "
        "with ##.",
        "projects/house-prices/data-dictionary.md:4: The link #nowhere leads to no heading of this "
        "file.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "2026-11-25",
            '2026-11-25\nopen = "true"',
            "10: open must be true or false, without quotes.",
        ),
        ("minutes = 20", "minutes = 0", "5: minutes must be a whole number from 1 to 240."),
        (
            'objectives = ["Fit a line", "Say what its error means"]',
            'objectives = ["Fit"]',
            "6: objectives must be a list of 2 to 6 texts.",
        ),
        (
            '"Fit a line"',
            '"Fit\\na line"',
            "6: objectives holds a text that has 10 characters; one line of at most 300 fits.",
        ),
        (
            '["linear-regression"]',
            '["linear-regresion"]',
            "7: There is no concept linear-regresion. Write concepts/linear-regresion.md, or name "
            "another.",
        ),
        (
            "2026-11-25",
            '"today"',
            "9: last_reviewed must be a date such as 2026-01-31, without quotes.",
        ),
        ("year = 1805", "year = 5", "10: sources number 1 has a year that is none."),
        ("year = 1805\n", "", "10: sources number 1 needs author, title and year."),
        (
            'url = "https',
            'isbn = "9780306406158"\nurl = "https',
            "10: sources number 1 needs exactly one of doi, isbn and url.",
        ),
        (
            'url = "https://example.org/legendre"',
            'isbn = "978-0-306-40615-8"',
            "10: sources number 1 has a isbn that is none.",
        ),
        (
            "[the error](concept:rmse)",
            "[the error](concept:mse)",
            "19: There is no concept mse. Write it, or link to another.",
        ),
        (
            "[the error](concept:rmse)",
            "$\\foo$",
            "19: \\foo is not known in formulas. Write it without.",
        ),
        (
            "[the error](concept:rmse)",
            "\n\n![A line](figures/line.svg)",
            "21: A picture is ![what it shows](figures/NAME.svg) on a line of its own, with its "
            "file in the folder figures.",
        ),
    ],
)
def test_mistake_in_a_lesson_is_told(folder: Path, old: str, new: str, expected: str) -> None:
    path = folder / "steps" / "regression" / "a-line.md"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    assert problems_of(folder) == [f"steps/regression/a-line.md:{expected}"]


def test_sound_lesson_is_read(folder: Path) -> None:
    (lesson,) = read_content(folder).lessons
    assert (lesson.step, lesson.slug, lesson.words, len(lesson.code_blocks)) == (
        "regression",
        "a-line",
        5,
        1,
    )
    assert [(heading.id, heading.text) for heading in lesson.headings] == [
        ("lesson-the-line", "The line")
    ]
    assert '<a href="/concepts/rmse/" rel="noopener">the error</a>' in lesson.body_html


@pytest.mark.parametrize(("fact", "is_open"), [("", False), ("open = true", True)])
def test_lesson_is_open_only_if_it_says_so(folder: Path, fact: str, is_open: bool) -> None:
    before = read_content(folder).lessons[0]
    path = folder / "steps" / "regression" / "a-line.md"
    path.write_text(path.read_text().replace("minutes", f"{fact}\nminutes"))
    after = read_content(folder).lessons[0]
    assert (after.open, after.version) == (is_open, before.version)  # nobody has to read it anew


def test_version_follows_what_is_read_and_nothing_else(folder: Path) -> None:
    def version() -> str:
        return read_content(folder).lessons[0].version

    before = version()
    write_lesson(folder, "another", position=2)
    (folder / "steps" / "regression" / "figures").mkdir()
    figure = folder / "steps" / "regression" / "figures" / "line.svg"
    figure.write_text('<svg viewBox="0 0 9 9"/>')
    assert version() == before
    path = folder / "steps" / "regression" / "a-line.md"
    path.write_text(path.read_text() + "\n![A line](figures/line.svg)\n")
    drawn = version()
    figure.write_text('<svg viewBox="0 0 8 8"/>')
    assert len({before, drawn, version()}) == 3


@pytest.mark.parametrize(
    ("svg", "expected"),
    [
        ("<svg", "This is not valid SVG: unclosed token: line 1, column 0. Draw it again."),
        ("<g/>", "A figure is one svg element with a viewBox."),
        (
            '<svg viewBox="0 0 1 1"><style/></svg>',
            "<style> is not shown in figures. These are: circle, g, line, path, polygon, polyline, "
            "rect, svg, text, tspan.",
        ),
    ],
)
def test_unusable_figure_is_told(folder: Path, svg: str, expected: str) -> None:
    figures = folder / "steps" / "regression" / "figures"
    figures.mkdir()
    (figures / "a.svg").write_text(svg)
    assert problems_of(folder) == [f"steps/regression/figures/a.svg: {expected}"]


def test_concepts_that_need_each_other_are_told(folder: Path) -> None:
    write_concept(folder, "linear-regression", requires=["rmse"])
    assert problems_of(folder) == [
        "concepts/linear-regression.md:3: requires goes round in a circle: "
        "linear-regression → rmse → linear-regression."
    ]


def test_name_that_is_taken_twice_is_told(folder: Path) -> None:
    write_step(folder, "trees", position=1)
    write_lesson(folder, "a-line", position=1, step="trees")
    assert problems_of(folder) == [
        "steps/trees/a-line.md: steps/regression/a-line.md has the same name. Rename one.",
        "steps/trees/step.md:3: position 1 is also that of regression; give each its own.",
    ]


def test_former_name_that_is_in_use_is_told(folder: Path) -> None:
    path = write_lesson(folder, "b-line", position=2)
    path.write_text(path.read_text().replace("minutes", 'formerly = ["a-line"]\nminutes'))
    assert problems_of(folder) == [
        "steps/regression/b-line.md:5: formerly names a-line, which is a lesson now."
    ]


def kept_in(cache: Path) -> dict[str, str]:
    with closing(sqlite3.connect(cache / "rendered.sqlite3")) as database:
        return dict(database.execute("SELECT key, document FROM kept"))


def test_cache_gives_what_was_rendered(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fresh = read_content(folder)
    assert read_content(folder, cache=cache) == fresh
    kept = kept_in(cache)
    assert len(kept) == 5  # two concepts are the same text
    assert read_content(folder, cache=cache) == fresh
    assert kept_in(cache) == kept
    with closing(sqlite3.connect(cache / "rendered.sqlite3", autocommit=True)) as database:
        database.execute(
            "UPDATE kept SET document = replace(document, 'What it is.', 'From the cache.')"
        )
    html = [one.definition_html for one in read_content(folder, cache=cache).concepts]
    assert sum("From the cache." in one for one in html) == 2


def test_cache_that_is_damaged_or_of_another_release_mends_itself(
    folder: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    fresh = read_content(folder, cache=cache)
    kept = kept_in(cache)
    with closing(sqlite3.connect(cache / "rendered.sqlite3", autocommit=True)) as database:
        database.execute("UPDATE kept SET document = '{\"other\": 1}'")
    assert read_content(folder, cache=cache) == fresh
    assert kept_in(cache) == kept

    (cache / "rendered.sqlite3").write_bytes(b"no database" * 1000)
    assert read_content(folder, cache=cache) == fresh  # this time without
    assert read_content(folder, cache=cache) == fresh
    assert kept_in(cache) == kept


def test_cache_that_cannot_be_written_only_costs_time(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert read_content(folder, cache=tmp_path / "file" / "cache") == read_content(folder)


def test_what_nobody_used_for_long_is_forgotten(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    read_content(folder, cache=cache)
    kept = kept_in(cache)
    with closing(sqlite3.connect(cache / "rendered.sqlite3", autocommit=True)) as database:
        database.execute("UPDATE kept SET used = used - 40")
        database.execute("INSERT INTO kept VALUES ('old', 'unused', 1)")
    read_content(folder, cache=cache)
    assert kept_in(cache) == kept


def test_two_projects_at_one_position_are_told(folder: Path) -> None:
    write_project(folder, "spam-mail", position=1)
    assert problems_of(folder) == [
        "projects/spam-mail/brief.md:4: position 1 is also that of house-prices; give each its own."
    ]


def test_projects_come_in_the_order_of_their_positions(folder: Path) -> None:
    write_project(folder, "a-later-one", position=7)
    assert [brief.slug for brief in read_content(folder).briefs] == ["house-prices", "a-later-one"]


def test_windows_line_ends_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    path = folder / "projects" / "house-prices" / BRIEF
    before = read_content(folder)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_content(folder) == before


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "projects") == [
        f"{tmp_path / 'projects'}: There is no such folder."
    ]
