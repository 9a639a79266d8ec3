"""Checks that every bullet of the roadmap has a home, and every lesson a bullet.

The table lies in ``fixtures/coverage.toml``, a ``[[bullets]]`` for each: ``part`` and ``bullet`` in
words, ``lessons`` and perhaps ``projects`` by their names.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from apps.curriculum.content import Content
from apps.curriculum.front_matter import Check, one_line, read_text, slugs
from apps.curriculum.problems import ContentError, Problem

COVERAGE = "coverage.toml"
BULLET_FACTS: Mapping[str, Check] = {
    "part": one_line(120),
    "bullet": one_line(120),
    "lessons": slugs(example="linear-regression"),
    "projects": slugs(example="house-price-prediction"),
}


def check_coverage(root: Path, content: Content) -> int:
    """The number of bullets; 0 where there is no table. Raises ContentError with all problems."""
    path = root / COVERAGE
    if not path.exists():
        return 0
    try:
        bullets = tomllib.loads(read_text(path))["bullets"]
        if not isinstance(bullets, list) or not all(isinstance(one, dict) for one in bullets):
            raise ValueError("bullets is no list of tables")
    except (ValueError, KeyError) as error:
        message = f"The table cannot be read: {error}. Write a [[bullets]] for each."
        raise ContentError([Problem(file=COVERAGE, line=0, message=message)]) from error
    wrong = list(_wrong(bullets, content)) or list(_without_bullet(bullets, content))
    if wrong:
        raise ContentError([Problem(file=COVERAGE, line=0, message=one) for one in wrong])
    return len(bullets)


def _wrong(bullets: list[dict[str, Any]], content: Content) -> Iterator[str]:
    known = {
        "lessons": {lesson.slug for lesson in content.lessons},
        "projects": {brief.slug for brief in content.briefs},
    }
    for number, bullet in enumerate(bullets, start=1):
        name = bullet.get("bullet", f"number {number}")
        for key in bullet.keys() - BULLET_FACTS.keys():
            yield f"{name}: {key} is unknown. The facts are {', '.join(BULLET_FACTS)}."
        for key, check in BULLET_FACTS.items():
            if key not in bullet and key != "projects":
                yield f"{name}: {key} is missing."
            elif key in bullet and (message := check(bullet[key])):
                yield f"{name}: {key} {message}."
            elif key in known:
                for slug in set(bullet.get(key, ())) - known[key]:
                    yield f"{name}: there is no {slug} among the {key}."


def _without_bullet(bullets: list[dict[str, Any]], content: Content) -> Iterator[str]:
    named = {slug for bullet in bullets for slug in bullet.get("lessons", ())}
    for lesson in content.lessons:
        if lesson.slug not in named:
            yield f"The lesson {lesson.slug} stands in no bullet. Add it to the one it teaches."
