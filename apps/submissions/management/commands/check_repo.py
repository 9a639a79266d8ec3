"""``manage.py check_repo SLUG PATH_OR_URL``: exactly what the worker runs, without services."""

import json
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console

from apps.checks.check import Request
from apps.checks.command import EPILOG, EXIT_STATUS, FELL_SHORT, WRONG_USAGE, run, seeds
from apps.checks.errors import InvalidSubmission
from apps.checks.fetch import source_from
from apps.checks.leave_root import leave_root
from apps.checks.projects import PROJECTS
from apps.checks.results import to_json
from apps.checks.source import Source
from apps.curriculum.check_config import check_config


class Command(BaseCommand):
    help = "Check a repository as the worker does: no web server, database or broker needed."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)
        parser.error = wrong_usage  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="SLUG", help=f"one of: {', '.join(PROJECTS)}")
        parser.add_argument("source", metavar="PATH_OR_URL", help="a folder, a zip or a git URL")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument(
            "--seed", help="draw the same data again: what submission_seed prints, or any text"
        )

    def handle(self, *, project: str, source: str, seed: str | None, **options: Any) -> None:
        if project not in PROJECTS:
            wrong_usage(f"there is no project {project!r}; there are: {', '.join(PROJECTS)}")
        config = check_config()
        leave_root(config.home)
        quiet = options["json"] or options["verbosity"] == 0
        draw, starter = seeds(seed)
        result = run(
            Request(
                project=PROJECTS[project], source=where(source), seed=draw, starter_seed=starter
            ),
            config=config,
            console=None if quiet else Console(),
        )
        if options["json"]:
            self.stdout.write(json.dumps(to_json(result), indent=2))
        sys.exit(EXIT_STATUS.get(result.outcome, FELL_SHORT))


def wrong_usage(message: str) -> NoReturn:
    sys.stderr.write(f"check_repo: {message}\n")
    sys.exit(WRONG_USAGE)


def where(source: str) -> Source:
    try:
        return source_from(source)
    except InvalidSubmission as error:
        wrong_usage(error.message)
