"""``python -m apps.sandbox`` as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from apps.sandbox.__main__ import main
from tests.sandbox.test_self_test import LAYERS


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "apps.sandbox", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )


def test_run_prints_one_json_object(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("in")
    target = tmp_path / "target"
    shell = "cat in.txt; echo err >&2; echo out > out.txt; exit 4"

    done = call(
        "run", "--dir", str(tmp_path), "--artifacts-to", str(target), "--", "sh", "-c", shell
    )

    assert done.returncode == 0
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result) >= {
        "outcome",
        "exit_code",
        "signal",
        "wall_s",
        "cpu_s",
        "peak_memory_bytes",
        "stdout",
        "stderr",
        "stdout_cut",
        "stderr_cut",
        "backend",
        "limit_tier",
        "artifacts",
    }
    assert (result["outcome"], result["exit_code"]) == ("nonzero_exit", 4)
    assert (result["stdout"], result["stderr"]) == ("in", "err\n")
    assert {"path": "out.txt", "size": 4} in result["artifacts"]
    assert (target / "out.txt").read_text() == "out\n"


def test_run_takes_every_limit(tmp_path: Path) -> None:
    limits = ["--wall=5", "--cpu=4.5", "--memory=64", "--pids=8", "--disk=4", "--inodes=50"]
    shell = "head -c 3000 /dev/zero | tr '\\0' x"

    done = call("run", "--dir", str(tmp_path), *limits, "--output=1", "--", "sh", "-c", shell)

    result = json.loads(done.stdout)
    assert (result["outcome"], result["stdout_cut"]) == ("output_limit", True)
    assert result["stdout"] == "x" * 1024


def test_options_of_the_command_are_its_own(tmp_path: Path) -> None:
    done = call("run", "--dir", str(tmp_path), "--", "echo", "--dir", "--", "--wall")

    assert json.loads(done.stdout)["stdout"] == "--dir -- --wall\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", "--", "true"],
        ["run", "--dir", "/nowhere", "--", "true"],
        ["run", "--dir", "."],
        ["run", "--dir", ".", "--"],
        ["run", "--dir", ".", "--wall", "soon", "--", "true"],
        ["run", "--dir", ".", "--wall", "nan", "--", "true"],
        ["run", "--dir", ".", "--memory", "-1", "--", "true"],
        ["run", "--dir", ".", "--backend", "none", "--", "true"],
        ["walk"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 64
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose the user of jobs")
def test_no_sandbox_is_69(tmp_path: Path) -> None:
    done = call("run", "--dir", str(tmp_path), "--", "true", MILEPOST_SANDBOX_UID="0")

    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == (
        "MILEPOST_SANDBOX_UID must be the number of a user other than root; "
        "“unset MILEPOST_SANDBOX_UID” gives the usual one.\n"
    )


def test_doctor_prints_a_line_for_each_layer() -> None:
    done = call("doctor")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line[9:].split(":")[0] for line in lines][:19] == ["backend", *LAYERS, "tier"]
    assert "bad" not in {line.split()[0] for line in lines}


def test_doctor_names_a_way_to_exact_limits_that_this_machine_has() -> None:
    (line,) = (line for line in call("doctor").stdout.splitlines() if line[9:].startswith("tier:"))
    if "fallback" not in line:
        pytest.skip("the limits are exact already")

    version_2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    assert ("systemd-run" in line, "prepare" in line) == (version_2, not version_2)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose the user of jobs")
def test_doctor_fails_without_a_sandbox() -> None:
    done = call("doctor", MILEPOST_SANDBOX_UID="0")

    assert done.returncode == 1
    assert done.stdout.startswith("bad      backend: ")
