"""Whether a learner's tests notice mutants of the learner's code, in the real sandbox."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from apps.checks import tests_notice
from apps.checks.check import CheckConfig
from apps.checks.errors import Cancelled
from apps.checks.manifest import Manifest
from apps.checks.projects import PROJECTS
from apps.checks.results import Test
from apps.checks.server import OUTPUTS
from apps.checks.session import RepositorySession
from apps.checks.stages import check_own_tests
from apps.sandbox import Limits
from tests.checks.environments import prepared

PROJECT = PROJECTS["house-price-prediction"]
LIMITS = Limits(wall_s=20, cpu_s=20, memory_mb=256, pids=32, disk_mb=16)

PRICES = """
def bracket(price):
    if price < 100 or price == 7:
        return "cheap"
    return "dear"


def mean_price(prices):
    return sum(prices) / len(prices)


def discounted(price, share):
    return price - price * share
"""
THOROUGH = """
from prices import bracket, discounted, mean_price


def test_brackets():
    assert [bracket(price) for price in (7, 99, 100)] == ["cheap", "cheap", "dear"]


def test_numbers():
    assert mean_price([1, 2, 6]) == 3
    assert discounted(200, 0.25) == 150
"""
ASSERTS_NOTHING = """
from prices import bracket, discounted, mean_price


def test_all():
    bracket(7), mean_price([1, 2, 6]), discounted(200, 0.25)
"""

type OpenSession = Callable[[Mapping[str, str]], RepositorySession]


@pytest.fixture
def open_session(tmp_path: Path, check_config: CheckConfig) -> OpenSession:
    """A session on these files, whose test command is pytest."""

    def opened(files: Mapping[str, str]) -> RepositorySession:
        root = tmp_path / "repository"
        (root / OUTPUTS).mkdir(parents=True)
        for name, text in files.items():
            (root / name).write_text(text, encoding="utf-8")
        told: list[str] = []
        return RepositorySession(
            project=dataclasses.replace(PROJECT, limits={"test": LIMITS}),
            manifest=Manifest(
                slug=PROJECT.slug,
                token="",
                python=None,
                commands={"test": "python -m pytest -q -p no:cacheprovider"},
            ),
            environment=prepared("pytest", store=check_config.environments),
            root=root,
            folder=tmp_path,
            seed=bytes(32),
            on_output=told.append,
            on_test=lambda test: None,
            cancelled=lambda: False,
        )

    return opened


def judged(session: RepositorySession) -> Test:
    own_tests = check_own_tests(session)
    return tests_notice.check_tests_notice(session, own_tests=own_tests)


def noticed(test: Test) -> list[bool]:
    mutants = test.evidence["mutants"]
    assert isinstance(mutants, list)
    return [mutant["noticed"] is True for mutant in mutants if isinstance(mutant, dict)]


def test_tests_that_compare_results_notice_every_mutant(open_session: OpenSession) -> None:
    test = judged(open_session({"prices.py": PRICES, "test_prices.py": THOROUGH}))
    assert (test.status, test.score) == ("passed", test.max_score)
    assert test.output == (
        "The checker broke your code in 5 places, one at a time. Your tests noticed 5 of 5."
    )
    assert noticed(test) == [True] * 5


def test_tests_that_assert_nothing_are_told_where_to_begin(open_session: OpenSession) -> None:
    test = judged(open_session({"prices.py": PRICES, "test_prices.py": ASSERTS_NOTHING}))
    assert (test.status, test.score) == ("failed", 0)
    assert test.output.endswith("Your tests noticed 0 of 5. At least half are needed.")
    first = test.evidence["mutants"][0]  # type: ignore[index]
    assert isinstance(first, dict)
    assert first["file"] == "prices.py"
    assert test.hint.startswith(
        f"Begin with prices.py, line {first['line']}: your tests pass with “{first['before']}” "
        f"and with “{first['after']}” alike. Add a test that asserts "
    )
    line = PRICES.splitlines()[int(str(first["line"])) - 1]
    assert line.strip() == first["before"]


def _four_functions(seen: Iterable[int]) -> dict[str, str]:
    """With one place each to break; the tests look at those that are ``seen``."""
    code = "".join(f"def f{n}(a, b, found):\n    found.append(a < b)\n\n\n" for n in range(4))
    looks = "".join(f"    f{n}(1, 2, found)\n" for n in seen)
    tests = f"from prices import *\ndef test_all():\n    found = []\n{looks}    assert all(found)"
    return {"prices.py": code, "test_it.py": tests}


@pytest.mark.parametrize(("survivors", "status"), [(2, "passed"), (3, "failed")])
def test_half_of_the_mutants_must_be_noticed(
    open_session: OpenSession, survivors: int, status: str
) -> None:
    test = judged(open_session(_four_functions(range(survivors, 4))))
    assert (noticed(test).count(False), test.status) == (survivors, status)


def test_mutant_keeps_the_mode_of_its_file(open_session: OpenSession) -> None:
    runs_it = ASSERTS_NOTHING + '    assert os.access("prices.py", os.X_OK)\n'
    session = open_session({"prices.py": PRICES, "test_prices.py": f"import os\n{runs_it}"})
    (session.root / "prices.py").chmod(0o755)
    assert noticed(judged(session)) == [False] * 5


def test_repository_stays_as_it_was(open_session: OpenSession) -> None:
    session = open_session({"prices.py": PRICES, "test_prices.py": THOROUGH})
    before = {path: path.read_bytes() for path in session.root.rglob("*.py")}
    judged(session)
    assert {path: path.read_bytes() for path in session.root.rglob("*.py")} == before
    assert [run.command for run in session.runs] == ["test"]
    copy = session.folder / "mutant-5"  # behind the five that are broken
    assert {copy / path.relative_to(session.root): text for path, text in before.items()} == {
        path: path.read_bytes() for path in copy.rglob("*.py")
    }


def test_mutant_that_never_ends_is_noticed(open_session: OpenSession) -> None:
    counts = "def count(n):\n    while n > 0:\n        n -= 2\n    return [n]\n"
    tests = "from counts import count\n\n\ndef test_count():\n    count(4)\n"
    session = open_session({"counts.py": counts, "test_counts.py": tests})
    limits = dataclasses.replace(LIMITS, wall_s=8)
    session.project = dataclasses.replace(session.project, limits={"test": limits})
    test = judged(session)
    endless = [
        mutant["noticed"]
        for mutant in test.evidence["mutants"]  # type: ignore[union-attr]
        if isinstance(mutant, dict) and "+=" in str(mutant["after"])
    ]
    assert endless == [True]


@pytest.mark.parametrize(
    ("tests", "status", "said"),
    [(THOROUGH, "passed", "3 of 3"), (ASSERTS_NOTHING, "failed", "0 of 3")],
)
def test_when_the_time_is_used_up_only_what_decides_is_run(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch, tests: str, status: str, said: str
) -> None:
    monkeypatch.setattr(tests_notice, "BUDGET_S", 0.01)
    test = judged(open_session({"prices.py": PRICES, "test_prices.py": tests}))
    assert test.output.startswith(
        f"The checker broke your code in 3 places, one at a time. Your tests noticed {said}. "
        "No more fit into 0.01 s of processor time."
    )
    assert test.status == status


@pytest.mark.parametrize("budget", [0.01, 40])
@pytest.mark.parametrize("seen", [{0}, {0, 1}, {0, 3}, {2, 3}])
def test_verdict_is_the_same_whatever_the_machine_makes_of_the_time(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch, budget: float, seen: set[int]
) -> None:
    monkeypatch.setattr(tests_notice, "BUDGET_S", budget)
    test = judged(open_session(_four_functions(seen)))
    assert test.status == ("passed" if len(seen) >= 2 else "failed")


def test_time_in_which_nothing_is_computed_is_not_counted(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that is busy with others: the same places are tried."""
    monkeypatch.setattr(tests_notice, "BUDGET_S", 8)
    waits = "import time\n\ntime.sleep(2)\n" + THOROUGH
    test = judged(open_session({"prices.py": PRICES, "test_prices.py": waits}))
    assert noticed(test) == [True] * 5


def test_tests_that_fail_after_the_first_run_do_not_pass(open_session: OpenSession) -> None:
    moody = THOROUGH + '\n\ndef test_mood():\n    assert open("mood").read() == "good"\n'
    session = open_session({"prices.py": PRICES, "test_prices.py": moody, "mood": "good"})
    own_tests = check_own_tests(session)
    assert own_tests.status == "passed"
    (session.root / "mood").write_text("bad")
    test = tests_notice.check_tests_notice(session, own_tests=own_tests)
    assert test.status == "failed"
    assert noticed(test) == [True] * 5
    assert "But run once more on your code as it is, they failed, too." in test.output
    assert "test_mood" in test.log


def test_failing_tests_are_not_judged(open_session: OpenSession) -> None:
    failing = THOROUGH.replace("150", "151")
    test = judged(open_session({"prices.py": PRICES, "test_prices.py": failing}))
    assert test.not_run_because == "Your tests must pass on the code as it is first."


def test_nothing_to_break_is_told_with_what_to_change(open_session: OpenSession) -> None:
    test = judged(open_session({"test_nothing.py": "def test_nothing():\n    assert 1 < 2\n"}))
    assert test.status == "failed"
    assert "found no place to break" in test.output
    assert "functions in .py files" in test.hint


def test_cancelling_ends_it(open_session: OpenSession) -> None:
    session = open_session({"prices.py": PRICES, "test_prices.py": THOROUGH})
    own_tests = check_own_tests(session)
    session.cancelled = lambda: True
    with pytest.raises(Cancelled):
        tests_notice.check_tests_notice(session, own_tests=own_tests)


def test_each_mutant_is_told_as_it_goes_and_not_what_it_prints(open_session: OpenSession) -> None:
    loud = PRICES + "\n\nprint('loud')\n"
    session = open_session({"prices.py": loud, "test_prices.py": THOROUGH})
    told: list[str] = []
    own_tests = check_own_tests(session)
    session.on_output = told.append
    tests_notice.check_tests_notice(session, own_tests=own_tests)
    assert len(told) == 5
    assert all(line.startswith("prices.py:") and line.endswith(": noticed\n") for line in told)
