"""The real sandbox, the real uv and the real index."""

import ast
import os
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import sandbox
from apps.checks.environment import EnvironmentConfig, default_ca_bundle, prepare
from apps.checks.errors import Cancelled, CheckError, InvalidSubmission, PlatformError
from apps.checks.interpreters import choose_interpreter, find_interpreters
from apps.checks.requirements import Requirements
from apps.checks.store import WORK, Store
from tests.checks.environments import CONFIG, prepared, run_in, site_packages
from tests.checks.package_index import fresh_store, open_folder, write_wheel

__all__ = ["fresh_store"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def environment_store(checks_home: Path) -> Path:
    return checks_home / "environments"


def failure(*lines: str, store: Path, config: EnvironmentConfig = CONFIG) -> CheckError:
    with pytest.raises(CheckError) as caught:
        prepared(*lines, store=store, config=config)
    return caught.value


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
    packages = site_packages(environment)
    shared = [packages / "six.py", next((packages / "__pycache__").glob("six.*.pyc"))]
    assert all(path.stat().st_nlink > 1 for path in shared)  # a change would reach others
    before = [(path.read_bytes(), path.stat().st_mode, path.stat().st_mtime) for path in shared]

    result = run_in(environment, TAMPERING)

    assert (result.outcome, result.stdout) == (sandbox.Outcome.OK, "")
    after = [(path.read_bytes(), path.stat().st_mode, path.stat().st_mtime) for path in shared]
    assert after == before


# Tells what worked. On a file of the job's own all of it does, so an attempt is not just wrong.
TAMPERING = """
    import fcntl, mmap, os, shutil, six, struct, sys

    def attempts(path):
        folder = os.path.dirname(path)
        read = os.open(path, os.O_RDONLY)
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        known = os.open(path, os.O_PATH)
        writable = mmap.PROT_READ | mmap.PROT_WRITE
        # The last ones remove the file.
        return {
            "write": lambda: open(path, "r+").close(),
            "append": lambda: open(path, "a").close(),
            "truncate": lambda: os.truncate(path, os.path.getsize(path)),
            "reopen": lambda: open(f"/proc/self/fd/{read}", "r+").close(),
            "reopen a path": lambda: open(f"/proc/self/fd/{known}", "r+").close(),
            "through the root": lambda: open(f"/proc/self/root{path}", "r+").close(),
            "by folder": lambda: os.close(
                os.open(os.path.basename(path), os.O_RDWR, dir_fd=place)
            ),
            "map": lambda: mmap.mmap(
                os.open(path, os.O_RDWR), 1, mmap.MAP_SHARED, writable
            ).close(),
            "protect": lambda: os.fchmod(read, 0o777),
            "chmod": lambda: os.chmod(path, 0o777),
            "utime": lambda: os.utime(path),
            "utime by file": lambda: os.utime(read),
            "attribute": lambda: os.setxattr(path, "user.note", b"x"),
            "copy": lambda: shutil.copyfile(sys.executable, path),
            "allocate": lambda: os.posix_fallocate(os.open(path, os.O_RDWR), 0, 1),
            "create": lambda: open(f"{folder}/new", "w").close(),
            "start-up": lambda: open(f"{folder}/new.pth", "w").close(),
            "mkdir": lambda: os.mkdir(f"{folder}/new_folder"),
            "link": lambda: os.link(path, f"{folder}/linked"),
            "rename": lambda: os.rename(path, path + "x"),
            "remove": lambda: os.unlink(path + "x" if os.path.exists(path + "x") else path),
        }

    def worked(path):
        for name, attempt in attempts(path).items():
            try:
                attempt()
            except OSError as error:
                continue
            yield name

    for path in (six.__file__, six.__cached__):
        for name in worked(path):
            print(path, name)
        try:
            os.link(path, "/job/link")
        except OSError:
            continue
        print(path, "link into the job")
    open("/job/own", "w").write("x")
    missing = set(attempts("/job/own")) - set(worked("/job/own"))
    print(*sorted(missing), sep="\\n", end="")
    """


def test_no_code_but_the_store_makes_a_writable_mount(fresh_store: Path) -> None:
    """And the store knows one, of a folder in which no ready environment lies."""
    store = Store(fresh_store)
    assert store.writable == sandbox.Mount(store.work, WORK, writable=True)
    assert not store.ready.is_relative_to(store.work)

    made = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "apps").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _may_be_writable(node)
    ]
    assert made == ["apps/checks/store.py"]


def _may_be_writable(call: ast.Call) -> bool:
    """Whether it says that something is writable, or might in a way that cannot be read here."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = [keyword.arg for keyword in call.keywords]
    if "writable" in keywords:
        return True
    hidden = None in keywords or any(isinstance(a, ast.Starred) for a in call.args)
    return name == "Mount" and (len(call.args) > 2 or hidden)


@pytest.mark.parametrize("version", find_interpreters())
def test_each_python_of_the_machine_has_environments(environment_store: Path, version: str) -> None:
    environment = prepared("pytest", "six", store=environment_store, python=version)

    result = run_in(
        environment,
        """
        import os, platform, shutil, six, sys
        print(platform.python_version(), sys.prefix, os.path.exists(six.__cached__))
        """,
    )
    programs = [
        sandbox.run(
            [program, "--version"], mounts=environment.mounts, environment=environment.variables
        ).outcome
        for program in ("python3", f"python{version}", "pytest")
    ]

    python = find_interpreters()[version]
    assert result.stdout == f"{python.full_version} /env True\n"
    assert environment.python == python.full_version
    assert programs == [sandbox.Outcome.OK] * 3


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

    with (
        pytest.raises(InvalidSubmission) as caught,
        prepare(
            requirements, python=choose_interpreter(None), store=environment_store, config=CONFIG
        ),
    ):
        pass

    assert caught.value.code == "requirement_hash"


def test_constraint_of_a_lock_is_kept(environment_store: Path) -> None:
    requirements = Requirements(lines=("pytest", "six"), constraints=("six==1.16.0",))

    with prepare(
        requirements, python=choose_interpreter(None), store=environment_store, config=CONFIG
    ) as environment:
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


@pytest.fixture
def wheels() -> Iterator[EnvironmentConfig]:
    """A configuration with a folder of wheels of our own."""
    with open_folder() as folder:
        yield EnvironmentConfig(ca_bundle=CONFIG.ca_bundle, find_links=folder)


def test_path_file_does_not_run_during_prepare(
    fresh_store: Path, wheels: EnvironmentConfig
) -> None:
    assert wheels.find_links is not None
    code = """
        import os, sys
        print("ran")
        for place in ("/work/ran", sys.prefix + "/ran"):
            try: open(place, "w").close()
            except OSError: pass
        """
    line = f"import sys; exec({textwrap.dedent(code)!r})\n".encode()
    write_wheel(
        wheels.find_links,
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
    assert wheels.find_links is not None
    tag = f"cpython-{choose_interpreter(None).version.replace('.', '')}"
    write_wheel(
        wheels.find_links,
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


# Ends before its time


def test_cancelled_prepare_ends_and_leaves_nothing(fresh_store: Path) -> None:
    with (
        pytest.raises(Cancelled),
        prepare(
            Requirements(lines=("pytest", "six")),
            python=choose_interpreter(None),
            store=fresh_store,
            config=CONFIG,
            cancelled=lambda: True,
        ),
    ):
        pass

    assert list(fresh_store.glob("ready/*")) + list(fresh_store.glob("work/build/*")) == []


def test_store_that_cannot_be_written_is_the_platforms_fault(fresh_store: Path) -> None:
    (fresh_store / "file").write_text("")

    error = failure("six", store=fresh_store / "file" / "store")

    assert (type(error), error.code) == (PlatformError, "store_unusable")


# The operator's certificates


def test_ca_bundle_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)

    assert default_ca_bundle() == Path(os.devnull)
