"""Whole quizzes out of ``fixtures/quizzes`` into a file, and from a file into them."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.curriculum.content import CONCEPTS, LESSON_FACTS, LESSON_MAY_LACK, lesson_files
from apps.curriculum.front_matter import SLUG, SLUG_LENGTH, Source, read_source
from apps.curriculum.problems import ContentError, Problem
from apps.curriculum.render_cache import RenderCache
from apps.quizzes.content import QUIZ, QUIZ_FACTS, QUIZZES
from apps.quizzes.interchange.files import read_upload, refusal
from apps.quizzes.interchange.gift import read_gift, write_gift
from apps.quizzes.interchange.moodle_xml import write_moodle_xml
from apps.quizzes.interchange.moodle_xml_reader import read_moodle_xml
from apps.quizzes.interchange.packing import pack, read_written
from apps.quizzes.interchange.portable import Loss, Portable, Travelled, shown_name, slug_of
from apps.quizzes.interchange.question_text import LeftOut, question_text
from apps.quizzes.question_file import open_question, read_question

MOST_QUESTIONS = 99  # of a quiz: a position has two digits
_LAST_POSITION = 999
_QUIZ_TEXT = """\
+++
title = "{title}"
position = {position}
summary = "{summary}"
minutes = {minutes}
lesson = "{lesson}"
+++
To be written: what one can do who answers these questions.
"""
_SUMMARY = "To be written: what the questions are about, and for whom."


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    # From the questions of some quizzes to the text of a file, and what is lost.
    write: Callable[[Sequence[Travelled]], tuple[str, list[Loss]]]
    # From the text of a file, whose name is for messages. Raises ContentError.
    read: Callable[..., Travelled]


FORMATS: Mapping[str, Format] = {
    "gift": Format(write=write_gift, read=read_gift),
    "moodle-xml": Format(write=write_moodle_xml, read=read_moodle_xml),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    text: str
    questions: int
    losses: list[Loss]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    written: list[Path]
    losses: list[Loss]


def export_quizzes(
    slugs: Sequence[str], *, format_name: str, root: Path, cache: Path | None, draws: int = 1
) -> Exported:
    """Raises ContentError for a quiz that is not there, or not sound."""
    quizzes = []
    for slug in slugs:
        written = read_written(slug, root=root, cache=cache)
        title = _read_quiz(root, slug).facts["title"]
        quizzes.append(pack(written, title=title, draws=draws))
    text, lost = FORMATS[format_name].write(quizzes)
    return Exported(
        text=text,
        questions=sum(len(quiz.questions) for quiz in quizzes),
        losses=[*(loss for quiz in quizzes for loss in quiz.losses), *lost],
    )


def import_file(
    path: Path, *, format_name: str, quiz: str, lesson: str, root: Path, cache: Path | None
) -> Imported:
    """Writes a file for each question that can be one of ours, and the quiz if there is none.

    Raises ContentError with all that is wrong; then nothing is written.
    """
    text = read_upload(path)
    travelled = FORMATS[format_name].read(text, file=path.name)
    target = _Target(root=root, quiz=quiz, lesson=lesson)
    target.judge(travelled, file=path.name)
    losses = list(travelled.losses)
    files: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for question in travelled.questions:
            try:
                slug, content, lost = target.file_for(question, taken=files)
                judge_file(content, slug=slug, quiz=quiz, folder=Path(folder), cache=cache)
            except LeftOut as error:
                lost = [f"{error} Left out."]
            else:
                files[slug] = content
            name = shown_name(question.name)
            losses += [Loss(name=name, message=text, line=question.line) for text in lost]
    if not files:
        message = "No question of the file can be one of ours; nothing was written."
        problems = [
            Problem(file=path.name, line=one.line, message=f"{one.name}: {one.message}")
            for one in losses
        ]
        raise ContentError([*problems, Problem(file=path.name, line=0, message=message)])
    if target.quiz is None:
        message = "the quiz is new; write its title, summary and text."
        losses.append(Loss(name=f"{QUIZZES}/{quiz}", message=message))
    return Imported(written=target.write(files), losses=losses)


class _Target:
    """The quiz that questions come into."""

    def __init__(self, *, root: Path, quiz: str, lesson: str) -> None:
        if not SLUG.fullmatch(quiz) or len(quiz) > SLUG_LENGTH:
            message = "Name the quiz in small letters, digits and hyphens."
            raise refusal(f"{QUIZZES}/{quiz}", message)
        self.root, self.lesson = root, lesson
        self.folder = root / QUIZZES / quiz
        self.taken = {one.stem for one in self.folder.glob("*.md")} - {Path(QUIZ).stem}
        self.concepts = _concepts_of(root, lesson)
        self.known = {path.stem for path in (root / CONCEPTS).glob("*.md")}
        self.last = max(map(self._position, self.taken), default=0)
        self.quiz = _read_quiz(root, quiz) if (self.folder / QUIZ).exists() else None
        if self.quiz and self.quiz.facts.get("lesson") != lesson:
            whose = self.quiz.facts["lesson"]
            what = f"the lesson {whose}. Name that" if whose else "no lesson. Name another quiz"
            message = f"This quiz belongs to {what}."
            raise refusal(self.quiz.file, message)

    def judge(self, travelled: Travelled, *, file: str) -> None:
        total = len(self.taken) + len(travelled.questions)
        if total > MOST_QUESTIONS:
            message = (
                f"The quiz would have {total} questions; {MOST_QUESTIONS} are the most. "
                "Divide the file among quizzes."
            )
            raise refusal(file, message)
        there = [
            Problem(file=file, line=one.line, message=self._there(_slug(one, taken=())))
            for one in travelled.questions
            if _slug(one, taken=()) in self.taken
        ]
        if there:
            raise ContentError(there)

    def _there(self, slug: str) -> str:
        path = self.folder.relative_to(self.root) / f"{slug}.md"
        return f"{path} is there already. Delete it or name the question otherwise."

    def file_for(
        self, question: Portable, *, taken: Mapping[str, str]
    ) -> tuple[str, str, list[str]]:
        """Name and content of its file, and what is lost. Raises LeftOut."""
        slug = _slug(question, taken={*taken, *self.taken})
        concepts = [one for one in dict.fromkeys(question.concepts) if one in self.known]
        lost = []
        if not concepts:
            concepts = self.concepts[:1]
            lost.append(f"no tag names a concept; it counts for {concepts[0]}, which may be wrong.")
        position = self.last + len(taken) + 1
        content, more = question_text(question, position=position, concepts=concepts)
        return slug, content, [*lost, *more]

    def _position(self, slug: str) -> int:
        path = self.folder / f"{slug}.md"
        source = open_question(path, root=self.root, cache=RenderCache(None)).source
        return int(source.facts.get("position", 0))

    def write(self, files: Mapping[str, str]) -> list[Path]:
        contents = dict(files)
        if self.quiz is None:
            contents[Path(QUIZ).stem] = self._quiz_text(len(files))
        self.folder.mkdir(parents=True, exist_ok=True)
        written = []
        for slug, content in contents.items():
            path = self.folder / f"{slug}.md"
            # Never over a file that is there.
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(content)
            written.append(path)
        return written

    def _quiz_text(self, questions: int) -> str:
        positions = [
            _read_quiz(self.root, path.parent.name).facts.get("position", 0)
            for path in (self.root / QUIZZES).glob(f"*/{QUIZ}")
        ]
        return _QUIZ_TEXT.format(
            title=self.folder.name.replace("-", " ").capitalize(),
            position=min(max(positions, default=0) + 1, _LAST_POSITION),
            summary=_SUMMARY,
            minutes=max(1, 2 * questions),
            lesson=self.lesson,
        )


def _slug(question: Portable, *, taken: Sequence[str] | set[str]) -> str:
    """Of its own name, without that of its quiz."""
    name = question.name.rsplit("/", 1)[-1]
    return slug_of(name, taken={*taken, Path(QUIZ).stem}, otherwise="question")


def _read_quiz(root: Path, slug: str) -> Source:
    path = root / QUIZZES / slug / QUIZ
    source = read_source(path, root=root, slug=slug, facts=QUIZ_FACTS, optional={"lesson": ""})
    if source.problems:
        raise ContentError(source.problems)
    return source


def _concepts_of(root: Path, lesson: str) -> list[str]:
    """What a lesson teaches."""
    path = next((path for path in lesson_files(root) if path.stem == lesson), None)
    if path is None:
        raise refusal(f"lesson {lesson}", "There is no such lesson. Name one of fixtures/steps.")
    source = read_source(path, root=root, slug=lesson, facts=LESSON_FACTS, optional=LESSON_MAY_LACK)
    if not source.facts.get("concepts"):
        raise ContentError(source.problems)
    return list(source.facts["concepts"])


def judge_file(content: str, *, slug: str, quiz: str, folder: Path, cache: Path | None) -> None:
    """As every question is. Raises LeftOut."""
    path = folder / QUIZZES / quiz / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="\n")
    file = open_question(path, root=folder, cache=RenderCache(cache))
    try:
        read_question(file, generators={})
    except RecursionError:
        raise LeftOut("Its text nests too deeply.") from None
    if file.source.problems:
        raise LeftOut(" ".join(problem.message for problem in sorted(file.source.problems)))
