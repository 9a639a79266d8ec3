"""Reads and checks all authored text, as it lies in ``fixtures/``.

::

    concepts/<concept>.md                       a definition, and the concepts it builds on
    steps/<step>/step.md                        what a step is about
    steps/<step>/<lesson>.md                    a lesson
    steps/<step>/figures/<name>.svg, <name>.py  a lesson's figure, and the script that draws it
    projects/<project>/brief.md                 a project's brief
    projects/<project>/data-dictionary.md       and what its data means

Each file begins with facts in TOML between two ``+++`` lines; docs/authoring.md lists them. All of
it is checked before anything is reported, so that an author mends everything in one go.
"""

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from apps.checks.projects import PROJECTS as PROJECTS_WITH_CHECKS
from apps.curriculum.body import line_of_reference, render_body
from apps.curriculum.code_blocks import code_blocks, with_links_to_run
from apps.curriculum.front_matter import (
    Check,
    Source,
    choice,
    date,
    lines_of,
    one_line,
    read_source,
    read_text,
    slugs,
    whole_number,
    yes_or_no,
)
from apps.curriculum.models import Level
from apps.curriculum.problems import ContentError, Problem
from apps.curriculum.references import sources_check
from apps.curriculum.render_cache import RenderCache
from apps.curriculum.renderer import DRAWING_TAGS, Heading, Rendered

CONCEPTS, STEPS, PROJECTS, FIGURES = "concepts", "steps", "projects", "figures"
STEP, BRIEF, DICTIONARY = "step.md", "brief.md", "data-dictionary.md"
_SVG = "{http://www.w3.org/2000/svg}"

CONCEPT_FACTS: Mapping[str, Check] = {
    "title": one_line(120),
    "requires": slugs(example="confusion-matrix", may_be_empty=True),
}
STEP_FACTS: Mapping[str, Check] = {
    "title": one_line(120),
    "position": whole_number(99, least=0),
    "summary": one_line(300),
    "months": one_line(40),
}
LESSON_FACTS: Mapping[str, Check] = {
    "title": one_line(120),
    "position": whole_number(99),
    "summary": one_line(300),
    "minutes": whole_number(240),
    "objectives": lines_of(300, fewest=2, most=6),
    "concepts": slugs(example="confusion-matrix"),
    "explain": lines_of(400, fewest=1, most=5),
    "sources": sources_check,
    "last_reviewed": date,
    "review_by": date,
    "formerly": slugs(example="precision-and-recall", may_be_empty=True),
    "open": yes_or_no,
}
LESSON_MAY_LACK: Mapping[str, Any] = {"review_by": None, "formerly": [], "open": False}
NOT_READ = {"open"}  # facts that change nothing of what a learner reads
BRIEF_FACTS: Mapping[str, Check] = {
    "title": one_line(120),
    "level": choice(Level.values),
    "position": whole_number(999),
    "summary": one_line(300),
    "proves": one_line(300),
    "hours": whole_number(999),
    "concepts": slugs(example="linear-regression"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    slug: str
    title: str
    requires: list[str]
    definition_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    slug: str
    title: str
    position: int
    months: str  # as people say it: "Months 1 and 2"
    summary: str
    intro_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    slug: str
    step: str
    title: str
    position: int  # in its step
    summary: str
    minutes: int  # to read and to try
    objectives: list[str]
    concepts: list[str]  # in the order in which they are taught
    explain: list[str]  # what to explain simply
    sources: list[dict[str, Any]]
    last_reviewed: datetime.date
    review_by: datetime.date | None
    formerly: list[str]  # slugs under which it was published before
    open: bool  # to read without an account
    body_html: str
    headings: tuple[Heading, ...]
    has_formulas: bool
    words: int
    code_blocks: list[dict[str, Any]]  # code and needs of each
    version: str  # of the text; a new renderer does not change it


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One project's texts."""

    slug: str
    title: str
    level: Level
    position: int
    summary: str
    proves: str
    hours: int
    concepts: list[str]
    checked: bool  # by this version of the software
    brief_html: str
    data_dictionary_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything authored: checked, rendered and sanitised, in the order of the road."""

    concepts: list[Concept]
    steps: list[Step]
    lessons: list[Lesson]
    briefs: list[Brief]


def read_content(root: Path, *, cache: Path | None = None) -> Content:
    """Read all content. ``cache``: a folder for what is rendered.

    Raises ContentError with all problems of all files.
    """
    content, problems = read_draft(root, cache=cache)
    if problems:
        raise ContentError(problems)
    return content


def read_draft(root: Path, *, cache: Path | None = None) -> tuple[Content, list[Problem]]:
    """What of the content can be shown, and everything that is wrong with it."""
    if not root.is_dir():
        problem = Problem(file=str(root), line=0, message="There is no such folder.")
        return Content(concepts=[], steps=[], lessons=[], briefs=[]), [problem]
    with RenderCache(cache) as kept:
        reader = _Reader(root, kept)
        content = Content(
            concepts=_sound(map(reader.concept, _texts(root / CONCEPTS))),
            steps=_sound(map(reader.step, _folders(root / STEPS))),
            lessons=_sound(map(reader.lesson, lesson_files(root))),
            briefs=_sound(map(reader.brief, _folders(root / PROJECTS))),
        )
        reader.judge_whole(content)
        if not reader.problems:
            kept.forget_unused()
    return _in_order(content), sorted(reader.problems)


def lesson_files(root: Path) -> list[Path]:
    """Every lesson's file."""
    folders = _folders(root / STEPS)
    return [path for folder in folders for path in _texts(folder) if path.name != STEP]


def _sound[T](read: Iterable[T | None]) -> list[T]:
    return [one for one in read if one is not None]


def _texts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.md"))


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir())


def _in_order(content: Content) -> Content:
    positions = {step.slug: step.position for step in content.steps}
    return Content(
        concepts=sorted(content.concepts, key=lambda concept: concept.title.casefold()),
        steps=sorted(content.steps, key=lambda step: step.position),
        lessons=sorted(
            content.lessons, key=lambda lesson: (positions.get(lesson.step, 0), lesson.position)
        ),
        briefs=sorted(content.briefs, key=lambda brief: brief.position),
    )


class _Reader:
    """Reads file by file, and collects what is wrong."""

    def __init__(self, root: Path, cache: RenderCache) -> None:
        self.root, self.cache = root, cache
        self.sources: list[Source] = []
        self.other_problems: list[Problem] = []  # of files that are no sources, and of all together
        # (kind, slug) -> the file of that name.
        self.read: dict[tuple[str, str], Source] = {}
        self.figures: dict[Path, dict[str, ET.Element]] = {}  # by step; its lessons share them
        # What has to exist: (kind, slug) -> the first place that asks for it.
        self.wanted: dict[tuple[str, str], Problem] = {}

    # One file; None if it has problems of its own

    def concept(self, path: Path) -> Concept | None:
        source = self._source("concept", path, slug=path.stem, facts=CONCEPT_FACTS)
        self._want_concepts(source, fact="requires")
        definition = self._render(source, id_prefix="concept")
        return None if source.problems else Concept(**source.facts, definition_html=definition.html)

    def step(self, folder: Path) -> Step | None:
        source = self._source("step", folder / STEP, slug=folder.name, facts=STEP_FACTS)
        intro = self._render(source, id_prefix="step")
        return None if source.problems else Step(**source.facts, intro_html=intro.html)

    def lesson(self, path: Path) -> Lesson | None:
        source = self._source(
            "lesson", path, slug=path.stem, facts=LESSON_FACTS, optional=LESSON_MAY_LACK
        )
        self._want_concepts(source, fact="concepts")
        figures = self.figures.get(path.parent)
        if figures is None:
            figures = self.figures[path.parent] = self._figures(path.parent / FIGURES)
        body = self._render(source, id_prefix="lesson", figures=figures)
        blocks = code_blocks(source.body)
        if source.problems:
            return None
        return Lesson(
            **source.facts,
            step=path.parent.name,
            body_html=with_links_to_run(body.html, lesson=source.facts["slug"], blocks=blocks),
            headings=body.headings,
            has_formulas=body.has_formulas,
            words=_words(source.body),
            code_blocks=[{"code": one.code, "needs": list(one.needs)} for one in blocks],
            version=_version(source, figures, shown=body.figures),
        )

    def brief(self, folder: Path) -> Brief | None:
        source = self._source("project", folder / BRIEF, slug=folder.name, facts=BRIEF_FACTS)
        self._want_concepts(source, fact="concepts")
        brief = self._render(source, id_prefix="brief")
        dictionary = self._dictionary(folder / DICTIONARY)
        if source.problems:
            return None
        return Brief(
            **source.facts,
            checked=source.facts["slug"] in PROJECTS_WITH_CHECKS,
            brief_html=brief.html,
            data_dictionary_html=dictionary,
        )

    def _dictionary(self, path: Path) -> str:
        file = path.relative_to(self.root).as_posix()
        try:
            text = read_text(path)
        except ValueError as error:
            self.other_problems.append(Problem(file=file, line=0, message=str(error)))
            return ""
        source = Source(file=file, facts={}, body=text, first_line=1, lines={})
        self.sources.append(source)
        return self._render(source, id_prefix="data").html

    def _source(
        self,
        kind: str,
        path: Path,
        *,
        slug: str,
        facts: Mapping[str, Check],
        optional: Mapping[str, Any] | None = None,
    ) -> Source:
        source = read_source(path, root=self.root, slug=slug, facts=facts, optional=optional)
        self.sources.append(source)
        before = self.read.setdefault((kind, slug), source)
        if before is not source:
            source.problems.append(source.problem(f"{before.file} has the same name. Rename one."))
        return source

    def _render(
        self, source: Source, *, id_prefix: str, figures: Mapping[str, ET.Element] | None = None
    ) -> Rendered:
        rendered, problems = render_body(
            source.body,
            file=source.file,
            first_line=source.first_line,
            id_prefix=id_prefix,
            cache=self.cache,
            figures=figures,
        )
        source.problems.extend(problems)
        for kind, slug in rendered.references:
            line = line_of_reference(source.body, source.first_line, kind=kind, slug=slug)
            message = f"There is no {kind} {slug}. Write it, or link to another."
            problem = Problem(file=source.file, line=line, message=message)
            self.wanted.setdefault((kind, slug), problem)
        return rendered

    def _want_concepts(self, source: Source, *, fact: str) -> None:
        for slug in source.facts.get(fact, ()):
            message = f"There is no concept {slug}. Write concepts/{slug}.md, or name another."
            self.wanted.setdefault(("concept", slug), source.problem(message, fact=fact))

    def _figures(self, folder: Path) -> dict[str, ET.Element]:
        """The drawings of a step's lessons, by the address under which they are shown."""
        figures = {}
        for path in sorted(folder.glob("*.svg")):
            file = path.relative_to(self.root).as_posix()
            try:
                figures[f"{FIGURES}/{path.name}"] = _drawing(read_text(path))
            except ValueError as error:
                self.other_problems.append(Problem(file=file, line=0, message=str(error)))
        return figures

    # All files together

    @property
    def problems(self) -> list[Problem]:
        return [*(one for source in self.sources for one in source.problems), *self.other_problems]

    def judge_whole(self, content: Content) -> None:
        self.other_problems += [
            problem for key, problem in self.wanted.items() if key not in self.read
        ]
        self._judge_positions("step", content.steps)
        self._judge_positions("project", content.briefs)
        for step in content.steps:
            self._judge_positions(
                "lesson", [one for one in content.lessons if one.step == step.slug]
            )
        self._judge_former_names(content.lessons)
        self._judge_requirements(content.concepts)

    def _judge_positions(self, kind: str, rows: Sequence[Step | Lesson | Brief]) -> None:
        taken: dict[int, str] = {}
        for row in rows:
            other = taken.setdefault(row.position, row.slug)
            if row.position and other != row.slug:
                message = f"position {row.position} is also that of {other}; give each its own."
                source = self.read[kind, row.slug]
                self.other_problems.append(source.problem(message, fact="position"))

    def _judge_former_names(self, lessons: Iterable[Lesson]) -> None:
        taken: dict[str, str] = {}
        for lesson in lessons:
            source = self.read["lesson", lesson.slug]
            for name in lesson.formerly:
                if ("lesson", name) in self.read:
                    message = f"formerly names {name}, which is a lesson now."
                elif taken.setdefault(name, lesson.slug) != lesson.slug:
                    message = f"formerly names {name}, as {taken[name]} does."
                else:
                    continue
                self.other_problems.append(source.problem(message, fact="formerly"))

    def _judge_requirements(self, concepts: Sequence[Concept]) -> None:
        try:
            TopologicalSorter({one.slug: one.requires for one in concepts}).prepare()
        except CycleError as error:
            circle = error.args[1]
            message = f"requires goes round in a circle: {' → '.join(reversed(circle))}."
            source = self.read["concept", circle[0]]
            self.other_problems.append(source.problem(message, fact="requires"))


def _drawing(text: str) -> ET.Element:
    """The root of an SVG. Raises ValueError with what to change."""
    try:
        root = ET.fromstring(text)  # noqa: S314  # authored text, of this very repository
    except ET.ParseError as error:
        raise ValueError(f"This is not valid SVG: {error}. Draw it again.") from error
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if element.tag not in DRAWING_TAGS:
            raise ValueError(
                f"<{element.tag}> is not shown in figures. These are: "
                f"{', '.join(sorted(DRAWING_TAGS))}."
            )
    if root.tag != "svg" or "viewBox" not in root.attrib:
        raise ValueError("A figure is one svg element with a viewBox.")
    return root


def _words(text: str) -> int:
    prose = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)  # where links lead
    return len(re.findall(r"\w+(?:['\u2019-]\w+)*", prose))


def _version(source: Source, figures: Mapping[str, ET.Element], *, shown: Iterable[str]) -> str:
    """SHA-256 of all that a learner reads: facts, text and figures."""
    facts = {name: value for name, value in source.facts.items() if name not in NOT_READ}
    read = [repr(sorted(facts.items())), source.body]
    read += [ET.tostring(figures[address], "unicode") for address in sorted(shown)]
    return hashlib.sha256("\0".join(read).encode()).hexdigest()
