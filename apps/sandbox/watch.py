"""Follows one run to its end: output, limits, cancelling."""

import contextlib
import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from apps.sandbox import artifacts, verdict
from apps.sandbox.model import OutputCallback, Result
from apps.sandbox.process import JobProcess
from apps.sandbox.usage import Usage
from apps.sandbox.verdict import Ending

_CHUNK = 64 * 1024  # bytes
_ERROR_TAIL = 4096  # bytes
_CANCEL_S = 0.25  # between two questions whether to go on
# A program that goes on after so many refused forks is a fork bomb: it is ended at once.
_MOST_REFUSED_PROCESSES = 1000

_STREAMS: tuple[Literal["stdout", "stderr"], ...] = ("stdout", "stderr")


@dataclass(slots=True)
class _Output:
    kept: bytearray
    cut: bool = False


class Watch:
    """One run: ``follow`` it, then read what became of it."""

    def __init__(
        self,
        process: JobProcess,
        on_output: OutputCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._process = process
        self._limits = process.limits
        self._on_output = on_output
        self._cancelled = cancelled
        self._asked = 0.0
        self.outputs = {name: _Output(bytearray()) for name in _STREAMS}
        self.ending: Ending | None = None
        self.usage = Usage()
        self.disk_was_full = False
        self.exit_code: int | None = None
        self.start_error = ""
        self.wall_s = 0.0

    def follow(self) -> None:
        """Call it right after the start. Returns when nothing of the job lives any more."""
        started = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.ended, selectors.EVENT_READ, None)
            for name, pipe in zip(
                _STREAMS, (self._process.stdout, self._process.stderr), strict=True
            ):
                selector.register(pipe, selectors.EVENT_READ, name)
            self._follow_until_end(selector, started + self._limits.wall_s)
            self.wall_s = time.monotonic() - started
            self._process.stop()
            self._look()
            self._read_rest(selector)
        if self.ending is None:
            self._read_exit_code()

    def cancel(self) -> None:
        """From another thread, which then ends the processes: it is over, and by our own hand."""
        self.ending = self.ending or "cancelled"

    def _read_exit_code(self) -> None:
        self.exit_code = self._process.exit_code()
        if self.exit_code is None:
            self.exit_code, self.start_error = self._process.start_failure(
                bytes(self.outputs["stderr"].kept)
            )

    def _follow_until_end(self, selector: selectors.BaseSelector, deadline: float) -> None:
        next_look = time.monotonic()
        while self.ending is None:
            now = time.monotonic()
            if now >= deadline:
                self.ending = "wall"
            elif now >= next_look:
                self._look()
                self._ask(now)
                next_look = now + self._process.meter.next_look_s()
            else:
                for key, _ in selector.select(min(deadline, next_look) - now):
                    if key.data is None:
                        return
                    self._read(selector, key)

    def _read(self, selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        chunk = os.read(key.fd, _CHUNK)
        if not chunk:
            selector.unregister(key.fileobj)
            return
        output = self.outputs[key.data]
        room = self._limits.output_kb * 1024 - len(output.kept)
        kept = chunk[:room]
        output.kept += kept
        if kept and self._on_output is not None:
            self._on_output(key.data, kept)
        if len(chunk) > room:
            output.cut = True
            self.ending = self.ending or key.data

    def _read_rest(self, selector: selectors.BaseSelector) -> None:
        """Every writer is dead, so the pipes hold little and end."""
        selector.unregister(self._process.ended)
        while selector.get_map():
            ready = selector.select(0)
            if not ready:
                return
            for key, _ in ready:
                self._read(selector, key)

    def _look(self) -> None:
        with contextlib.suppress(OSError):
            self.usage = self._process.meter.measure()
        disk = os.fstatvfs(self._process.folder.fileno())
        self.disk_was_full = self.disk_was_full or disk.f_bavail == 0 or disk.f_ffree == 0
        if self.ending is None:
            self.ending = self._met_limit()

    def _met_limit(self) -> Ending | None:
        if self.usage.out_of_memory:
            return "memory"
        if self.usage.cpu_s > self._limits.cpu_s:
            return "cpu"
        if self.usage.refused_processes > _MOST_REFUSED_PROCESSES:
            return "processes"
        return None

    def _ask(self, now: float) -> None:
        if self._cancelled is not None and now >= self._asked + _CANCEL_S:
            self._asked = now
            if self._cancelled():
                self.ending = "cancelled"

    def result(self, collected: artifacts.Collected | None = None) -> Result:
        """What became of the command, once ``follow`` has returned."""
        collected = collected or artifacts.Collected()
        stdout, stderr = self.outputs["stdout"], self.outputs["stderr"]
        facts = verdict.Facts(
            exit_code=self.exit_code,
            ending=self.ending,
            usage=self.usage,
            start_error=self.start_error,
            disk_was_full=self.disk_was_full,
            last_errors=bytes(stderr.kept[-_ERROR_TAIL:]),
        )
        tier = self._process.meter.tier
        decided = verdict.decide(facts, self._limits, tier)
        return Result(
            outcome=decided.outcome,
            exit_code=decided.exit_code,
            signal=decided.signal,
            wall_s=self.wall_s,
            cpu_s=self.usage.cpu_s,
            peak_memory_bytes=self.usage.peak_memory_bytes,
            stdout=stdout.kept.decode(errors="replace"),
            stderr=stderr.kept.decode(errors="replace"),
            stdout_cut=stdout.cut,
            stderr_cut=stderr.cut,
            backend=self._process.backend,
            limit_tier=tier,
            artifacts=tuple(collected.artifacts),
            refused=collected.sentences(),
            message=decided.message,
        )
