"""Runs programs: their output with a prefix, restarts with growing pauses, stops in order.

One thread, and it must be the main one: the kernel's parent-death signal follows the thread that
started a child, not the process.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

from roadmap_site.run.identity import Identity, command_as
from roadmap_site.run.leftovers import PROGRAM_VARIABLE, RUN_VARIABLE, kill_marked

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_S = 60.0  # after running this long, a program's next pause is the first one again
LINE_MAX = 8192  # bytes; a longer line is shown in pieces
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_CONTROL = {code: None for code in (*range(32), 127, *range(128, 160)) if code != ord("\t")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    name: str
    command: Sequence[str]
    identity: Identity
    environment: Mapping[str, str]
    folder: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0  # from the signal to SIGKILL
    pass_fds: Sequence[int] = ()
    before_restart: Callable[[], None] | None = None
    unimportant: str = ""  # lines with this text are not shown


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    pipe: IO[bytes]
    keep: bool  # start it again when it ends
    failures: int  # in a row
    started: float = field(default_factory=time.monotonic)
    pending: bytes = b""
    lines: list[str] | None = None  # collected instead of shown


class Supervisor:
    """Call ``turn`` in a loop. ``stopping`` turns true at the first SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, *, run: str, output: TextIO = sys.stdout) -> None:
        """``run`` marks all descendants, so that a later run can find what is left of this one."""
        self.stopping = False
        self._impatient = False
        self._run = run
        self._output = output
        self._children: dict[str, _Child] = {}
        self._due: dict[str, tuple[float, Program, int]] = {}
        self._selector = selectors.DefaultSelector()
        self._names: list[str] = []
        self._wakeup, self._woken = socket.socketpair()
        self._watch_signals()

    def _watch_signals(self) -> None:
        for end in (self._wakeup, self._woken):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to be woken
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._ask_to_stop())

    def _ask_to_stop(self) -> None:
        self._impatient = self.stopping  # asked twice: do not wait for anyone
        self.stopping = True

    def say(self, text: str, *, name: str = "milepost") -> None:
        if name not in self._names:
            self._names.append(name)
        prefix = f"{name:<8} | "
        if self._output.isatty():
            colour = _COLOURS[self._names.index(name) % len(_COLOURS)]
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        try:
            # Logs quote what strangers sent: nothing in them may steer the terminal.
            print(prefix + text.translate(_CONTROL), file=self._output, flush=True)
        except OSError:
            self.stopping = True  # nobody reads the output any more

    # Running --------------------------------------------------------------------------------

    def start(self, program: Program) -> None:
        """Start ``program`` and start it again whenever it ends."""
        self._spawn(program, keep=True)

    def run_once(self, program: Program, *, collect: bool = False) -> tuple[int, list[str]]:
        """Run ``program`` to its end: its exit code and, with ``collect``, its lines, unshown."""
        child = self._spawn(program, keep=False)
        if collect:
            child.lines = []
        while program.name in self._children:
            if self.stopping:
                self.stop([program.name])
            self.turn()
        return child.process.returncode, child.lines or []

    def wait_for(self, condition: Callable[[], bool], *, seconds: float) -> None:
        """Return when ``condition`` is true, when asked to stop, or after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not self.stopping and not condition() and time.monotonic() < deadline:
            self.turn(0.05)

    def _spawn(self, program: Program, *, keep: bool, failures: int = 0) -> _Child:
        death = program.stop_signal.name.removeprefix("SIG")
        process = subprocess.Popen(
            command_as(program.identity, program.command, parent_death_signal=death),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                **program.environment,
                RUN_VARIABLE: self._run,
                PROGRAM_VARIABLE: program.name,
            },
            cwd=program.folder,
            pass_fds=program.pass_fds,
            start_new_session=True,  # Ctrl-C in the terminal reaches us only
        )
        assert process.stdout is not None  # noqa: S101 - for the type checker
        os.set_blocking(process.stdout.fileno(), False)
        child = _Child(program, process, process.stdout, keep, failures)
        self._children[program.name] = child
        self._selector.register(child.pipe, selectors.EVENT_READ, child)
        return child

    def turn(self, timeout_s: float = 0.5) -> None:
        """Show output, notice ends, start again what is due; wait at most ``timeout_s``."""
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                self._drain_wakeups()
            elif not self._read(key.data):
                self._selector.unregister(key.fileobj)
        for child in list(self._children.values()):
            if child.process.poll() is not None:
                self._bury(child)
        now = time.monotonic()
        for at, program, failures in list(self._due.values()):
            if at <= now and not self.stopping:
                del self._due[program.name]
                self._start_again(program, failures)

    def _drain_wakeups(self) -> None:
        while True:
            try:
                self._woken.recv(4096)
            except BlockingIOError:
                return

    def _read(self, child: _Child) -> bool:
        """Show the complete lines that are there; False at the end of the output."""
        try:
            data = child.pipe.read(65536)
        except BlockingIOError:
            return True
        if data is None:
            return True
        *lines, child.pending = (child.pending + data).split(b"\n")
        while len(child.pending) > LINE_MAX:
            lines.append(child.pending[:LINE_MAX])
            child.pending = child.pending[LINE_MAX:]
        if not data and child.pending:
            lines.append(child.pending)
            child.pending = b""
        for line in lines:
            self._show(child, line.decode(errors="replace"))
        return bool(data)

    def _show(self, child: _Child, line: str) -> None:
        if child.program.unimportant and child.program.unimportant in line:
            return
        if child.lines is None:
            self.say(line, name=child.program.name)
        else:
            child.lines.append(line)

    def _bury(self, child: _Child) -> None:
        program = child.program
        kill_marked(self._run, program=program.name)  # pool processes outlive a killed worker
        self._read(child)
        if child.pipe in self._selector.get_map():
            self._selector.unregister(child.pipe)
        child.pipe.close()
        del self._children[program.name]
        if not child.keep or self.stopping:
            return
        steady = time.monotonic() - child.started > STEADY_S
        failures = 0 if steady else child.failures
        pause = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
        why = describe_end(child.process.returncode)
        self.say(f"{program.name} ended ({why}); starting it again in {pause:g} s.")
        self._due[program.name] = (time.monotonic() + pause, program, failures + 1)

    def _start_again(self, program: Program, failures: int) -> None:
        if program.before_restart:
            program.before_restart()
        try:
            self._spawn(program, keep=True, failures=failures)
        except OSError as error:
            pause = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
            self.say(f"{program.name} cannot start ({error.strerror}); next try in {pause:g} s.")
            self._due[program.name] = (time.monotonic() + pause, program, failures + 1)

    # Stopping -------------------------------------------------------------------------------

    def stop(self, names: Collection[str]) -> None:
        """End these programs together; whoever does not go in its time is killed."""
        for name in names:
            self._due.pop(name, None)
        going = [self._children[name] for name in names if name in self._children]
        for child in going:
            child.keep = False
            _send(child.process, child.program.stop_signal)
        asked = time.monotonic()
        while any(child.program.name in self._children for child in going):
            for child in going:
                late = time.monotonic() - asked > child.program.grace_s
                if (late or self._impatient) and child.process.poll() is None:
                    _send(child.process, signal.SIGKILL)
            self.turn(0.1)


def describe_end(returncode: int) -> str:
    if returncode >= 0:
        return f"exit code {returncode}"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(number)
