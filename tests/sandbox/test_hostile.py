"""Each hostile program is contained, the outcome says how, and nothing of it is left."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.sandbox import Limits, Mount, Result
from tests.sandbox.cases.case import SMALL, Case
from tests.sandbox.cases.files import FILES
from tests.sandbox.cases.kernel import KERNEL
from tests.sandbox.cases.memory import MEMORY
from tests.sandbox.cases.network import NETWORK
from tests.sandbox.cases.output import OUTPUT
from tests.sandbox.cases.processes import PROCESSES
from tests.sandbox.conftest import HOSTILE, another_job, run_with_python
from tests.sandbox.host import Host, open_host

CASES = [*PROCESSES, *MEMORY, *FILES, *NETWORK, *KERNEL, *OUTPUT]
# Run by tests of their own; "attempt" and "neighbour" are no attacks.
ELSEWHERE = {"attempt", "neighbour", "greedy", "files.odd_artifacts"}


@pytest.fixture
def host(nothing_left: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_host(folder) as opened:
            yield opened
            opened.check_untouched()


def run_hostile(
    token: str, program: str, *arguments: str, host: Host, limits: Limits = SMALL
) -> Result:
    return run_with_python(
        ["-m", program, *arguments],
        token=token,
        limits=limits,
        directory=HOSTILE,
        mounts=[Mount(host.lent, "/lent")],
        artifact_paths=["out"],
    )


def _marked(case: Case) -> object:
    foreign = case.program == "kernel.foreign_calls" and os.uname().machine != "x86_64"
    marks = [pytest.mark.skip(reason="only x86_64 has a 32-bit entry")] if foreign else []
    return pytest.param(case, id=case.program, marks=marks)


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_hostile_program_is_contained(case: Case, nothing_left: str, host: Host) -> None:
    arguments = [getattr(host, name) for name in case.arguments]
    with contextlib.ExitStack() as beside:
        if case.beside_another_job:
            beside.enter_context(another_job(nothing_left, "neighbour"))
        result = run_hostile(nothing_left, case.program, *arguments, host=host, limits=case.limits)

    if result.limit_tier == "fallback" and case.lacks_in_fallback:
        pytest.xfail(case.lacks_in_fallback)
    assert "ESCAPED" not in result.stdout + result.stderr
    said = result.stdout, result.stderr
    assert (result.outcome, result.message) == case.expected(result.limit_tier), said
    lines = case.expected_lines(result.limit_tier)
    assert lines is None or result.stdout.removesuffix("\n") == "\n".join(lines), said
    assert tuple(artifact.path for artifact in result.artifacts) == case.artifacts
    assert result.refused == case.refused


def test_every_hostile_program_has_a_case() -> None:
    programs = {
        ".".join(path.relative_to(HOSTILE).with_suffix("").parts) for path in HOSTILE.rglob("*.py")
    }

    assert sorted(case.program for case in CASES) == sorted(programs - ELSEWHERE)
