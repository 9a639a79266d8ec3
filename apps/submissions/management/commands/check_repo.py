"""``manage.py check_repo SLUG PATH_OR_URL``: exactly what the worker runs, without services."""

import hashlib
import json
import re
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from apps.checks.check import SEED_BYTES, Request, check_repository
from apps.checks.errors import InvalidSubmission
from apps.checks.events import Event, StageStarted, TestFinished
from apps.checks.fetch import source_from
from apps.checks.leave_root import leave_root
from apps.checks.projects import PROJECTS
from apps.checks.results import CheckResult, Outcome, Test, to_json
from apps.checks.source import Source
from apps.submissions.pipeline import check_config

WRONG_USAGE = 64
EXIT_STATUS = {
    Outcome.PASSED: 0,
    Outcome.INVALID_SUBMISSION: 2,
    Outcome.PLATFORM_ERROR: 3,
    Outcome.CANCELLED: 3,
}
FELL_SHORT = 1
EPILOG = (
    "Exit status: 0 passed; 1 the repository fell short; 2 the repository, its manifest or its "
    "dependencies cannot be used; 3 this machine could not run the check; 64 wrong usage."
)


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
        parser.add_argument("--seed", help="draw the same data again: text or 64 hex digits")

    def handle(self, *, project: str, source: str, seed: str | None, **options: Any) -> None:
        if project not in PROJECTS:
            wrong_usage(f"there is no project {project!r}; there are: {', '.join(PROJECTS)}")
        config = check_config()
        leave_root(config.home)
        quiet = options["json"] or options["verbosity"] == 0
        result = check_repository(
            Request(project=PROJECTS[project], source=where(source), seed=seed_bytes(seed)),
            config=config,
            on_event=(lambda event: None) if quiet else progress(self.stdout.write),
        )
        if options["json"]:
            self.stdout.write(json.dumps(to_json(result), indent=2))
        else:
            self._tell(result)
        sys.exit(EXIT_STATUS.get(result.outcome, FELL_SHORT))

    def _tell(self, result: CheckResult) -> None:
        for test in result.tests:
            if test.status == "failed" and test.ran:
                self.stdout.write(f"\n✗ {test.title}\n  {test.output}")
                if test.hint:
                    self.stdout.write(f"  Next: {test.hint}")
        self.stdout.write(f"\n{result.outcome.upper()}  {result.output}")


def wrong_usage(message: str) -> NoReturn:
    sys.stderr.write(f"check_repo: {message}\n")
    sys.exit(WRONG_USAGE)


def seed_bytes(text: str | None) -> bytes:
    """The seed as exported for a submission (64 hex digits), of any other text, or a new one."""
    if text is None:
        return secrets.token_bytes(SEED_BYTES)
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return bytes.fromhex(text)
    return hashlib.sha256(text.encode()).digest()


def where(source: str) -> Source:
    try:
        return source_from(source)
    except InvalidSubmission as error:
        wrong_usage(error.message)


def progress(write: Callable[[str], object]) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        match event:
            case StageStarted(stage=stage):
                write(f"{stage.capitalize()}")
            case TestFinished(test=test):
                write(f"  {mark(test)} {test.title}{': ' + test.output if test.output else ''}")
            case _:
                pass

    return tell


def mark(test: Test) -> str:
    if not test.ran:
        return "-"
    return "✓" if test.status == "passed" else "✗"
