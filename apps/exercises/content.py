"""Reads and checks the exercises, as they lie in ``fixtures/exercises/<exercise>.md``.

Facts in TOML between two ``+++`` lines, the task in Markdown, and then sections:

::

    ## Starter     a block of code: what the learner begins with
    ## Cases       a block of Python: cases(rng), whose items are a name and the arguments
    ## Tables      of a query: a block of SQL, the schema that the cases fill
    ## Solution    a block of code, and below it what is to be said about it
    ## Mistakes    blocks of code, each of which has to fail; only the tests read them
    ## Hints       a list, opened one by one

docs/authoring.md lists the facts. All of it is checked before anything is reported.
"""

import ast
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.curriculum.body import line_of_reference, render_body
from apps.curriculum.content import CONCEPTS, PROJECTS, lesson_files
from apps.curriculum.front_matter import (
    Check,
    Source,
    choice,
    one_line,
    read_source,
    slugs,
    whole_number,
    yes_or_no,
)
from apps.curriculum.problems import ContentError, Problem
from apps.curriculum.render_cache import RenderCache
from apps.exercises.running import Task

EXERCISES = "exercises"
LANGUAGES = {"python": "python", "sql": "sql"}  # how a block of each kind's code begins
SECTIONS = ("Starter", "Cases", "Tables", "Solution", "Mistakes", "Hints")
MAX_SECONDS = 10
_SECTION = re.compile(rf"^## ({'|'.join(SECTIONS)})[ \t]*$")
_BLOCK = re.compile(r"^```(\w+)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_HINT = re.compile(r"^- ", re.MULTILINE)


def _tolerance(value: Any) -> str:
    good = isinstance(value, float) and 0 < value < 1
    return "" if good else "must be a number between 0 and 1, such as 1e-6"


FACTS: Mapping[str, Check] = {
    "title": one_line(120),
    "kind": choice(LANGUAGES),
    "lesson": one_line(60),
    "position": whole_number(99),
    "summary": one_line(300),
    "minutes": whole_number(120),
    "concepts": slugs(example="missing-values"),
    "function": one_line(60),
    "ordered": yes_or_no,
    "tolerance": _tolerance,
    "keeps_arguments": yes_or_no,
    "seconds": whole_number(MAX_SECONDS),
}
MAY_LACK: Mapping[str, Any] = {
    "kind": "python",
    "function": "",
    "ordered": False,
    "tolerance": 1e-6,
    "keeps_arguments": True,
    "seconds": 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    slug: str
    title: str
    lesson: str  # slug of the lesson that it belongs to
    position: int  # in its lesson
    summary: str
    minutes: int
    concepts: list[str]
    task: Task
    task_html: str
    hints: list[str]  # HTML
    starter: str
    solution: str
    solution_html: str  # with its code
    mistakes: list[str]
    version: str  # of all that decides whether an answer is right


def read_exercises(root: Path, *, cache: Path | None = None) -> list[Exercise]:
    """All exercises, by lesson and position. ``cache``: a folder for what is rendered.

    Raises ContentError with all problems of all files.
    """
    files = sorted((root / EXERCISES).glob("*.md"))
    with RenderCache(cache) as kept:
        reader = _Reader(root, kept)
        exercises = [one for path in files if (one := reader.exercise(path))]
    reader.judge_positions(exercises)
    if reader.problems:
        raise ContentError(sorted(reader.problems))
    return sorted(exercises, key=lambda one: (one.lesson, one.position))


@dataclass(frozen=True, slots=True)
class _Section:
    text: str
    line: int  # of its first line


class _Reader:
    """Reads file by file, and collects what is wrong."""

    def __init__(self, root: Path, cache: RenderCache) -> None:
        self.root, self.cache = root, cache
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        # What may be named, by its kind. Files that are there and wrong are told of elsewhere.
        self.there = {
            "concept": {path.stem for path in (root / CONCEPTS).glob("*.md")},
            "lesson": {path.stem for path in lesson_files(root)},
            "project": {path.name for path in (root / PROJECTS).glob("*") if path.is_dir()},
        }

    def exercise(self, path: Path) -> Exercise | None:
        source = read_source(path, root=self.root, slug=path.stem, facts=FACTS, optional=MAY_LACK)
        self.sources[path.stem] = source
        facts = source.facts
        for slug in facts.get("concepts", ()):
            self._want(source, "concept", slug, fact="concepts")
        if facts.get("lesson"):
            self._want(source, "lesson", facts["lesson"], fact="lesson")
        exercise = self._read(source) if facts.get("kind") in LANGUAGES else None
        self.problems += source.problems
        return None if source.problems else exercise

    def _read(self, source: Source) -> Exercise | None:
        kind = source.facts["kind"]
        sections = _sections(source)
        starter = self._code(source, sections, "Starter", language=LANGUAGES[kind])
        cases = self._code(source, sections, "Cases", language="python")
        solution = self._code(source, sections, "Solution", language=LANGUAGES[kind])
        tables = self._code(source, sections, "Tables", language="sql") if kind == "sql" else ""
        mistakes = [code for _, code in _blocks(sections.get("Mistakes"), language=LANGUAGES[kind])]
        self._judge(source, sections, mistakes=mistakes, cases=cases)
        task_html = self._html(source, sections.get(""), id_prefix="task")
        task_html += self._html(source, sections.get("Tables"), id_prefix="tables")
        solution_html = self._html(source, sections.get("Solution"), id_prefix="solution")
        hints = [self._html(source, hint, id_prefix="hint") for hint in _hints(sections)]
        if source.problems:
            return None
        facts = dict(source.facts)
        task = Task(
            cases=cases,
            tables=tables,
            **{
                name: facts.pop(name)
                for name in (
                    "kind", "function", "ordered", "tolerance", "keeps_arguments", "seconds"
                )
            },
        )  # fmt: skip
        return Exercise(
            **facts,
            task=task,
            task_html=task_html,
            hints=hints,
            starter=starter,
            solution=solution,
            solution_html=solution_html,
            mistakes=mistakes,
            version=hashlib.sha256(repr((task, solution)).encode()).hexdigest(),
        )

    def _code(
        self, source: Source, sections: Mapping[str, _Section], name: str, *, language: str
    ) -> str:
        """The one block of a section. Python has to be valid, so that no run finds it broken."""
        section = sections.get(name)
        blocks = _blocks(section, language=language)
        if section is None or not blocks:
            line = section.line if section else source.first_line
            self._say(source, line, f"There is no ```{language} block below ## {name}. Write it.")
            return ""
        line, code = blocks[0]
        if language == "python":
            try:
                ast.parse(code)
            except SyntaxError as error:
                at = line + (error.lineno or 1) - 1
                self._say(source, at, f"This is not valid Python: {error.msg}.")
        return code

    def _judge(
        self,
        source: Source,
        sections: Mapping[str, _Section],
        *,
        mistakes: list[str],
        cases: str,
    ) -> None:
        facts = source.facts
        if facts["kind"] == "python" and not facts["function"].isidentifier():
            source.problems.append(
                source.problem("function names the function to write.", fact="function")
            )
        if facts["kind"] == "sql" and facts["function"]:
            source.problems.append(
                source.problem("A query has no function. Take it out.", fact="function")
            )
        if not mistakes:
            message = "There is no block below ## Mistakes. Write one that has to fail."
            self._say(source, source.first_line, message)
        if cases and "def cases(rng" not in cases:
            self._say(source, sections["Cases"].line, "The cases come from def cases(rng).")

    def _html(self, source: Source, section: _Section | None, *, id_prefix: str) -> str:
        if section is None:
            return ""
        rendered, problems = render_body(
            section.text,
            file=source.file,
            first_line=section.line,
            id_prefix=id_prefix,
            cache=self.cache,
        )
        source.problems.extend(problems)
        for kind, slug in sorted(rendered.references):
            line = line_of_reference(section.text, section.line, kind=kind, slug=slug)
            self._want(source, kind, slug, line=line)
        return rendered.html

    def _want(self, source: Source, kind: str, slug: str, *, line: int = 0, fact: str = "") -> None:
        if slug not in self.there[kind]:
            message = f"There is no {kind} {slug}. Write it, or name another."
            self._say(source, line or source.lines.get(fact, 0), message)

    def _say(self, source: Source, line: int, message: str) -> None:
        source.problems.append(Problem(file=source.file, line=line, message=message))

    def judge_positions(self, exercises: list[Exercise]) -> None:
        taken: dict[tuple[str, int], str] = {}
        for one in exercises:
            other = taken.setdefault((one.lesson, one.position), one.slug)
            if other != one.slug:
                message = f"position {one.position} is also that of {other}; give each its own."
                self.problems.append(self.sources[one.slug].problem(message, fact="position"))


def _sections(source: Source) -> dict[str, _Section]:
    """By heading; the task itself, which stands before the first one, has none."""
    lines: dict[str, list[str]] = {"": []}
    starts = {"": source.first_line}
    name, fenced = "", False
    for number, line in enumerate(source.body.split("\n"), start=source.first_line):
        heading = None if fenced else _SECTION.match(line)
        if heading:
            name = heading[1]
            lines[name], starts[name] = [], number + 1
            continue
        if line.startswith("```"):
            fenced = not fenced
        lines[name].append(line)
    return {name: _Section("\n".join(text), starts[name]) for name, text in lines.items()}


def _blocks(section: _Section | None, *, language: str) -> list[tuple[int, str]]:
    """The first line of each block's code, and the code."""
    if section is None:
        return []
    return [
        (section.line + section.text.count("\n", 0, match.start(2)), match[2])
        for match in _BLOCK.finditer(section.text)
        if match[1] == language
    ]


def _hints(sections: Mapping[str, _Section]) -> list[_Section]:
    section = sections.get("Hints")
    if section is None:
        return []
    starts = [match.start() for match in _HINT.finditer(section.text)]
    ends = [*starts[1:], len(section.text)]
    return [
        _Section(
            re.sub(r"^  ", "", section.text[start + 2 : end], flags=re.MULTILINE).strip(),
            section.line + section.text.count("\n", 0, start),
        )
        for start, end in zip(starts, ends, strict=True)
    ]
