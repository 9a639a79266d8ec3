from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.curriculum.content import read_content
from apps.curriculum.coverage import check_coverage
from apps.curriculum.problems import ContentError, Problem
from apps.exercises.content import read_exercises
from apps.quizzes.content import read_quizzes, rendered_ahead
from apps.quizzes.linter import check_bank
from roadmap_site.loading import load_all


class Command(BaseCommand):
    help = "Check the authored text and bring the database in line with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only check the text; needs no database"
        )
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.CONTENT_FOLDER,
            help="where the text lies (default: fixtures/)",
        )

    def handle(self, *args: Any, check: bool, folder: Path, **options: Any) -> None:
        problems: list[Problem] = []
        cache = settings.RENDER_CACHE
        with rendered_ahead(folder, cache=cache):
            content = _read(lambda: read_content(folder, cache=cache), problems)
            quizzes = _read(lambda: read_quizzes(folder, cache=cache), problems)
        exercises = _read(lambda: read_exercises(folder, cache=cache), problems)
        bullets = _read(lambda: check_coverage(folder, content), problems) if content else None
        if content and quizzes:
            taught = {lesson.slug: lesson.concepts for lesson in content.lessons}
            _read(lambda: check_bank(quizzes, taught=taught), problems)
        if problems or content is None or quizzes is None or exercises is None or bullets is None:
            raise CommandError(
                f"{ContentError(problems)}\n{len(problems)} to mend; nothing was loaded."
            )
        if check:
            questions = sum(len(quiz.questions) for quiz in quizzes)
            self.stdout.write(
                f"Sound: {len(content.concepts)} concepts, {len(content.steps)} steps, "
                f"{len(content.lessons)} lessons, {len(content.briefs)} project briefs, "
                f"{len(quizzes)} quizzes with {questions} questions, {len(exercises)} exercises, "
                f"{bullets} bullets of the roadmap."
            )
            return
        for kind, loaded in load_all(content, quizzes, exercises).items():
            self.stdout.write(
                f"{kind}: {len(loaded.written)} written, {len(loaded.unchanged)} unchanged, "
                f"{len(loaded.withdrawn)} withdrawn."
            )


def _read[T](read: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return read()
    except ContentError as error:
        problems += error.problems
        return None
