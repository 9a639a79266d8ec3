from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.curriculum.problems import ContentError
from apps.quizzes.interchange.bank import FORMATS, export_quizzes
from apps.quizzes.interchange.packing import MOST_DRAWS


class Command(BaseCommand):
    help = "Write quizzes into a file that Moodle and other systems read. Needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quizzes", metavar="QUIZ", nargs="+", help="a folder of quizzes/")
        parser.add_argument("--format", choices=FORMATS, required=True, dest="format_name")
        parser.add_argument("--output", metavar="FILE", type=Path, required=True)
        parser.add_argument(
            "--draws",
            metavar="N",
            type=int,
            default=1,
            help=f"questions with numbers of their own are written N times, 1 to {MOST_DRAWS}",
        )
        parser.add_argument("--folder", type=Path, default=settings.CONTENT_FOLDER)

    def handle(
        self,
        *,
        quizzes: list[str],
        format_name: str,
        output: Path,
        draws: int,
        folder: Path,
        **options: Any,
    ) -> None:
        if not 1 <= draws <= MOST_DRAWS:
            raise CommandError(f"--draws is a number from 1 to {MOST_DRAWS}.")
        try:
            exported = export_quizzes(
                list(dict.fromkeys(quizzes)),
                format_name=format_name,
                root=folder,
                cache=settings.RENDER_CACHE,
                draws=draws,
            )
            output.write_text(exported.text, encoding="utf-8", newline="\n")
        except ContentError as error:
            raise CommandError(f"{error}\nNothing was written.") from None
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
        for loss in exported.losses:
            self.stderr.write(f"Warning: {loss}")
        self.stdout.write(
            f"{output}: {exported.questions} questions, {len(exported.losses)} warnings."
        )
