"""What the sandbox costs, against the same commands as bare processes in the same run.

Everything is measured in turns, bare and inside, so that a busy machine slows both alike. Read the
ratios and the differences; the times themselves say little about another machine.
"""

import importlib.util
import itertools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apps.sandbox import Limits, Mount, Outcome, Service, run

STARTS = 200
PAIRS = 9
REQUESTS = 1000
WORKERS = 2
JOBS = 4  # of each worker
ROUNDS = 7
PORT = 8000
# A pause for what goes on after a run: the kernel's clearing up, and the next launcher.
PAUSE_S = 0.02
LIMITS = Limits(wall_s=60, cpu_s=60, memory_mb=512)
PYTHON = (
    "/usr/bin/python3" if Path("/usr/bin/python3").exists() else os.path.realpath(sys.executable)
)
MOUNTS = () if PYTHON.startswith("/usr/") else (Mount(Path(sys.base_prefix), sys.base_prefix),)
NOTHING = [PYTHON, "-I", "-S", "-c", "pass"]
COMPUTING = [PYTHON, "-I", "-S", "-c", "sum(number * number for number in range(6_000_000))"]
ANSWERING = """
import socket
server = socket.create_server(("127.0.0.1", 8000), backlog=128)
while True:
    connection, _ = server.accept()
    connection.sendall(connection.recv(64))
    connection.close()
"""

type Timed = Callable[[], object]


def main() -> int:
    tier = run(["true"]).limit_tier
    sys.stdout.write(f"sandbox, limits by {tier}\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "in").mkdir()
        (folder / "in" / "model.txt").write_text("0.5\n" * 1000)
        starts(folder)
    computing()
    throughput()
    requests()
    return 0


def starts(folder: Path) -> None:
    ways: dict[str, Timed] = {
        "bare process": bare(NOTHING),
        "sandbox": inside(NOTHING),
        "sandbox, files in and out": inside(
            ["/bin/cp", "model.txt", "copy.txt"],
            directory=folder / "in",
            artifacts_to=folder / "out",
        ),
        **others(),
    }
    # Of a command of its own, so against that command.
    ways["bare cp"] = bare(["/bin/cp", str(folder / "in/model.txt"), str(folder / "copy.txt")])
    seconds = in_turns(ways, STARTS)
    for name in ways:
        base = "bare cp" if name == "sandbox, files in and out" else "bare process"
        if name not in {"bare process", "bare cp"}:
            over = statistics.median(
                one - other for one, other in zip(seconds[name], seconds[base], strict=True)
            )
            line(
                "start", name, f"{over * 1e3:+.1f} ms over the {base}", seconds[name], seconds[base]
            )


def computing() -> None:
    seconds = in_turns({"bare": bare(COMPUTING), "sandbox": inside(COMPUTING)}, PAIRS)
    line("computing", "sandbox", "", seconds["sandbox"], seconds["bare"])


def throughput() -> None:
    def with_workers(job: Timed) -> Timed:
        def work(_: int) -> None:
            for _ in range(JOBS):
                job()

        def all_workers() -> None:
            with ThreadPoolExecutor(WORKERS) as pool:
                list(pool.map(work, range(WORKERS)))

        return all_workers

    ways = {"bare": with_workers(bare(COMPUTING)), "sandbox": with_workers(inside(COMPUTING))}
    seconds = in_turns(ways, ROUNDS)
    share = statistics.median(seconds["bare"]) / statistics.median(seconds["sandbox"])
    sys.stdout.write(
        f"{f'{WORKERS} workers':<12}{'sandbox':<28}{share:>6.0%} of the bare throughput\n"
    )


def requests() -> None:
    """A new connection and one round trip, to the same server outside and inside."""
    command = [PYTHON, "-I", "-S", "-c", ANSWERING]
    with (
        subprocess.Popen(command) as outside,
        Service(command, limits=LIMITS, mounts=MOUNTS) as service,
    ):
        try:
            service.wait_until_listening(PORT, within_s=20)
            wait_for_host()
            ways = {
                "bare": lambda: ask(socket.create_connection(("127.0.0.1", PORT), timeout=5)),
                "service": lambda: ask(service.connect(PORT)),
            }
            seconds = in_turns(ways, REQUESTS, pause_s=0)
        finally:
            outside.kill()
    over = statistics.median(seconds["service"]) - statistics.median(seconds["bare"])
    note = f"{over * 1e3:+.3f} ms over a bare one"
    line("request", "service", note, seconds["service"], seconds["bare"])


def ask(connection: socket.socket) -> None:
    with connection:
        connection.sendall(b"ping")
        if connection.recv(64) != b"ping":
            raise SystemExit("The server gave no answer.")


def wait_for_host() -> None:
    for _ in itertools.repeat(None, 200):
        try:
            return ask(socket.create_connection(("127.0.0.1", PORT), timeout=5))
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"Port {PORT} of this machine is not free.")


def bare(command: Sequence[str]) -> Timed:
    return lambda: subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=True, env={}
    )


def inside(
    command: Sequence[str], *, directory: Path | None = None, artifacts_to: Path | None = None
) -> Timed:
    def timed() -> None:
        result = run(
            command,
            directory=directory,
            limits=LIMITS,
            mounts=MOUNTS,
            artifacts_to=artifacts_to,
        )
        if result.outcome is not Outcome.OK:
            raise SystemExit(f"The sandbox ended with {result.outcome}: {result.message}")

    return timed


def others() -> dict[str, Timed]:
    """How other judges isolate, where this machine lets us: for comparison only."""
    found: dict[str, Timed] = {}
    if os.geteuid() == 0 and shutil.which("unshare"):
        # isolate (IOI): root, namespaces, no filter of system calls.
        namespaces = ["--mount", "--pid", "--net", "--ipc", "--fork", "--mount-proc"]
        found["isolate-style (unshare)"] = bare(["unshare", *namespaces, *NOTHING])
    if importlib.util.find_spec("dmoj"):
        found["DMOJ (ptrace, seccomp)"] = traced
    return found


def traced() -> None:
    """``pip install dmoj`` brings it."""
    from dmoj.cptbox import IsolateTracer, TracedPopen  # noqa: PLC0415
    from dmoj.cptbox.filesystem_policies import RecursiveDir  # noqa: PLC0415

    process = TracedPopen(
        [argument.encode() for argument in NOTHING],
        executable=NOTHING[0].encode(),
        security=IsolateTracer(read_fs=[RecursiveDir("/")], write_fs=[RecursiveDir("/dev")]),
        time=60,
        memory=LIMITS.memory_mb * 1024,  # KiB
        stderr=subprocess.PIPE,
        env={},
    )
    process.communicate()


def in_turns(
    ways: Mapping[str, Timed], rounds: int, *, pause_s: float = PAUSE_S
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for timed in ways.values():  # warm
        timed()
    for _ in range(rounds):
        for name, timed in ways.items():
            if pause_s:
                time.sleep(pause_s)
            started = time.perf_counter()
            timed()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def line(what: str, name: str, note: str, seconds: Iterable[float], base: Iterable[float]) -> None:
    ratio = statistics.median(seconds) / statistics.median(base)
    sys.stdout.write(f"{what:<12}{name:<28}{ratio:>6.2f} times the bare one  {note}\n")


if __name__ == "__main__":
    sys.exit(main())
