"""Repositories that misbehave, through the whole check: each ends within its limits, in a sentence.

They need no package but pytest; the limits are a learner's, made smaller so that the tests are
quick.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest

from apps.checks.check import CheckConfig, Request, announced_checks, check_repository
from apps.checks.projects import PROJECTS
from apps.checks.results import CheckResult, Outcome, Test
from apps.checks.source import Folder
from apps.sandbox import Limits

PROJECT = PROJECTS["house-price-prediction"]
SMALL = Limits(wall_s=8, cpu_s=6, memory_mb=128, pids=16, disk_mb=16, output_kb=64)
MANIFEST = """
[project]
slug = "house-price-prediction"
token = "mp_abcdefghjkmnpqrstuvwxyz234567892"
[commands]
train = "python train.py {data} {model}"
predict = "python predict.py {model} {input} {output}"
explain = "python predict.py {model} {input} {output}"
test = "python -m pytest -q"
"""
TRAINS = "import pathlib, sys; pathlib.Path(sys.argv[2]).write_text('model')"
# Answers with the price that EXPRESSION gives for each row; `rows` can be cut, `out` replaced.
PREDICTS = """
import csv, os, sys
rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8", errors="replace")))
out = sys.argv[3]
{before}
with open(out, "w") as file:
    print("id,price", file=file)
    for row in rows:
        print(row["id"], {price}, sep=",", file=file)
"""


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir()
    base = {
        "milepost.toml": MANIFEST,
        "train.py": TRAINS,
        "predict.py": PREDICTS.format(before="", price="200000"),
        "test_nothing.py": "def test_nothing():\n    pass\n",
    }
    for name, text in {**base, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def check(folder: Path, config: CheckConfig) -> CheckResult:
    limits = dict.fromkeys(PROJECT.limits, SMALL)
    return check_repository(
        Request(
            project=dataclasses.replace(PROJECT, limits=limits),
            source=Folder(folder),
            seed=bytes(32),
        ),
        config=config,
    )


def named(result: CheckResult, name: str) -> Test:
    return next(test for test in result.tests if test.name == name)


@pytest.mark.parametrize(
    ("train", "outcome"),
    [
        ("while True: pass", Outcome.TIMEOUT),
        ("import time; time.sleep(10_000)", Outcome.TIMEOUT),
        ("import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(99)", Outcome.TIMEOUT),
        ("import os\nwhile True:\n  os.fork()", Outcome.PROCESS_LIMIT),
        ("held = []\nwhile True: held.append(bytearray(1 << 20))", Outcome.OUT_OF_MEMORY),
        ("file = open('big', 'wb')\nwhile True: file.write(bytes(1 << 20))", Outcome.DISK_LIMIT),
        ("while True: print('x' * 10_000)", Outcome.OUTPUT_LIMIT),
    ],
    ids=["spins", "sleeps", "ignores signals", "forks", "memory", "disk", "prints"],
)
def test_training_beyond_a_limit_ends_with_its_outcome(
    tmp_path: Path, check_config: CheckConfig, train: str, outcome: Outcome
) -> None:
    result = check(repository(tmp_path / "r", {"train.py": train}), check_config)
    assert result.outcome is outcome, result.output
    assert result.attempt_charged
    gap = named(result, "gap_closed")
    assert gap.output.startswith("The train command was stopped: the program")
    assert gap.hint.split()[0] in {"Make", "Hold", "Print", "Write", "Start"}
    assert not named(result, "reproducible").ran


def test_checks_that_wait_for_a_failed_one_are_told_apart(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    result = check(repository(tmp_path / "r", {"train.py": "exit(3)"}), check_config)
    # The README is missing, the tests test nothing, the training fails; four behaviour checks and
    # reproducibility wait.
    assert result.output == (
        "3 checks are left to mend, first: the README tells a stranger what they need. "
        "5 more could not run."
    )


def test_missing_module_is_named_in_the_hint(tmp_path: Path, check_config: CheckConfig) -> None:
    result = check(repository(tmp_path / "r", {"train.py": "import nowhere"}), check_config)
    assert named(result, "gap_closed").hint.startswith("If nowhere comes from a package, add")


def test_missing_dependency_file_is_told(tmp_path: Path, check_config: CheckConfig) -> None:
    folder = repository(tmp_path / "r", {"train.py": "import nowhere"})
    (folder / "requirements.txt").unlink(missing_ok=True)
    told = named(check(folder, check_config), "environment").output
    assert told.startswith("There is no requirements.txt, pyproject.toml or uv.lock, so pytest")


def test_link_in_place_of_the_model_is_told(tmp_path: Path, check_config: CheckConfig) -> None:
    train = "import os, sys\nos.symlink('/etc/passwd', sys.argv[-1])\n"
    gap = named(check(repository(tmp_path / "r", {"train.py": train}), check_config), "gap_closed")
    assert "a symbolic link" in gap.output
    assert gap.hint.startswith("Write an ordinary file to the path")


def test_own_tests_that_print_nothing_do_not_pass(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    ends_at_once = {"conftest.py": "import os\nos._exit(0)\n"}
    result = check(repository(tmp_path / "r", ends_at_once), check_config)
    own_tests = named(result, "own_tests")
    assert own_tests.status == "failed"
    assert "printed nothing" in own_tests.output


@pytest.mark.parametrize(
    ("before", "price"),
    [
        ("", "'nan'"),
        ("", "'inf'"),
        ("", "-5"),
        ("", "'a lot'"),
        ("rows = rows[:10]", "200000"),
        ("rows = rows + rows", "200000"),
        ("rows = []", "200000"),
        ("os.symlink('/etc/passwd', out); out = '/dev/null'", "200000"),
        ("os.mkfifo(out); out = '/dev/null'", "200000"),
        ("open(out, 'wb').write(b'\\xff' * 100_000); out = '/dev/null'", "200000"),
        ("", "'9' * 1_000"),
        ("os.chmod('.milepost', 0); out = '/dev/null'", "200000"),
        (
            "os.mkdir(out); [os.symlink('x', f'{out}/{n:0>100}') for n in range(99)]\n"
            "out = '/dev/null'",
            "200000",
        ),
    ],
    ids=[
        "nan",
        "infinite",
        "negative",
        "words",
        "too few",
        "twice",
        "none",
        "symlink",
        "fifo",
        "binary",
        "endless number",
        "closed folder",
        "many links",
    ],
)
def test_unusable_predictions_fail_with_a_sentence(
    tmp_path: Path, check_config: CheckConfig, before: str, price: str
) -> None:
    files = {"predict.py": PREDICTS.format(before=before, price=price)}
    result = check(repository(tmp_path / "r", files), check_config)
    assert result.outcome is Outcome.FAILED, result.output
    gap = named(result, "gap_closed")
    assert (gap.status, gap.ran) == ("failed", True)
    assert 20 < len(gap.output) < 600
    assert "Traceback" not in gap.output


def test_forged_scores_change_nothing(tmp_path: Path, check_config: CheckConfig) -> None:
    """Whatever a program says of itself is output, never a verdict."""
    train = TRAINS + '\nprint(\'{"outcome": "passed", "score": 100}\'); sys.exit(0)'
    forged = {"train.py": train, "results.json": '{"score": 100, "tests": []}'}
    result = check(repository(tmp_path / "r", forged), check_config)
    assert result.outcome is Outcome.FAILED
    assert named(result, "gap_closed").status == "failed"


def test_failing_own_tests_are_shown_with_their_log(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    files = {"test_nothing.py": "def test_sum():\n    assert 1 + 1 == 3\n"}
    test = named(check(repository(tmp_path / "r", files), check_config), "own_tests")
    assert test.status == "failed"
    assert "assert (1 + 1) == 3" in test.log or "assert 1 + 1 == 3" in test.log


def test_repository_without_tests_fails_own_tests(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    folder = repository(tmp_path / "r", {})
    (folder / "test_nothing.py").unlink()
    test = named(check(folder, check_config), "own_tests")
    assert (test.status, test.output) == ("failed", "No tests were found.")


def test_unusable_manifest_ends_before_anything_runs(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    result = check(repository(tmp_path / "r", {"milepost.toml": "[project"}), check_config)
    assert result.outcome is Outcome.INVALID_SUBMISSION
    assert not result.attempt_charged
    first, *rest = result.tests
    assert (first.name, first.output) == ("repository", result.output)
    assert all(test.not_run_because for test in rest)


def test_foreign_token_is_refused(tmp_path: Path, check_config: CheckConfig) -> None:
    request = Request(
        project=PROJECT,
        source=Folder(repository(tmp_path / "r", {})),
        seed=bytes(32),
        token="mp_" + "z" * 32,
    )
    result = check_repository(request, config=check_config)
    assert (result.outcome, result.code) == (Outcome.INVALID_SUBMISSION, "foreign_token")


def test_check_cancelled_at_once_is_not_charged(tmp_path: Path, check_config: CheckConfig) -> None:
    request = Request(
        project=PROJECT, source=Folder(repository(tmp_path / "r", {})), seed=bytes(32)
    )
    result = check_repository(request, config=check_config, cancelled=lambda: True)
    assert (result.outcome, result.attempt_charged) == (Outcome.CANCELLED, False)
    assert len(result.tests) == len(announced_checks(PROJECT))
