"""Process 1 of the guest: sets the machine up, runs the tests in each situation, switches it off.

What it finds goes to the second serial port, a JSON object on each line: see ``examine_all``. All
else, the kernel's messages and pytest's output, goes to the first, the console.
"""

import ctypes
import fcntl
import json
import os
import resource
import socket
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from apps.sandbox import cgroups

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CGROUPS = Path("/sys/fs/cgroup")
REPORT = Path("/dev/ttyS1")
SWAP = Path("/swap")
SWAP_BYTES = 1 << 30
WORKER = 1000  # the ordinary user; see image.py
PYTEST = (
    *("-m", "pytest", "-q", "-ra", "--durations=5", "-p", "no:cacheprovider"),
    # Without the site's settings, services and conftest.py: the sandbox needs none of them.
    *("-o", "addopts=", "--import-mode=importlib", "--confcutdir=tests/sandbox"),
)
# Settings that forbid user namespaces, with the value that does.
SETTINGS = {
    "kernel/unprivileged_userns_clone": "0",
    "kernel/apparmor_restrict_unprivileged_userns": "1",
    "user/max_user_namespaces": "0",
}
_MOUNTS = (
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("securityfs", "/sys/kernel/security"),
    ("cgroup2", str(CGROUPS)),
    ("devtmpfs", "/dev"),
    ("devpts", "/dev/pts"),
    ("tmpfs", "/dev/shm"),
    ("tmpfs", "/tmp"),
)
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _IFF_UP = 0x8913, 0x8914, 0x8916, 1
_OPEN_FILES = 65536  # as systemd has it; the kernel's own is 4096
_RESTART = 0x1234567  # QEMU is told to end instead


@dataclass(frozen=True)
class Situation:
    """Where the process that starts jobs stands. ``enter`` brings it there, from root."""

    name: str
    tier: str
    enter: Callable[[], None]
    tests: Sequence[str]  # where the command line names none


def root() -> None:
    """A worker that root starts in the kernel's own root group."""


def prepared() -> None:
    """Root prepares the user's folder in the process that then starts the workers."""
    _prepare()
    _become_worker()


def delegated() -> None:
    """A service of systemd with ``User=`` and ``Delegate=yes``, which prepares itself."""
    _enter(_delegate())
    _prepare()


def delegated_subgroup() -> None:
    """The same with ``DelegateSubgroup=main``."""
    unprepared_subgroup()
    _prepare()


def unprepared_subgroup() -> None:
    """The same, but it never prepares itself."""
    main = _delegate() / "main"
    main.mkdir()
    os.chown(main / "cgroup.procs", WORKER, WORKER)
    _enter(main)


def undelegated() -> None:
    """A user whom nobody has given control groups."""
    _become_worker()


_ALL_BUT_LAYERS = ("tests/sandbox", "--ignore=tests/sandbox/test_layers.py")
_SOME = ("tests/sandbox/test_cgroups.py", "tests/sandbox/test_launchers.py")
SITUATIONS = (
    Situation("root", "cgroup2", root, ["tests/sandbox"]),
    Situation("prepared by root", "cgroup2", prepared, _ALL_BUT_LAYERS),
    Situation("delegated", "cgroup2", delegated, _ALL_BUT_LAYERS),
    Situation("delegated subgroup", "cgroup2", delegated_subgroup, _SOME),
    Situation("subgroup not prepared", "fallback", unprepared_subgroup, _SOME),
    Situation("not delegated", "fallback", undelegated, _ALL_BUT_LAYERS),
)


def _delegate() -> Path:
    slice_ = CGROUPS / "system.slice"
    service = slice_ / f"milepost-{os.getpid()}.service"
    service.mkdir(parents=True)
    for folder in (CGROUPS, slice_):
        (folder / "cgroup.subtree_control").write_text("+memory +pids")
    os.chown(service, WORKER, WORKER)
    for name in Path("/sys/kernel/cgroup/delegate").read_text().split():
        if (service / name).exists():
            os.chown(service / name, WORKER, WORKER)
    return service


def _enter(folder: Path) -> None:
    (folder / "cgroup.procs").write_text("0")
    _become_worker()


def _prepare() -> None:
    tier = cgroups.prepare(WORKER, WORKER)
    if tier != "cgroup2":
        raise OSError(f"prepared {tier}")


def _become_worker() -> None:
    os.setgroups([])
    os.setgid(WORKER)
    os.setuid(WORKER)


def main() -> None:
    worker = os.fork()
    if worker == 0:
        try:
            examine_all([unquote(argument) for argument in sys.argv[1:]])
        except BaseException:  # or the machine would go on without end
            traceback.print_exc()
        os._exit(0)
    while os.wait()[0] != worker:  # process 1 inherits every orphan
        pass
    ctypes.CDLL(None).reboot(_RESTART)


def examine_all(arguments: Sequence[str]) -> None:
    """Reports the machine, each situation, the forbidding settings, and that this was all."""
    _set_up()
    _report(machine=_machine())
    for situation in SITUATIONS:
        _report(situation=_examine(situation, arguments))
    _report(forbidden={name: _forbid(name) for name in SETTINGS if _setting(name).exists()})
    _report(complete=True)


def _set_up() -> None:
    os.environ |= {"PATH": "/usr/sbin:/usr/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.chdir(CHECKOUT)
    for kind, target in _MOUNTS:
        Path(target).mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", kind, kind, target], check=True)
    # Without swap, a limit of it would show nothing.
    with SWAP.open("wb") as file:
        SWAP.chmod(0o600)
        os.posix_fallocate(file.fileno(), 0, SWAP_BYTES)
    for program in ("mkswap", "swapon"):
        subprocess.run([program, SWAP], check=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack_from("H", fcntl.ioctl(control, _SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
        # An address that a job must not reach (of documentation, RFC 5737): a host has some.
        address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, bytes([192, 0, 2, 1]))
        fcntl.ioctl(control, _SIOCSIFADDR, address)


def _machine() -> dict[str, Any]:
    settings = {name: _setting(name) for name in SETTINGS}
    return {
        "kernel": os.uname().release,
        "python": sys.version.split()[0],
        "controllers": (CGROUPS / "cgroup.controllers").read_text().strip(),
        "security": Path("/sys/kernel/security/lsm").read_text(),
        "settings": {
            name: path.read_text().strip() if path.exists() else "absent"
            for name, path in settings.items()
        },
    }


def _setting(name: str) -> Path:
    return Path("/proc/sys", name)


def _examine(situation: Situation, arguments: Sequence[str]) -> dict[str, Any]:
    print(f"\n===== {situation.name}", flush=True)
    started = time.monotonic()
    results = Path("/tmp/results.xml")
    results.write_text("")
    results.chmod(0o666)
    tests = _start(
        situation, *PYTEST, f"--junitxml={results}", *(arguments or situation.tests)
    ).wait()
    figures = _start(situation, "-m", "tests.guest.figures", stdout=subprocess.PIPE)
    lines = figures.communicate()[0].splitlines()
    return {
        "name": situation.name,
        "expected tier": situation.tier,
        "exit codes": [tests, figures.returncode],
        "tests": _counts(results),
        "figures": [json.loads(line) for line in lines],
        "seconds": round(time.monotonic() - started),
    }


def _start(situation: Situation, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    # We have no threads, so the child may run more than the few calls that are safe elsewhere.
    return subprocess.Popen(
        [sys.executable, *arguments],
        preexec_fn=situation.enter,  # noqa: PLW1509
        **options,
    )


def _counts(results: Path) -> dict[str, list[str]]:
    """The names of the tests by what became of them."""
    found: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    text = results.read_text()
    for case in ElementTree.fromstring(text).iter("testcase") if text else ():
        kinds = {child.tag for child in case}
        state = "failed" if kinds & {"failure", "error"} else "passed"
        state = "skipped" if "skipped" in kinds else state
        found[state].append(f"{case.get('classname')}.{case.get('name')}")
    return found


def _forbid(name: str) -> dict[str, Any]:
    """What the doctor says to the ordinary user while this setting forbids user namespaces."""
    path = _setting(name)
    before = path.read_text()
    path.write_text(SETTINGS[name])
    try:
        doctor = _start(SITUATIONS[-1], "-m", "apps.sandbox", "doctor", stdout=subprocess.PIPE)
        told = doctor.communicate()[0].decode()
    finally:
        path.write_text(before)
    return {"exit code": doctor.returncode, "told": told.splitlines()[-1:]}


def _report(**found: Any) -> None:
    with REPORT.open("w") as port:
        port.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
