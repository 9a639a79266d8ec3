"""``python -m apps.sandbox run | doctor | prepare``: see ``--help`` of each."""

import argparse
import dataclasses
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Never

from apps.sandbox import cgroups, doctor
from apps.sandbox.model import Backend, Limits, Result, SandboxUnavailable
from apps.sandbox.run import run

# Exit codes of sysexits.h.
_WRONG_USAGE = 64
_UNAVAILABLE = 69

# Option, field of Limits, unit.
_LIMITS = (
    ("--wall", "wall_s", "S"),
    ("--cpu", "cpu_s", "S"),
    ("--memory", "memory_mb", "MB"),
    ("--pids", "pids", "N"),
    ("--disk", "disk_mb", "MB"),
    ("--inodes", "inodes", "N"),
    ("--output", "output_kb", "KB"),
)
_NOT_FROM_HERE = (
    "This machine has control groups of version 2, which a user gets only from the process that "
    "starts its own: start the site as root, or as the user with "
    "“systemd-run --user --scope -p Delegate=yes make run”."
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        self.print_usage(sys.stderr)
        self.exit(_WRONG_USAGE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    # So that an ended run is cleaned up, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parser = _parser()
    # All after the first "--" is the command, options and further "--" included.
    ours, command = _split(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(ours)
    if options.action == "doctor":
        return doctor.main()
    if options.action == "prepare":
        return _prepare(options)
    if not command:
        parser.error("a command is needed after “--”")
    try:
        result = _run(parser, options, command)
    except SandboxUnavailable as error:
        print(error, file=sys.stderr)  # noqa: T201
        return _UNAVAILABLE
    except (ValueError, OSError) as error:
        parser.error(str(error))
    print(as_json(result))  # noqa: T201
    return 0


def as_json(result: Result) -> str:
    return json.dumps(dataclasses.asdict(result))


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    index = arguments.index("--")
    return arguments[:index], arguments[index + 1 :]


def _run(
    parser: argparse.ArgumentParser, options: argparse.Namespace, command: list[str]
) -> Result:
    if not options.dir.is_dir():
        parser.error(f"{options.dir} is not a folder")
    given: dict[str, Any] = {field: getattr(options, field) for _, field, _ in _LIMITS}
    return run(
        command,
        directory=options.dir,
        limits=Limits(**given),
        artifacts_to=options.artifacts_to,
        backend=options.backend and Backend(options.backend),
    )


def _prepare(options: argparse.Namespace) -> int:
    tier = cgroups.prepare(options.uid, options.gid if options.gid is not None else options.uid)
    if tier is None:
        print("No control groups can be prepared; are you root?", file=sys.stderr)  # noqa: T201
        return 1
    if tier == "cgroup2":  # it reaches the processes that this one starts: none
        print(_NOT_FROM_HERE, file=sys.stderr)  # noqa: T201
        return 1
    print(f"User {options.uid} may now make control groups ({tier}).")  # noqa: T201
    return 0


def _parser() -> _Parser:
    parser = _Parser(prog="python -m apps.sandbox")
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    run_parser = actions.add_parser(
        "run",
        help="run one command; the result is printed as JSON",
        usage="%(prog)s --dir DIR [options] -- CMD …",
    )
    run_parser.add_argument("--dir", type=Path, required=True, help="seen inside as /job, a copy")
    for option, field, unit in _LIMITS:
        default = getattr(Limits(), field)
        run_parser.add_argument(
            option, dest=field, type=type(default), default=default, metavar=unit
        )
    run_parser.add_argument(
        "--backend", choices=list(Backend), help="bubblewrap, or what MILEPOST_SANDBOX_BACKEND says"
    )
    run_parser.add_argument("--artifacts-to", type=Path, metavar="DIR")
    actions.add_parser("doctor", help="try every layer of the sandbox on this machine")
    prepare = actions.add_parser("prepare", help="as root: give a user exact limits, until reboot")
    prepare.add_argument("--uid", type=int, default=int(os.environ.get("SUDO_UID", "62103")))
    prepare.add_argument("--gid", type=int)
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # as with “| head”
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
