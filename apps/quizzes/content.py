"""Reads and checks the quizzes, as they lie in ``fixtures/quizzes/``.

::

    quizzes/<quiz>/quiz.md         what a quiz is about
    quizzes/<quiz>/<question>.md   a question, and below ## Explanation its worked answer

Each file begins with facts in TOML between two ``+++`` lines; docs/authoring.md lists them. All of
it is checked before anything is reported, so that an author mends everything in one go.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from apps.curriculum.body import line_of_reference, render_body
from apps.curriculum.content import CONCEPTS, PROJECTS, lesson_files
from apps.curriculum.front_matter import Check, Source, one_line, read_source, whole_number
from apps.curriculum.problems import ContentError, Problem
from apps.curriculum.render_cache import RenderCache
from apps.quizzes.generators import GENERATORS, Generator
from apps.quizzes.question_file import Question, QuestionFile, open_question, read_question

QUIZZES, QUIZ = "quizzes", "quiz.md"
QUIZ_FACTS: Mapping[str, Check] = {
    "title": one_line(120),
    "position": whole_number(999),
    "summary": one_line(300),
    "minutes": whole_number(240),
    "lesson": one_line(60),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    slug: str
    title: str
    position: int
    summary: str
    minutes: int
    lesson: str  # slug of the lesson that it belongs to, or nothing
    intro_html: str
    questions: list[Question]


def read_quizzes(
    root: Path, *, generators: Mapping[str, Generator] = GENERATORS, cache: Path | None = None
) -> list[Quiz]:
    """All quizzes with their questions, in order. ``cache``: a folder for what is rendered.

    Raises ContentError with all problems of all files.
    """
    with RenderCache(cache) as kept:
        reader = _Reader(root, kept, generators)
        quizzes = [quiz for folder in _folders(root) if (quiz := reader.quiz(folder))]
    reader.judge_positions("quizzes", [(one.slug, one.position) for one in quizzes])
    if reader.problems:
        raise ContentError(reader.problems)
    return sorted(quizzes, key=lambda quiz: quiz.position)


@contextmanager
def rendered_ahead(root: Path, *, cache: Path | None) -> Iterator[None]:
    """Let a second process render quizzes into ``cache`` meanwhile, the last of them first, until
    the reader of all meets it. It only saves time: what is wrong is found by the reader.
    """
    if cache is None or len(os.sched_getaffinity(0)) == 1:
        yield
        return
    with RenderCache(cache):
        pass  # Two that make the file at once would lock each other out.
    helper = multiprocessing.get_context("fork").Process(
        target=_render_from_the_end, args=(root, cache), daemon=True
    )
    helper.start()
    try:
        yield
    finally:
        helper.kill()
        helper.join()
        helper.close()


def _render_from_the_end(root: Path, cache: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the reader ends it
    with suppress(Exception), RenderCache(cache) as kept:
        reader = _Reader(root, kept, GENERATORS)
        for folder in reversed(_folders(root)):
            reader.quiz(folder)


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in (root / QUIZZES).glob("*") if path.is_dir())


class _Reader:
    """Reads file by file, and collects what is wrong."""

    def __init__(self, root: Path, cache: RenderCache, generators: Mapping[str, Generator]) -> None:
        self.root, self.cache, self.generators = root, cache, generators
        self.problems: list[Problem] = []
        self.sources: dict[tuple[str, str], Source] = {}  # (folder, slug) -> the file
        # What may be named, by its kind. Files that are there and wrong are told of elsewhere.
        self.there = {
            "concept": {path.stem for path in (root / CONCEPTS).glob("*.md")},
            "lesson": {path.stem for path in lesson_files(root)},
            "project": {path.name for path in (root / PROJECTS).glob("*") if path.is_dir()},
        }

    def quiz(self, folder: Path) -> Quiz | None:
        source = read_source(
            folder / QUIZ,
            root=self.root,
            slug=folder.name,
            facts=QUIZ_FACTS,
            optional={"lesson": ""},
        )
        self.sources["quizzes", folder.name] = source
        rendered, problems = render_body(
            source.body,
            file=source.file,
            first_line=source.first_line,
            id_prefix="quiz",
            cache=self.cache,
        )
        source.problems.extend(problems)
        for kind, slug in sorted(rendered.references):
            line = line_of_reference(source.body, source.first_line, kind=kind, slug=slug)
            self._want(source, kind, slug, line=line)
        if source.facts.get("lesson"):
            self._want(source, "lesson", source.facts["lesson"], fact="lesson")
        files = sorted(path for path in folder.glob("*.md") if path.name != QUIZ)
        questions = [one for path in files if (one := self._question(path))]
        self.judge_positions(folder.name, [(one.slug, one.position) for one in questions])
        if not files:
            source.problems.append(source.problem("The quiz has no question. Write one."))
        self.problems += source.problems
        if source.problems:
            return None
        questions.sort(key=lambda question: question.position)
        return Quiz(**source.facts, intro_html=rendered.html, questions=questions)

    def _question(self, path: Path) -> Question | None:
        file: QuestionFile = open_question(path, root=self.root, cache=self.cache)
        source = file.source
        self.sources[path.parent.name, path.stem] = source
        question = read_question(file, generators=self.generators)
        for slug in source.facts.get("concepts", ()):
            self._want(source, "concept", slug, fact="concepts")
        for kind, slug, line in file.references:
            self._want(source, kind, slug, line=line)
        self.problems += source.problems
        return None if source.problems else question

    def _want(self, source: Source, kind: str, slug: str, *, line: int = 0, fact: str = "") -> None:
        if slug not in self.there[kind]:
            message = f"There is no {kind} {slug}. Write it, or name another."
            line = line or source.lines.get(fact, 0)
            source.problems.append(Problem(file=source.file, line=line, message=message))

    def judge_positions(self, folder: str, rows: Sequence[tuple[str, int]]) -> None:
        taken: dict[int, str] = {}
        for slug, position in rows:
            other = taken.setdefault(position, slug)
            if other != slug:
                message = f"position {position} is also that of {other}; give each its own."
                source = self.sources[folder, slug]
                self.problems.append(source.problem(message, fact="position"))
