from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.curriculum.content import read_content
from apps.curriculum.loader import load_content
from apps.curriculum.problems import ContentError, Problem
from apps.quizzes.content import read_quizzes
from apps.quizzes.loader import load_quizzes


class Command(BaseCommand):
    help = "Check the authored text and bring the database in line with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only check the text; needs no database"
        )
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.BASE_DIR / "fixtures",
            help="where the text lies (default: fixtures/)",
        )

    def handle(self, *args: Any, check: bool, folder: Path, **options: Any) -> None:
        problems: list[Problem] = []
        cache = settings.RENDER_CACHE
        content = _read(lambda: read_content(folder, cache=cache), problems)
        quizzes = _read(lambda: read_quizzes(folder, cache=cache), problems)
        if content is None or quizzes is None:
            raise CommandError(
                f"{ContentError(problems)}\n{len(problems)} to mend; nothing was loaded."
            )
        if check:
            questions = sum(len(quiz.questions) for quiz in quizzes)
            self.stdout.write(
                f"Sound: {len(content.concepts)} concepts, {len(content.steps)} steps, "
                f"{len(content.lessons)} lessons, {len(content.briefs)} project briefs, "
                f"{len(quizzes)} quizzes with {questions} questions."
            )
            return
        with transaction.atomic():
            loaded_kinds = load_content(content) | load_quizzes(quizzes)
        for kind, loaded in loaded_kinds.items():
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
