"""A whole site, started as ``make run`` starts it, on a port and in a home of its own."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from roadmap_site.run.leftovers import live_pids

ROOT = Path(__file__).resolve().parent.parent.parent
# Far more than a machine needs that does nothing else: CI runs four processes of tests beside it.
WAIT_S = 300.0


def free_port() -> int:
    """None that the kernel gives, until we take it, to someone who connects: those begin higher."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(home: Path, port: int) -> dict[str, str]:
    given = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MILEPOST_DATA_SECRET"}
    inherited = {name: value for name, value in os.environ.items() if name not in given}
    return {**inherited, "MILEPOST_HOME": str(home), "MILEPOST_PORT": str(port)}


def wait_until(condition: Callable[[], object], *, what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {WAIT_S:.0f} s for {what}")
        time.sleep(0.1)


@dataclass
class Site:
    home: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def page(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}/", timeout=WAIT_S) as answer:
            text: str = answer.read().decode()
        return text

    def wait_for(self, text: str) -> None:
        ended = self.process.poll
        wait_until(lambda: text in self.output or ended() is not None, what=f"{text!r}")
        assert text in self.output, self.output

    def pids(self, *, program: str = "") -> list[int]:
        """The processes that this site's supervisor has started, by the mark they carry."""
        mark = f"MILEPOST_HOME={self.home}".encode()
        wanted = {mark, f"MILEPOST_PROGRAM={program}".encode()} if program else {mark}
        return [
            pid for pid in live_pids() if wanted <= _environment(pid) and pid != self.process.pid
        ]

    def main_pid(self, program: str) -> int:
        """The one that the supervisor itself started; pids wrap, so it need not be the lowest."""
        (pid,) = (pid for pid in self.pids(program=program) if _parent(pid) == self.process.pid)
        return pid

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WAIT_S)


def _environment(pid: int) -> set[bytes]:
    try:
        variables = set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
    except OSError:
        return set()
    return variables if any(v.startswith(b"MILEPOST_PROGRAM=") for v in variables) else set()


def _parent(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    (line,) = (line for line in status.splitlines() if line.startswith("PPid:"))
    return int(line.split()[1])


def run(
    home: Path, port: int, variables: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    log = home.with_name(f"{home.name}.log")
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "roadmap_site.run", "site"],
            cwd=ROOT,
            env={**environment(home, port), **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@contextlib.contextmanager
def running_site(
    home: Path, *, port: int, variables: Mapping[str, str] | None = None
) -> Iterator[Site]:
    log = home.with_name(f"{home.name}.log")
    log.write_text("")
    site = Site(home, port, run(home, port, variables), log)
    try:
        site.wait_for("Milepost is at")
        yield site
    finally:
        if site.process.poll() is None:
            site.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                site.process.wait(30)
            site.process.kill()


def addresses(text: str) -> list[str]:
    return re.findall(r"\S+@example\.org", text)
