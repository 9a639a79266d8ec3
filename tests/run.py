"""What ``make test`` and ``make check`` run, once the environment is there.

``make check`` is for before each commit and leaves out what is slow: the tests with that mark, and
the sandbox's as root. CI runs them (``make check ARGS=--slow``), and so does ``make test``.
Which these are, and why: docs/decisions/0014-slow-tests.md.

Started by root, the tests run as the user of the checks worker, with the control groups that root
prepares for it, so that what they show is what a worker does. ``tests/root`` needs root itself.
"""

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from roadmap_site.run.home import StartError, identities
from roadmap_site.run.identity import make_folder, named_command_as
from roadmap_site.run.sandbox import prepare_limits

ROOT = Path(__file__).resolve().parent.parent
NEEDS_ROOT = "tests/root"
# A process runs each of these, and one more all else.
GROUPS = (
    ("tests/journey", "tests/curriculum", "tests/roadmap_site"),
    ("tests/sandbox", "tests/quizzes", "tests/submissions"),
    ("tests/checks/projects", "tests/accounts"),
)
# The sandbox is shown to hold whoever starts it.
ALSO_AS_ROOT = "tests/sandbox"
# Those of every page lie in MILEPOST_HOME/screenshots; these few, and the verdicts of each project,
# are kept with the documentation.
PICTURED = (
    "landing",
    "home-failed",
    "road-moved",
    "lesson-formulas",
    "question-marked",
    "live",
    "exercise-failed",
    "review-commented",
    "cohort",
)
PYTHON_FOLDERS = ("apps", "roadmap_site", "tests", "deploy", "benchmarks", "fixtures", "manage.py")
# Enough for settings.py to start in production; ``check --deploy`` judges the rest.
PRODUCTION = {
    "MILEPOST_ENV": "production",
    "MILEPOST_SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "MILEPOST_DATA_SECRET": "d" * 32,
    "MILEPOST_HOSTS": "milepost.example.org",
}


def main(arguments: Sequence[str]) -> int:
    os.chdir(ROOT)
    whole: dict[tuple[str, ...], Callable[[], int]] = {
        ("--check",): lambda: check(slow=False),
        ("--check", "--slow"): lambda: check(slow=True),
        ("--screenshots",): take_screenshots,
        ("--verify",): verify,
    }
    try:
        return whole.get(tuple(arguments), lambda: run_tests(arguments))()
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def check(*, slow: bool) -> int:
    named = checks()
    sys.stderr.write(f"{', '.join(name for name, *_ in named)} …\n")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ended = list(pool.map(_run_check, named))
    complaints = [one for one in ended if one]
    if complaints:
        sys.stderr.write("\n".join(complaints))
        return 1
    code = run_tests([], slow=slow)
    if not slow:
        sys.stderr.write("Not run, as they are slow: what make check ARGS=--slow adds.\n")
    return code


def checks() -> list[tuple[str, list[str], Mapping[str, str]]]:
    python = sys.executable
    tool = str(Path(python).parent)
    manage = [python, "manage.py"]
    return [
        ("Format", [f"{tool}/ruff", "format", "--check", "--quiet", *PYTHON_FOLDERS], {}),
        ("Lint", [f"{tool}/ruff", "check", "--quiet", *PYTHON_FOLDERS], {}),
        ("Templates", [f"{tool}/djlint", "--lint", "--quiet", "templates"], {}),
        ("Types", [f"{tool}/mypy", "--no-error-summary"], {}),
        ("Import contracts", [f"{tool}/lint-imports", "--no-logo"], {"PYTHONPATH": str(ROOT)}),
        ("Migrations", [*manage, "makemigrations", "--check", "--dry-run", "--verbosity=0"], {}),
        ("Content", [*manage, "load_curriculum", "--check"], {}),
        ("Deployment settings", [*manage, "check", "--deploy", "--fail-level=WARNING"], PRODUCTION),
    ]


def _run_check(named: tuple[str, list[str], Mapping[str, str]]) -> str:
    """What it complains of; empty: nothing."""
    name, command, variables = named
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return f"{done.stdout}{name} found something to mend.\n" if done.returncode else ""


def take_screenshots() -> int:
    """The journey's pictures of the main pages, wide and light, and narrow and dark."""
    os.environ["MILEPOST_SCREENSHOTS"] = str(_home() / "screenshots")
    code = run_tests(["tests/journey"])
    slugs = sorted(path.name for path in (ROOT / "tests/projects").iterdir())
    verdicts = [f"{slug}-{word}" for slug in slugs for word in ("passed", "failed")]
    for page in (*PICTURED, *verdicts) if code == 0 else ():
        for variant in ("1280-light", "390-dark"):
            shutil.copy(
                _home() / "screenshots" / f"{page}-{variant}.png", ROOT / "docs/screenshots"
            )
    return code


def verify() -> int:
    """Every sample of the units that changed since docs/checkers.md was written, and that anew.

    Also where a sample fails: the document then says what is missing.
    """
    os.environ.setdefault("MILEPOST_TEST_SEEDS", "5")
    code = run_tests(["tests/checks/test_verdicts.py"])
    kept = _home() / "test-cache" / "verified.jsonl"
    command = [sys.executable, "-m", "tests.checks.verified", str(kept)]
    return subprocess.run(command, check=False).returncode or code


def _home() -> Path:
    return Path(os.environ.get("MILEPOST_HOME") or ROOT / "var")


def run_tests(arguments: Sequence[str], *, slow: bool = True) -> int:
    """Those that the arguments name to pytest; without any, all, or all but the slow ones."""
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, "MILEPOST_TEST_CACHE": str(home / "test-cache")}
    # The tests make a folder of their own, away from a site that may be running.
    variables.pop("MILEPOST_HOME", None)
    if not slow:
        variables["PYTEST_ADDOPTS"] = f"{variables.get('PYTEST_ADDOPTS', '')} -m 'not slow'"
    if os.geteuid() != 0:
        (home / "test-cache").mkdir(exist_ok=True)
        (home / "screenshots").mkdir(exist_ok=True)
        code = _run_pytest(arguments, run_as=list, variables=variables)
        if not arguments:
            sys.stderr.write(f"Not run, as they need root: the tests in {NEEDS_ROOT}.\n")
        return code
    if arguments:
        return _run_unprivileged(arguments, home=home, variables=variables)
    as_root = [NEEDS_ROOT, ALSO_AS_ROOT] if slow else [NEEDS_ROOT]
    with _beside([sys.executable, "-m", "pytest", *as_root], variables) as beside:
        code = _run_unprivileged(arguments, home=home, variables=variables)
    return code or beside.returncode


def _run_unprivileged(arguments: Sequence[str], *, home: Path, variables: Mapping[str, str]) -> int:
    who = identities(variables).checks
    make_folder(home / "test-cache", owner=who, mode=0o755)
    make_folder(home / "screenshots", owner=who, mode=0o755)
    own = make_folder(home / "test-home", owner=who, mode=0o755)
    # Beside it: root does not write into a folder of a user who may have put a link there.
    temporary = make_folder(home / "test-tmp", owner=who, mode=0o755)
    prepare_limits(who)
    # Its processes cannot write beside the source, so what they would compile is compiled now.
    compiler = [sys.executable, "-m", "compileall", "-q", "apps", "roadmap_site", "tests"]
    subprocess.run(compiler, check=False, stdout=subprocess.DEVNULL)
    passwd = home / "test-passwd"
    return _run_pytest(
        arguments,
        options=["-p", "no:cacheprovider"],
        run_as=lambda command: named_command_as(who, command, passwd=passwd, home=own),
        variables={
            **variables,
            "HOME": str(own),
            "TMPDIR": str(temporary),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(own / "hypothesis"),
        },
    )


def _run_pytest(
    arguments: Sequence[str],
    *,
    options: Sequence[str] = (),
    run_as: Callable[[list[str]], list[str]],
    variables: Mapping[str, str],
) -> int:
    """Some tests, or all of them in a few processes: much of their time is spent waiting.

    Each process has services of its own, so neither sees the other's rows, keys or tasks.
    """
    command = [sys.executable, "-m", "pytest", *options]
    if arguments:
        chosen = run_as([*command, *arguments])
        return subprocess.run(chosen, env=variables, check=False).returncode
    rest = [f"--ignore={folder}" for folder in (*itertools.chain(*GROUPS), NEEDS_ROOT)]
    first, *others = (run_as([*command, *group]) for group in (*GROUPS, rest))
    with contextlib.ExitStack() as stack:
        beside = [stack.enter_context(_beside(other, variables)) for other in others]
        code = subprocess.run(first, env=variables, check=False).returncode
    return next((process.returncode for process in beside if process.returncode), code)


@contextlib.contextmanager
def _beside(
    command: Sequence[str], variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """What it writes is shown at the end, when it has a return code."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env=variables, stdout=output, stderr=subprocess.STDOUT)
        yield process
        process.wait()
        output.seek(0)
        shutil.copyfileobj(output, sys.stdout.buffer)
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
