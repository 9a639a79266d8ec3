"""Each bullet of the roadmap has a lesson, and each lesson a bullet."""

from pathlib import Path

import pytest

from apps.curriculum.content import read_content
from apps.curriculum.coverage import check_coverage
from apps.curriculum.problems import ContentError
from tests.curriculum.conftest import write_lesson

SOUND = '[[bullets]]\npart = "One"\nbullet = "Lines"\nlessons = ["a-line"]\n'


def check(folder: Path, table: str) -> int:
    (folder / "coverage.toml").write_text(table, encoding="utf-8")
    return check_coverage(folder, read_content(folder))


def test_table_where_all_have_a_home_is_counted(folder: Path) -> None:
    write_lesson(folder, "a-line", position=1)
    assert check(folder, SOUND) == 1
    assert check(folder, SOUND + SOUND.replace("Lines", "More lines")) == 2


def test_without_a_table_nothing_is_asked(folder: Path) -> None:
    write_lesson(folder, "a-line", position=1)
    assert check_coverage(folder, read_content(folder)) == 0


def test_lesson_without_a_bullet_is_told(folder: Path) -> None:
    write_lesson(folder, "a-line", position=1)
    write_lesson(folder, "a-curve", position=2)
    with pytest.raises(ContentError, match="The lesson a-curve stands in no bullet"):
        check(folder, SOUND)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["a-line"]', '["a-curve"]', "Lines: there is no a-curve among the lessons."),
        ('["a-line"]', "[]", "Lines: lessons must be"),
        ('lessons = ["a-line"]', "", "Lines: lessons is missing."),
        ('bullet = "Lines"', "", "number 1: bullet is missing."),
        ('part = "One"', 'part = "One"\nparts = 1', "Lines: parts is unknown."),
        ('["a-line"]', '["a-line"]\nprojects = ["x"]', "Lines: there is no x among the projects."),
        ("[[bullets]]", "[[bullets]", "The table cannot be read: "),
        (SOUND, "bullets = [1]", "The table cannot be read: bullets is no list of tables."),
        ("[[bullets]]", "[[bullet]]", "The table cannot be read: 'bullets'."),
    ],
)
def test_what_is_wrong_is_told(folder: Path, old: str, new: str, message: str) -> None:
    write_lesson(folder, "a-line", position=1)
    with pytest.raises(ContentError) as caught:
        check(folder, SOUND.replace(old, new))
    assert message in str(caught.value)
