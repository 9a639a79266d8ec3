from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.curriculum.content import read_content
from apps.curriculum.loader import load_content
from apps.curriculum.problems import ContentError


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
            content = read_content(folder, cache=settings.RENDER_CACHE)
        except ContentError as error:
            count = len(error.problems)
            raise CommandError(f"{error}\n{count} to mend; nothing was loaded.") from error
        if check:
            self.stdout.write(
                f"Sound: {len(content.concepts)} concepts, {len(content.steps)} steps, "
                f"{len(content.lessons)} lessons, {len(content.briefs)} project briefs."
            )
            return
        for kind, loaded in load_content(content).items():
            self.stdout.write(
                f"{kind}: {len(loaded.written)} written, {len(loaded.unchanged)} unchanged, "
                f"{len(loaded.withdrawn)} withdrawn."
            )
