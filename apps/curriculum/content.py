"""Reads and checks the authored text of the projects: ``fixtures/projects/<slug>/``.

Each folder holds ``brief.md`` (front matter in TOML between two ``+++`` lines, then Markdown) and
``data-dictionary.md`` (Markdown). Everything is checked before anything is reported, so that an
author mends a whole folder in one go.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.curriculum.models import Level
from apps.curriculum.renderer import Rendered, render

BRIEF, DICTIONARY = "brief.md", "data-dictionary.md"
FENCE = "+++"
MAX_BYTES = 200_000
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_LENGTH = 60
# How a tag is written where Markdown has a sign of its own for it.
MARKDOWN_SIGNS = {"h1": r"#\s|=+\s*$", "img": r".*!\["}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    file: str  # relative to the folder of all projects
    line: int  # from 1; 0 when no line is to blame
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class ContentError(Exception):
    """All that is wrong with the content, in the order of files and lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One project's texts: checked, rendered and sanitised."""

    slug: str
    title: str
    level: Level
    position: int
    summary: str
    proves: str
    hours: int
    concepts: list[str]
    brief_html: str
    data_dictionary_html: str


def read_briefs(folder: Path) -> list[Brief]:
    """Every project's texts, in the order of their positions.

    Raises ContentError with all problems of all files.
    """
    if not folder.is_dir():
        raise ContentError([_problem(str(folder), 0, "There is no such folder.")])
    problems: list[Problem] = []
    briefs: list[Brief] = []
    for project in sorted(path for path in folder.iterdir() if path.is_dir()):
        brief, found = _read_project(project)
        problems += found
        briefs += [brief] if brief else []
    problems += _same_positions(briefs)
    if problems:
        raise ContentError(problems)
    return sorted(briefs, key=lambda brief: brief.position)


def _problem(file: str, line: int, message: str) -> Problem:
    return Problem(file=file, line=line, message=message)


def _same_positions(briefs: list[Brief]) -> Iterator[Problem]:
    taken: dict[int, str] = {}
    for brief in briefs:
        other = taken.setdefault(brief.position, brief.slug)
        if other != brief.slug:
            message = f"position {brief.position} is also that of {other}; give each its own."
            yield _problem(f"{brief.slug}/{BRIEF}", 0, message)


def _read_project(project: Path) -> tuple[Brief | None, list[Problem]]:
    """The brief, or None and what is wrong with it."""
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name in (BRIEF, DICTIONARY):
        try:
            texts[name] = _read_text(project / name)
        except ValueError as error:
            problems.append(_problem(f"{project.name}/{name}", 0, str(error)))
    html: dict[str, str] = {}
    facts: dict[str, Any] = {}
    if BRIEF in texts:
        file = f"{project.name}/{BRIEF}"
        matter, body, first = _split(texts[BRIEF])
        facts, found = _read_facts(file, matter, slug=project.name)
        html[BRIEF], more = _read_markdown(file, body, first_line=first, id_prefix="brief")
        problems += found + more
    if DICTIONARY in texts:
        file = f"{project.name}/{DICTIONARY}"
        html[DICTIONARY], more = _read_markdown(
            file, texts[DICTIONARY], first_line=1, id_prefix="data"
        )
        problems += more
    if problems:
        return None, problems
    brief = Brief(**facts, brief_html=html[BRIEF], data_dictionary_html=html[DICTIONARY])
    return brief, []


def _read_text(path: Path) -> str:
    """The file's text. Raises ValueError with what to change."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ValueError("The file is missing. Write it.") from None
    except OSError as error:
        raise ValueError(f"The file cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise ValueError(f"The file has {len(data):,} bytes; {MAX_BYTES:,} are the most.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"Line {line} is not UTF-8. Save the file as UTF-8.") from error


def _split(text: str) -> tuple[list[str] | None, str, int]:
    """Lines of the front matter (None without it), the body, and the body's first line."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return None, text, 1
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FENCE:
            return lines[1:number], "\n".join(lines[number + 1 :]), number + 2
    return None, text, 1


# Front matter ----------------------------------------------------------------------------------


def _text(longest: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            return "must be a text in quotes"
        if len(value) > longest or "\n" in value:
            return f"has {len(value)} characters; one line of at most {longest} fits"
        return ""

    return check


def _whole_number(most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
        return "" if good else f"must be a whole number from 1 to {most}"

    return check


def _level(value: Any) -> str:
    return "" if value in Level.values else f"must be one of {', '.join(Level.values)}"


def _concepts(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return 'must be a list such as ["linear-regression", "rmse"]'
    for slug in value:
        if not isinstance(slug, str) or len(slug) > SLUG_LENGTH or not SLUG.fullmatch(slug):
            return f"holds {slug!r}; write concepts in small letters, like linear-regression"
    return "" if len(set(value)) == len(value) else "names a concept twice"


# key -> check: the value as read -> what is wrong with it, or an empty text
FACTS: Mapping[str, Callable[[Any], str]] = {
    "slug": _text(SLUG_LENGTH),
    "title": _text(120),
    "level": _level,
    "position": _whole_number(999),
    "summary": _text(300),
    "proves": _text(300),
    "hours": _whole_number(999),
    "concepts": _concepts,
}


def _read_facts(
    file: str, matter: list[str] | None, *, slug: str
) -> tuple[dict[str, Any], list[Problem]]:
    if matter is None:
        message = (
            f"Begin the file with a {FENCE} line, the facts in TOML, and a second {FENCE} line."
        )
        return {}, [_problem(file, 1, message)]
    try:
        facts = tomllib.loads("\n".join(matter) + "\n")
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = int(where[1]) + 1 if where else len(matter) + 1
        return {}, [_problem(file, line, f"The facts are not valid TOML: {error}.")]

    def line_of(key: str) -> int:
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        return next((n for n, line in enumerate(matter, start=2) if pattern.match(line)), 1)

    problems = [
        _problem(file, line_of(key), f"{key} is unknown. The facts are {', '.join(FACTS)}.")
        for key in facts.keys() - FACTS.keys()
    ]
    for key, check in FACTS.items():
        if key not in facts:
            problems.append(_problem(file, 1, f"{key} is missing from the facts."))
        elif wrong := check(facts[key]):
            problems.append(_problem(file, line_of(key), f"{key} {wrong}."))
    if not SLUG.fullmatch(slug):
        message = "Name the folder in small letters, digits and hyphens."
        problems.append(_problem(file, 0, message))
    elif facts.get("slug", slug) != slug:
        message = f'slug must be that of the folder: slug = "{slug}".'
        problems.append(_problem(file, line_of("slug"), message))
    return facts, problems


# Markdown --------------------------------------------------------------------------------------


def _read_markdown(
    file: str, text: str, *, first_line: int, id_prefix: str
) -> tuple[str, list[Problem]]:
    if not text.strip():
        return "", [_problem(file, first_line, "There is no text here. Write it.")]
    rendered = render(text, id_prefix=id_prefix)
    found = [*_dropped_tags(text, rendered), *_broken_links(text, rendered, id_prefix=id_prefix)]
    return rendered.html, [
        _problem(file, first_line + offset, message) for offset, message in found
    ]


def _dropped_tags(text: str, rendered: Rendered) -> Iterator[tuple[int, str]]:
    for tag in rendered.dropped_tags:
        sign = MARKDOWN_SIGNS.get(tag, "")
        offset = _offset(text, re.compile(rf"(?i).*<{re.escape(tag)}\b|{sign or '(?!)'}"))
        if tag == "h1":
            yield offset, "The page has its own title. Begin headings with ##."
        elif tag == "img":
            yield offset, "Pictures are not shown. Say it in words or in a table."
        else:
            yield offset, f"<{tag}> is not shown. Take it out, or put it between backticks."


def _broken_links(text: str, rendered: Rendered, *, id_prefix: str) -> Iterator[tuple[int, str]]:
    for link in rendered.links:
        if link.startswith(("https://", "http://", "mailto:")) or re.match(r"/(?!/)", link):
            continue
        written = link.replace(f"#{id_prefix}-", "#", 1)
        offset = _offset(text, re.compile(rf".*{re.escape(written)}"))
        if not link.startswith("#"):
            yield offset, f"The link {written} leads nowhere. Begin it with https://, / or #."
        elif link[1:] not in rendered.ids:
            yield offset, f"The link {written} leads to no heading of this file."


def _offset(text: str, pattern: re.Pattern[str]) -> int:
    """Lines before the first one that matches, outside of fenced code; 0 when none does."""
    fenced = False
    for offset, line in enumerate(text.split("\n")):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and pattern.match(line):
            return offset
    return 0
