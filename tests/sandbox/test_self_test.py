"""The self-test passes in the sandbox, and every one of its findings is able to be bad."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from apps.sandbox import Limits, Mount, Outcome, Result, SandboxUnavailable
from apps.sandbox.model import Gateway
from apps.sandbox.self_test import Finding, examine

LAYERS = [
    "system calls",
    "processes",
    "descriptors",
    "environment",
    "host files",
    "read-only system",
    "privileges",
    "core file",
    "network",
    "gateway",
    "disk limit",
    "file limit",
    "process limit",
    "memory limit",
    "output limit",
    "time limit",
    "what is left",
]


def run_bare(
    command: Sequence[str], *, limits: Limits, mounts: Sequence[Mount], gateway: Gateway | None
) -> Result:
    """As an ordinary process of this machine, under a name that says so."""
    sources = {mount.target: str(mount.source) for mount in mounts}
    stdout = b""
    with tempfile.TemporaryDirectory() as folder, Path("/dev/null").open() as inherited:
        process = subprocess.Popen(
            [sources.get(part, part) for part in command],
            cwd=folder,
            stdout=subprocess.PIPE,
            env={**os.environ, "SECRET": "hidden"},
            pass_fds=[inherited.fileno()],
        )
        try:
            # A slow machine needs a moment until a program leaves something behind.
            stdout, _ = process.communicate(timeout=max(limits.wall_s, 3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            assert process.stdout
            process.stdout.close()
    return Result(
        outcome=Outcome.OK,
        exit_code=0,
        signal=None,
        wall_s=0,
        cpu_s=0,
        peak_memory_bytes=0,
        stdout=stdout.decode(),
        stderr="",
        stdout_cut=False,
        stderr_cut=False,
        backend="nothing",
        limit_tier="fallback",
    )


def test_sandbox_passes_its_self_test() -> None:
    report = examine()

    assert [finding for finding in report.findings if finding.state == "bad"] == []
    assert [finding.layer for finding in report.findings][:19] == ["backend", *LAYERS, "tier"]
    assert (report.passed, report.backend) == (True, "bubblewrap")
    assert report.tier in {"cgroup2", "cgroup1", "fallback"}


@pytest.fixture(scope="module")
def bare() -> dict[str, Finding]:
    """What is bad for a bare process, by layer. What outlived it is ended as the finding says."""
    report = examine(run_bare)
    assert not report.passed
    bad = {finding.layer: finding for finding in report.findings if finding.state == "bad"}
    command = bad["what is left"].mend.split()
    assert command[:3] == ["sudo", "kill", "-9"]
    for process in command[3:]:
        os.kill(int(process), signal.SIGKILL)
    return bad


def test_every_layer_is_bad_for_a_bare_process(bare: dict[str, Finding]) -> None:
    assert list(bare) == LAYERS
    assert [layer for layer, finding in bare.items() if not finding.mend] == []


GOT_THROUGH = {
    "processes": ["processes can be seen", "kill(-1)"],
    "environment": ["SECRET"],
    "host files": ["/secret", "/etc/shadow", "a socket in a folder"],
    "read-only system": ["/ is writable", "/usr is writable", "/proc/sys is writable"],
    "privileges": ["setuid programs", "CapBnd"],
    "network": ["port ", "an abstract socket"],
}


@pytest.mark.parametrize("layer", GOT_THROUGH)
def test_each_attempt_gets_through_for_a_bare_process(layer: str, bare: dict[str, Finding]) -> None:
    assert [part for part in GOT_THROUGH[layer] if part not in bare[layer].detail] == []


def test_each_system_call_gets_through_for_a_bare_process(bare: dict[str, Finding]) -> None:
    detail = bare["system calls"].detail.removesuffix(", AF_VSOCK")  # not in every kernel
    assert detail.count(",") == 20


def test_probe_that_says_nothing_is_no_proof() -> None:
    def run_nothing(command: Sequence[str], **options: object) -> Result:
        return run_bare(["true"], limits=Limits(wall_s=5), mounts=(), gateway=None)

    bad = [finding.layer for finding in examine(run_nothing).findings if finding.state == "bad"]

    assert bad == LAYERS[:-1]  # nothing was started, so nothing is left


def test_missing_sandbox_is_the_one_finding_with_its_command() -> None:
    def refuse(command: Sequence[str], **options: object) -> Result:
        raise SandboxUnavailable("This machine refuses it: run “sudo sysctl -w a=1”.")

    report = examine(refuse)

    sentence = "This machine refuses it: run “sudo sysctl -w a=1”."
    assert report.findings[1:] == (Finding("bad", "start", sentence, "sudo sysctl -w a=1"),)
    assert (report.passed, report.backend, report.tier) == (False, "", "")


def test_line_says_the_command_once() -> None:
    quoted = Finding("bad", "start", "Run “make it so”.", "make it so")
    apart = Finding("bad", "network", "got through: a route", "make it so")

    assert quoted.line() == "bad      start: Run “make it so”."
    assert apart.line() == "bad      network: got through: a route → “make it so”"
