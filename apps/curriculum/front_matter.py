"""Reads authored files: facts in TOML between two ``+++`` lines, then Markdown."""

import datetime
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.curriculum.problems import Problem

FENCE = "+++"
MAX_BYTES = 200_000
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_LENGTH = 60

# The value as read -> what is wrong with it, or an empty text.
type Check = Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One authored file, as read."""

    file: str  # relative to the folder of all content
    facts: Mapping[str, Any]  # sound ones only
    body: str
    first_line: int  # of the body
    lines: Mapping[str, int]  # where each fact stands
    problems: list[Problem] = field(default_factory=list)

    def problem(self, message: str, *, fact: str = "") -> Problem:
        return Problem(file=self.file, line=self.lines.get(fact, 0), message=message)


def read_source(
    path: Path,
    *,
    root: Path,
    facts: Mapping[str, Check],
    optional: Mapping[str, Any] | None = None,
    slug: str,
) -> Source:
    """Read a file with front matter and judge its facts.

    ``optional``: facts that may be left out, with what they are then. ``slug``: the name of the
    file or folder, which becomes one of the facts.
    """
    file = path.relative_to(root).as_posix()
    try:
        text = read_text(path)
    except ValueError as error:
        problems = [Problem(file=file, line=0, message=str(error))]
        return Source(file=file, facts={}, body="", first_line=1, lines={}, problems=problems)
    matter, body, first_line = _split(text)
    values, lines, problems = _read_facts(file, matter, facts=facts, optional=optional or {})
    if not SLUG.fullmatch(slug) or len(slug) > SLUG_LENGTH:
        message = f"Name it in small letters, digits and hyphens, at most {SLUG_LENGTH} characters."
        problems.append(Problem(file=file, line=0, message=message))
    return Source(
        file=file,
        facts={**(optional or {}), **values, "slug": slug},
        body=body,
        first_line=first_line,
        lines=lines,
        problems=problems,
    )


def read_text(path: Path) -> str:
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


def _read_facts(
    file: str,
    matter: list[str] | None,
    *,
    facts: Mapping[str, Check],
    optional: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, int], list[Problem]]:
    """Sound facts, the lines where facts stand, and what is wrong."""

    def problem(line: int, message: str) -> Problem:
        return Problem(file=file, line=line, message=message)

    if matter is None:
        message = (
            f"Begin the file with a {FENCE} line, the facts in TOML, and a second {FENCE} line."
        )
        return {}, {}, [problem(1, message)]
    try:
        values = tomllib.loads("\n".join(matter) + "\n")
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+)", str(error))
        line = int(where[1]) + 1 if where else len(matter) + 1
        return {}, {}, [problem(line, f"The facts are not valid TOML: {error}.")]

    lines = {key: _line_of(key, matter) for key in values}
    problems = [
        problem(lines[key], f"{key} is unknown. The facts are {', '.join(facts)}.")
        for key in values.keys() - facts.keys()
    ]
    sound = {}
    for key, check in facts.items():
        if key not in values:
            if key not in optional:
                problems.append(problem(1, f"{key} is missing from the facts."))
        elif wrong := check(values[key]):
            problems.append(problem(lines[key], f"{key} {wrong}."))
        else:
            sound[key] = values[key]
    return sound, lines, problems


def _line_of(key: str, matter: list[str]) -> int:
    name = rf"[\"']?{re.escape(key)}[\"']?"
    pattern = re.compile(rf"\s*(?:{name}\s*=|\[\[?\s*{name}\s*\])")
    return next((n for n, line in enumerate(matter, start=2) if pattern.match(line)), 1)


# Checks of facts -------------------------------------------------------------------------------


def one_line(longest: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            return "must be a text in quotes"
        if len(value) > longest or "\n" in value:
            return f"has {len(value)} characters; one line of at most {longest} fits"
        return ""

    return check


def lines_of(longest: int, *, fewest: int, most: int) -> Check:
    """A list of texts, each of one line."""
    judge = one_line(longest)

    def check(value: Any) -> str:
        if not isinstance(value, list) or not fewest <= len(value) <= most:
            return f"must be a list of {fewest} to {most} texts"
        return next((f"holds a text that {wrong}" for one in value if (wrong := judge(one))), "")

    return check


def whole_number(most: int, *, least: int = 1) -> Check:
    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if good else f"must be a whole number from {least} to {most}"

    return check


def choice(values: Collection[str]) -> Check:
    def check(value: Any) -> str:
        good = isinstance(value, str) and value in values
        return "" if good else f"must be one of {', '.join(values)}"

    return check


def slugs(*, example: str, may_be_empty: bool = False) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list) or not (value or may_be_empty):
            return f'must be a list such as ["{example}"]'
        for slug in value:
            if not isinstance(slug, str) or len(slug) > SLUG_LENGTH or not SLUG.fullmatch(slug):
                return f"holds {slug!r}; write small letters and hyphens, like {example}"
        return "" if len(set(value)) == len(value) else "names one twice"

    return check


def yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false, without quotes"


def date(value: Any) -> str:
    good = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return "" if good else "must be a date such as 2026-01-31, without quotes"
