from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.curriculum.problems import ContentError
from apps.quizzes.interchange.bank import FORMATS, import_file


class Command(BaseCommand):
    help = "Write the questions of a GIFT or Moodle XML file into a quiz. Needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--format", choices=FORMATS, required=True, dest="format_name")
        parser.add_argument("--quiz", metavar="SLUG", required=True, help="new, or one to add to")
        parser.add_argument("--lesson", metavar="SLUG", required=True, help="that it belongs to")
        parser.add_argument("--folder", type=Path, default=settings.CONTENT_FOLDER)

    def handle(
        self, *, file: Path, format_name: str, quiz: str, lesson: str, folder: Path, **options: Any
    ) -> None:
        try:
            imported = import_file(
                file,
                format_name=format_name,
                quiz=quiz,
                lesson=lesson,
                root=folder,
                cache=settings.RENDER_CACHE,
            )
        except ContentError as error:
            raise CommandError(f"{error}\nNothing was written.") from None
        except OSError as error:
            message = f"The quiz cannot be written: {error.filename}: {error.strerror}."
            raise CommandError(message) from None
        for loss in imported.losses:
            self.stderr.write(f"Warning: {loss}")
        for path in imported.written:
            self.stdout.write(str(path))
        self.stdout.write(
            f"{len(imported.written)} files written, {len(imported.losses)} warnings. "
            "Read them, then run load_curriculum --check."
        )
