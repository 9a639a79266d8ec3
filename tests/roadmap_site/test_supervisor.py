"""The supervisor as people use it: a process, with real programs below it."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from roadmap_site.run.leftovers import marked
from tests.roadmap_site.site_process import wait_until

SOURCE = Path(__file__).resolve().parent.parent.parent
# Runs the shell programs given as name=script until it gets a signal.
DRIVER = """
import os, sys
from pathlib import Path
from roadmap_site.run.identity import current
from roadmap_site.run.supervisor import Program, Supervisor
run, *programs = sys.argv[1:]
supervisor = Supervisor(run=run)
names = []
for text in programs:
    name, _, script = text.partition("=")
    names.append(name)
    supervisor.start(
        Program(
            name=name, command=["sh", "-c", script], identity=current(), environment=os.environ,
            folder=Path("/"), grace_s=0.5,
        )
    )
while not supervisor.stopping:
    supervisor.turn()
supervisor.stop(names)
"""


class Driver:
    def __init__(self, run: str, programs: Sequence[str]) -> None:
        self.run = run
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, run, *programs],
            stdout=subprocess.PIPE,
            text=True,
            cwd=SOURCE,
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout

    def read_until(self, text: str) -> str:
        """The first line with this text."""
        for line in self.output:
            if text in line:
                return line
        raise AssertionError(f"no line with {text!r}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(120)
        self.output.close()


@pytest.fixture
def run(tmp_path: Path) -> str:
    return str(tmp_path)


def test_output_has_a_prefix_and_no_control_characters(run: str) -> None:
    driver = Driver(run, [r"one=printf 'a\033[31mb\033]0;x\007c\n'; sleep 600"])

    line = driver.read_until("a")
    driver.stop()

    assert line == "one      | a[31mb]0;xc\n"


def test_last_words_without_newline_and_long_lines_are_shown(run: str) -> None:
    driver = Driver(run, ["one=head -c 20000 /dev/zero | tr '\\0' x; printf end"])

    line = driver.read_until("end")
    driver.stop()

    assert len(line) < 8300


def test_killed_program_is_started_again(run: str) -> None:
    driver = Driver(run, ["one=echo pid $$; sleep 600"])
    first = driver.read_until("pid").split()[-1]

    os.kill(int(first), signal.SIGKILL)
    said = driver.read_until("ended")
    second = driver.read_until("pid").split()[-1]
    driver.stop()

    assert said == "milepost | one ended (SIGKILL); starting it again in 0.5 s.\n"
    assert second != first


def test_pause_grows_while_a_program_keeps_failing(run: str) -> None:
    driver = Driver(run, ["one=exit 3"])

    said = [driver.read_until("ended") for _ in range(3)]
    driver.stop()

    assert [line.split("again in ")[1] for line in said] == ["0.5 s.\n", "1 s.\n", "2 s.\n"]
    assert "(exit code 3)" in said[0]


def test_descendants_of_a_killed_program_end_with_it(run: str) -> None:
    driver = Driver(run, ["one=setsid sleep 600 & echo pids $$ $!; wait"])
    main, descendant = (int(word) for word in driver.read_until("pids").split()[-2:])
    # It may still be on its way into its program.
    wait_until(lambda: descendant in marked(run), what="the descendant")

    os.kill(main, signal.SIGKILL)
    driver.read_until("ended")

    assert descendant not in marked(run)
    driver.stop()
    assert marked(run) == []


def test_program_that_ignores_its_signal_is_killed(run: str) -> None:
    driver = Driver(run, ["one=trap '' TERM; echo ready; while :; do sleep 1; done"])
    driver.read_until("ready")

    driver.stop()

    assert driver.process.returncode == 0
    assert marked(run) == []


def test_programs_end_with_a_killed_supervisor(run: str) -> None:
    driver = Driver(run, ["one=echo ready; exec sleep 600"])
    driver.read_until("ready")

    driver.process.kill()
    driver.process.wait()

    driver.output.read()  # to its end: nobody holds the other side any more
    driver.output.close()
    # It closed its output as it died; the kernel takes a moment longer to forget it.
    wait_until(lambda: not marked(run), what="the program's end")
