"""The real sandbox, the real uv and the real index."""

import base64
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import sandbox
from apps.checks.environment import Environment, EnvironmentConfig, default_ca_bundle, prepare
from apps.checks.errors import Cancelled, CheckError, InvalidSubmission, PlatformError
from apps.checks.interpreters import choose_interpreter
from apps.checks.requirements import Requirements

CONFIG = EnvironmentConfig(ca_bundle=default_ca_bundle())
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def environment_store(checks_home: Path) -> Path:
    return checks_home / "environments"


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that the sandbox's user can enter."""
    with tempfile.TemporaryDirectory(prefix="milepost-store-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def fresh_store() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def prepared(
    *lines: str,
    store: Path,
    config: EnvironmentConfig = CONFIG,
    python: str | None = None,
    output: list[str] | None = None,
) -> Environment:
    return prepare(
        Requirements(lines=lines),
        python=choose_interpreter(python),
        store=store,
        config=config,
        on_output=None if output is None else output.append,
    )


def run_in(environment: Environment, code: str) -> sandbox.Result:
    return sandbox.run(
        ["python", "-c", textwrap.dedent(code)],
        mounts=environment.mounts,
        environment=environment.variables,
    )


def failure(*lines: str, store: Path, config: EnvironmentConfig = CONFIG) -> CheckError:
    with pytest.raises(CheckError) as caught:
        prepared(*lines, store=store, config=config)
    return caught.value


def site_packages(environment: Environment) -> Path:
    return next(environment.mounts[0].source.glob("lib/python3*/site-packages"))


# What a job sees


def test_environment_is_installed_and_has_no_network(environment_store: Path) -> None:
    environment = prepared("pytest", "six", store=environment_store)

    result = run_in(
        environment,
        """
        import six, socket, sys
        print(six.__file__, six.__cached__, sys.prefix)
        try:
            socket.create_connection(("pypi.org", 443), timeout=5)
        except OSError:
            print("no network")
        """,
    )

    version = choose_interpreter(None).version
    folder = f"/env/lib/python{version}/site-packages"
    cached = f"{folder}/__pycache__/six.cpython-{version.replace('.', '')}.pyc"
    assert result.stdout == f"{folder}/six.py {cached} /env\nno network\n"


def test_programs_of_an_environment_run(environment_store: Path) -> None:
    environment = prepared("pytest", "six", store=environment_store)

    result = sandbox.run(
        ["pytest", "--version"], mounts=environment.mounts, environment=environment.variables
    )

    assert (result.outcome, result.stdout.split()[0]) == (sandbox.Outcome.OK, "pytest")


def test_modules_are_byte_compiled(environment_store: Path) -> None:
    packages = site_packages(prepared("pytest", "six", store=environment_store))

    bytecode = (packages / "__pycache__").glob("six.*.pyc")
    assert [b"/env/lib/" in path.read_bytes() for path in bytecode] == [True]


def test_second_prepare_builds_nothing(environment_store: Path) -> None:
    first = prepared("pytest", "six", store=environment_store)
    output: list[str] = []

    second = prepared("pytest", "six", store=environment_store, output=output)

    assert (second, output) == (first, [])


def test_environment_shares_files_that_a_job_cannot_change(environment_store: Path) -> None:
    environment = prepared("pytest", "six", store=environment_store)
    shared = site_packages(environment) / "six.py"
    before = shared.read_bytes(), shared.stat().st_mode, shared.stat().st_mtime
    assert shared.stat().st_nlink > 1  # the cache's own file: a change would reach others

    result = run_in(
        environment,
        """
        import os, six
        path = six.__file__
        descriptor = os.open(path, os.O_RDONLY)
        attempts = {
            "write": lambda: open(path, "r+"),
            "truncate": lambda: os.truncate(path, 0),
            "reopen": lambda: open(f"/proc/self/fd/{descriptor}", "r+"),
            "chmod": lambda: os.chmod(path, 0o777),
            "utime": lambda: os.utime(path),
            "link": lambda: os.link(path, "/job/six.py"),
            "rename": lambda: os.rename(path, path + "x"),
            "create": lambda: open("/env/lib/new", "w"),
            "pth": lambda: open(os.path.dirname(path) + "/new.pth", "w"),
            "remove": lambda: os.unlink(path),
        }
        for name, attempt in attempts.items():
            try:
                attempt()
            except OSError:
                continue
            print(name)
        """,
    )

    assert (result.outcome, result.stdout) == (sandbox.Outcome.OK, "")
    assert (shared.read_bytes(), shared.stat().st_mode, shared.stat().st_mtime) == before


def test_environment_of_the_house_price_project_imports(environment_store: Path) -> None:
    environment = prepared("numpy", "pandas", "scikit-learn", "pytest", store=environment_store)

    result = run_in(
        environment,
        """
        import numpy, pandas
        from sklearn.linear_model import LinearRegression
        table = pandas.DataFrame({"x": [0.0, 1.0], "y": [1.0, 3.0]})
        print(round(LinearRegression().fit(table[["x"]], table["y"]).coef_[0], 6))
        """,
    )

    assert (result.stdout, result.stderr) == ("2.0\n", "")


# Requirements that cannot be met


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        (
            ["pnadas"],
            "requirement_not_found",
            "There is no package called pnadas on the package index. Did you mean pandas?",
        ),
        (
            ["milepost-no-such-package"],
            "requirement_not_found",
            "There is no package called milepost-no-such-package on the package index. "
            "Check its spelling.",
        ),
        (
            ["six==99"],
            "requirement_no_version",
            "The package index has no version of six that fits six==99. "
            "Choose a version that exists.",
        ),
        (
            ["six>1.16", "six<1.16"],
            "requirements_conflict",
            "Your requirements cannot be met together: you require six>1.16 and six<1.16. "
            "Loosen or change one of these versions.",
        ),
        (
            ["sklearn"],
            "requirement_no_wheel",
            "sklearn has no wheel that can be used here, and packages are not built. "
            "Did you mean scikit-learn?",
        ),
        (
            ["torch==1.0"],
            "requirement_no_wheel",
            "torch==1.0.0 has no wheel for Python 3.13. Choose another version of torch, or "
            "another python in milepost.toml.",
        ),
    ],
)
def test_requirement_that_cannot_be_met_is_named(
    environment_store: Path, lines: list[str], code: str, message: str
) -> None:
    if "torch==1.0" in lines and choose_interpreter(None).version != "3.13":
        message = message.replace("3.13", choose_interpreter(None).version)

    error = failure(*lines, store=environment_store)

    assert isinstance(error, InvalidSubmission)
    assert (error.code, error.message) == (code, message)


def test_hash_that_no_file_has_is_refused(environment_store: Path) -> None:
    requirements = Requirements(
        lines=("pytest", "six"), hashes={"six": frozenset({"sha256:" + "0" * 64})}
    )

    with pytest.raises(InvalidSubmission) as caught:
        prepare(
            requirements, python=choose_interpreter(None), store=environment_store, config=CONFIG
        )

    assert caught.value.code == "requirement_hash"


def test_constraint_of_a_lock_is_kept(environment_store: Path) -> None:
    requirements = Requirements(lines=("pytest", "six"), constraints=("six==1.16.0",))

    environment = prepare(
        requirements, python=choose_interpreter(None), store=environment_store, config=CONFIG
    )

    assert (site_packages(environment) / "six-1.16.0.dist-info").is_dir()


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (EnvironmentConfig(ca_bundle=CONFIG.ca_bundle, max_packages=1), "too_many_packages"),
        (EnvironmentConfig(ca_bundle=CONFIG.ca_bundle, max_mb=0), "environment_too_large"),
        (EnvironmentConfig(ca_bundle=CONFIG.ca_bundle, min_free_mb=10**12), "disk_full"),
    ],
)
def test_limit_of_an_environment_is_kept(
    fresh_store: Path, limits: EnvironmentConfig, code: str
) -> None:
    assert failure("pytest", "six", store=fresh_store, config=limits).code == code
    assert list(fresh_store.glob("ready/*")) + list(fresh_store.glob("work/build/*")) == []


# The way out


def test_index_that_is_down_is_the_platforms_fault(fresh_store: Path) -> None:
    config = EnvironmentConfig(index_url="https://index.invalid/simple", ca_bundle=CONFIG.ca_bundle)

    error = failure("six", store=fresh_store, config=config)

    assert isinstance(error, PlatformError)
    assert (error.code, error.message) == (
        "index_unreachable",
        "The package index cannot be reached at the moment. Your check runs again by itself.",
    )


def test_install_reaches_only_hosts_that_the_operator_named(fresh_store: Path) -> None:
    config = EnvironmentConfig(index_hosts=frozenset({"pypi.org"}), ca_bundle=CONFIG.ca_bundle)

    error = failure("six", store=fresh_store, config=config)

    assert (error.code, error.message) == (
        "index_host_not_allowed",
        "The package index refers to files.pythonhosted.org, which installs may not reach here. "
        "The operator of this installation must allow it.",
    )


def test_index_without_tls_is_refused() -> None:
    with pytest.raises(ValueError, match="must be an https address"):
        EnvironmentConfig(index_url="http://pypi.org/simple")


# Wheels that would do harm


def write_wheel(folder: Path, name: str, files: dict[str, bytes]) -> None:
    info = f"{name}-1.0.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)


def _digest(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.fixture
def wheels() -> Iterator[EnvironmentConfig]:
    """A configuration with a folder of wheels of our own."""
    with open_folder() as folder:
        yield EnvironmentConfig(ca_bundle=CONFIG.ca_bundle, extra_find_links=folder)


def test_path_file_does_not_run_during_prepare(
    fresh_store: Path, wheels: EnvironmentConfig
) -> None:
    assert wheels.extra_find_links is not None
    code = """
        import os, sys
        print("ran")
        for place in ("/work/ran", sys.prefix + "/ran"):
            try: open(place, "w").close()
            except OSError: pass
        """
    line = f"import sys; exec({textwrap.dedent(code)!r})\n".encode()
    write_wheel(
        wheels.extra_find_links,
        "milepost_startup",
        {
            "milepost_startup.pth": line,
            "milepost_startup.py": b"",
            "sitecustomize.py": line,
        },
    )
    output: list[str] = []

    environment = prepared("milepost-startup", store=fresh_store, config=wheels, output=output)

    assert "ran" not in "".join(output)
    assert list(fresh_store.rglob("ran")) == []
    # In the job it does run, as it would anywhere: the test could see it.
    assert "ran" in run_in(environment, "").stdout


def test_bytecode_of_a_wheel_is_not_trusted(fresh_store: Path, wheels: EnvironmentConfig) -> None:
    assert wheels.extra_find_links is not None
    tag = f"cpython-{choose_interpreter(None).version.replace('.', '')}"
    write_wheel(
        wheels.extra_find_links,
        "milepost_stale",
        {
            "milepost_stale.py": b"print('source')\n",
            f"__pycache__/milepost_stale.{tag}.pyc": bytecode("print('planted')"),
            "milepost_broken.py": b"this is not Python\n",
        },
    )

    environment = prepared("milepost-stale", store=fresh_store, config=wheels)

    assert run_in(environment, "import milepost_stale").stdout == "source\n"


def bytecode(source: str) -> bytes:
    """Of the Python that environments are made for; marked as never to be compared."""
    code = (
        "import _frozen_importlib_external as e, sys; "
        f"code = compile({source!r}, 'x', 'exec'); "
        "sys.stdout.buffer.write(e._code_to_hash_pyc(code, bytes(8), False))"
    )
    python = choose_interpreter(None).executable
    return subprocess.run([python, "-c", code], capture_output=True, check=True).stdout


# Several processes, and ones that die

PREPARE = """
import sys
from pathlib import Path
from tests.checks.test_environment import prepared
prepared("pytest", "six", store=Path(sys.argv[1]), output=(output := []))
print("".join(output).count("Installed"))
"""


def start_prepare(store: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PREPARE, store], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_environment_wanted_twice_at_once_is_built_once(fresh_store: Path) -> None:
    both = [start_prepare(fresh_store), start_prepare(fresh_store)]

    installs = sorted(process.communicate(timeout=120)[0] for process in both)

    assert installs == ["0\n", "1\n"]


def test_build_that_was_killed_leaves_nothing_behind(fresh_store: Path) -> None:
    process = start_prepare(fresh_store)
    try:
        deadline = time.monotonic() + 60
        while not list(fresh_store.glob("work/build/*")) and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert len(list(fresh_store.glob("work/build/*"))) == 1
    assert list(fresh_store.glob("ready/*")) == []

    environment = prepared("pytest", "six", store=fresh_store)

    assert run_in(environment, "import six").outcome is sandbox.Outcome.OK
    assert list(fresh_store.glob("work/build/*")) == []


def test_leftover_of_another_environment_is_removed(fresh_store: Path) -> None:
    prepared("pytest", "six", store=fresh_store)
    leftover = fresh_store / "work" / "build" / f"{'0' * 40}.1234"
    leftover.mkdir()
    shutil.rmtree(next(fresh_store.glob("ready/*")))

    prepared("pytest", "six", store=fresh_store)

    assert not leftover.exists()


def test_cancelled_prepare_ends_and_leaves_nothing(fresh_store: Path) -> None:
    with pytest.raises(Cancelled):
        prepare(
            Requirements(lines=("pytest", "six")),
            python=choose_interpreter(None),
            store=fresh_store,
            config=CONFIG,
            cancelled=lambda: True,
        )

    assert list(fresh_store.glob("ready/*")) + list(fresh_store.glob("work/build/*")) == []


def test_store_that_cannot_be_written_is_the_platforms_fault(fresh_store: Path) -> None:
    (fresh_store / "file").write_text("")

    error = failure("six", store=fresh_store / "file" / "store")

    assert (type(error), error.code) == (PlatformError, "store_unusable")


# The operator's certificates


def test_ca_bundle_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)

    assert default_ca_bundle() == Path(os.devnull)
