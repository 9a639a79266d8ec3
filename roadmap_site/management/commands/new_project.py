from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.checks.projects import PROJECTS
from roadmap_site.new_project import Refused, lay_out


class Command(BaseCommand):
    help = "Lay out a new project with its checker: a copy of one that stands, to be changed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its name, like sorting-machine")
        parser.add_argument(
            "--like",
            default="house-price-prediction",
            metavar="SLUG",
            help=f"the project to copy; choose the one most alike: {', '.join(PROJECTS)}",
        )

    def handle(self, *, slug: str, like: str, **options: Any) -> None:
        try:
            written = lay_out(settings.BASE_DIR, slug=slug, like=like)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for path in written:
            self.stdout.write(path)
        self.stdout.write("\nNow go on with docs/authoring-projects.md.")
