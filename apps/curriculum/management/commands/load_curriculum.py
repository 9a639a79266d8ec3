from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.curriculum.content import ContentError, read_briefs
from apps.curriculum.loader import load_briefs


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
        try:
            briefs = read_briefs(folder / "projects")
        except ContentError as error:
            count = len(error.problems)
            raise CommandError(f"{error}\n{count} to mend; nothing was loaded.") from error
        if check:
            self.stdout.write(f"Project briefs: {len(briefs)} sound.")
            return
        loaded = load_briefs(briefs)
        self.stdout.write(
            f"Project briefs: {len(loaded.written)} written, {len(loaded.unchanged)} unchanged, "
            f"{len(loaded.withdrawn)} withdrawn."
        )
