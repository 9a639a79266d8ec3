"""What a program writes, what it ends with, and what it is started with."""

from apps.sandbox import Outcome
from tests.sandbox.cases.case import BRIEF, TOO_LONG, Case, Guard, refused

OUTPUT = [
    *(
        Case(
            program=f"output.{name}",
            guarded_by=Guard.OUTPUT,
            outcome=Outcome.OUTPUT_LIMIT,
            message=f"The program wrote more than 64 KiB to {stream}.",
            says=says,
        )
        for name, stream, says in (
            ("flood_stdout", "stdout", ("x" * 65536,)),
            ("flood_stderr", "stderr", ()),
            ("flood_of_bytes", "stdout", ("x" * 65536,)),
        )
    ),
    Case(
        program="output.closed_output",
        guarded_by=Guard.WALL,
        outcome=Outcome.TIMEOUT,
        message=TOO_LONG,
        limits=BRIEF,
    ),
    Case(program="output.own_output", guarded_by=None, says=None),
    Case(
        program="output.binary",
        guarded_by=None,  # nothing reads it
        says=(bytes(range(256)).decode(errors="replace") + "\ufffd",),
    ),
    Case(
        program="output.escape_codes",
        guarded_by=None,  # nothing reads it
        outcome=Outcome.NONZERO_EXIT,
        message="The program ended with exit code 7.",
        says=(
            "\x1b]0;title\x07\x1b]8;;http://192.0.2.1\x07link\x1b]8;;\x07"
            "\x1b]52;c;eA==\x07\x1b[2J\r",
        ),
    ),
    Case(
        program="output.json_bomb",
        guarded_by=None,  # nothing reads it
        says=("[" * 30_000 + '{"a":' * 4_000 + "9" * 5_000,),
    ),
    Case(
        program="output.forged_result",
        guarded_by=Guard.DESCRIPTORS,
        outcome=Outcome.NONZERO_EXIT,
        message="The program ended with exit code 7.",
        says=("", '{"outcome": "ok", "exit_code": 0, "message": ""}'),
    ),
    Case(
        program="output.forged_failure",
        guarded_by=None,  # what bubblewrap says counts only where there is no exit code
        outcome=Outcome.SIGNAL,
        message="The program was ended by signal 9 (SIGKILL).",
    ),
    Case(
        program="output.early_exit",
        guarded_by=None,  # it may: what it was to make is missing then
    ),
    Case(
        program="output.environment",
        guarded_by=Guard.ENVIRONMENT,
        says=("variables HOME LANG PATH PWD",),
    ),
    Case(
        program="output.inherited",
        guarded_by=Guard.DESCRIPTORS,
        says=("open 0 /dev/null", "open 1 pipe", "open 2 pipe"),
    ),
    Case(
        program="output.huge_arguments",
        guarded_by=None,  # the kernel's own limit
        says=refused("E2BIG", "argument", "arguments", "environment"),
    ),
]
