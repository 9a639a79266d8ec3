"""``milepost check``: the checks of a project on one's own machine, exactly as the site runs them.

Also what ``manage.py check_repo`` has in common with it. No Django, no database, no broker.
"""

import argparse
import hashlib
import json
import os
import re
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from apps.checks.check import SEED_BYTES, CheckConfig, Request, check_repository
from apps.checks.environment import EnvironmentConfig, default_ca_bundle
from apps.checks.errors import InvalidSubmission
from apps.checks.fetch import source_from
from apps.checks.leave_root import leave_root
from apps.checks.manifest import MANIFEST
from apps.checks.projects import PROJECTS
from apps.checks.results import CheckResult, Outcome, to_json
from apps.checks.source import Folder, GitUrl, Source
from apps.checks.terminal import Terminal
from apps.checks.text_file import read_text, shown
from apps.checks.toml_file import parse_toml, table

WRONG_USAGE, CANCELLED = 64, 130
FELL_SHORT = 1
EXIT_STATUS = {
    Outcome.PASSED: 0,
    Outcome.INVALID_SUBMISSION: 2,
    Outcome.PLATFORM_ERROR: 3,
    Outcome.CANCELLED: CANCELLED,
}
CLOSED = (
    "{path} is closed to the user that checks run as when root starts them. Start it as an "
    "ordinary user, or let everybody read that folder."
)
EPILOG = (
    "Exit status: 0 passed; 1 the repository fell short; 2 the repository, its manifest or its "
    "dependencies cannot be used; 3 this machine could not run the check; 64 wrong usage."
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if sys.platform != "linux":
        parser.error("the sandbox needs Linux. On Windows use WSL 2, on macOS a Linux machine.")
    try:
        source = source_from(options.source)
        slug = options.project or declared_slug(source)
    except InvalidSubmission as error:
        parser.error(error.message)
    if slug not in PROJECTS:
        parser.error(f"there is no check for {slug!r} here; there are: {', '.join(PROJECTS)}")
    config = _config()
    leave_root(config.home)
    for path in (Path(__file__), *([] if isinstance(source, GitUrl) else [source.path])):
        if not os.access(path, os.R_OK):
            parser.error(CLOSED.format(path=shown(str(path))))
    seed, starter_seed = seeds(options.seed)
    request = Request(project=PROJECTS[slug], source=source, seed=seed, starter_seed=starter_seed)
    result = run(request, config=config, console=None if options.json else Console())
    if options.json:
        sys.stdout.write(json.dumps(to_json(result), indent=2) + "\n")
    return EXIT_STATUS.get(result.outcome, FELL_SHORT)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n")
        sys.exit(WRONG_USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="milepost", description="Check a project of Milepost at home.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="run every check of a project", epilog=EPILOG)
    check.add_argument(
        "source", nargs="?", default=".", metavar="PATH_OR_URL",
        help="a folder (this one, if none is named), a zip or a git URL",
    )  # fmt: skip
    check.add_argument(
        "--project", metavar="SLUG", help=f"if {MANIFEST} does not say it: {', '.join(PROJECTS)}"
    )
    check.add_argument("--seed", help="draw the same data again: any text")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser


def run(request: Request, *, config: CheckConfig, console: Console | None) -> CheckResult:
    """The result of a check that is told to ``console`` as it goes. Ctrl-C cancels it."""
    cancelled = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: cancelled.set())
    terminal = Terminal(console) if console else None
    try:
        result = check_repository(
            request,
            config=config,
            on_event=terminal.tell if terminal else lambda event: None,
            cancelled=cancelled.is_set,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    if terminal:
        terminal.conclude(result)
    return result


def declared_slug(source: Source) -> str:
    """The project that a folder's manifest names. Raises InvalidSubmission."""
    if not isinstance(source, Folder):
        raise InvalidSubmission("no_project", "Name the project with --project.")
    try:
        text = read_text(source.path / MANIFEST, max_bytes=64 * 1024)
    except FileNotFoundError:
        raise InvalidSubmission(
            "manifest_missing",
            f"There is no {MANIFEST} in {shown(str(source.path))}. Go to your repository, or name "
            "the project with --project.",
        ) from None
    document = parse_toml(text, name=MANIFEST, code="manifest_not_toml")
    slug = table(document, "project", where=MANIFEST).get("slug")
    if not isinstance(slug, str):
        raise InvalidSubmission(
            "no_project", f"{MANIFEST} has no slug in [project]. Name the project with --project."
        )
    return slug


def seeds(text: str | None) -> tuple[bytes, bytes | None]:
    """Of the draw, and of the learner's starter data where that is known.

    ``text``: both as exported for a submission (128 hex digits), the first alone, or anything;
    None: a new draw.
    """
    if text is None:
        return secrets.token_bytes(SEED_BYTES), None
    if re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{128}", text):
        both = bytes.fromhex(text)
        return both[:SEED_BYTES], both[SEED_BYTES:] or None
    return hashlib.sha256(text.encode()).digest(), None


def _config() -> CheckConfig:
    """Environments stay in the user's cache, so that the second check begins at once."""
    # Root's own folder is closed to the user that the check then runs as.
    usual = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    bundle = default_ca_bundle()
    return CheckConfig(
        home=Path(os.environ.get("XDG_CACHE_HOME") or usual) / "milepost",
        packages=EnvironmentConfig(ca_bundle=bundle),
        allow_local=True,
        ca_bundle=bundle,
    )


if __name__ == "__main__":
    sys.exit(main())
