"""The store of environments under several processes, ones that die, and a limit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps import sandbox
from apps.checks.environment import EnvironmentConfig, prepare
from apps.checks.errors import InvalidSubmission
from apps.checks.interpreters import choose_interpreter
from apps.checks.requirements import Requirements
from apps.checks.store import Store
from tests.checks.environments import prepared, run_in
from tests.checks.package_index import PackageIndex, fresh_store, package_index, write_wheel

__all__ = ["fresh_store", "package_index"]

ROOT = Path(__file__).parents[2]
PACKAGES = ("ash", "birch", "cedar")
MODULES = 200


@pytest.fixture(scope="module", autouse=True)
def packages(package_index: PackageIndex) -> None:
    """Three of 4 MiB each, and one of so many modules that it takes a while to compile."""
    for name in PACKAGES:
        files = {f"{name}/__init__.py": b"", f"{name}/data.bin": os.urandom(4 << 20)}
        write_wheel(package_index.files, name, files)
    source = "".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(200)).encode()
    modules = {f"forest/tree{n}.py": source + b"# %d\n" % n for n in range(MODULES)}
    write_wheel(package_index.files, "forest", {"forest/__init__.py": b"", **modules})


def kept(store: Path) -> set[str]:
    """The packages of which an environment is ready."""
    locks = (path.read_text() for path in store.glob("ready/*/lock.txt"))
    return {lock.partition("==")[0] for lock in locks}


def archives(store: Path) -> set[str]:
    """The packages that uv's cache holds."""
    return {path.parent.name for path in store.glob("work/cache/archive-*/*/*/__init__.py")}


def disk_bytes(store: Path) -> int:
    """Of all that is kept, each file once."""
    blocks = {}
    for root in (store / "work", *store.glob("ready/*")):
        for path in (root, *root.rglob("*")):
            status = path.lstat()
            blocks[status.st_ino] = 0 if path.name == "own_bytes" else status.st_blocks
    return 512 * sum(blocks.values())


# The limit


def test_usage_counts_each_file_once(fresh_store: Path, package_index: PackageIndex) -> None:
    prepared("ash", store=fresh_store, config=package_index.config)
    prepared("ash", "birch", store=fresh_store, config=package_index.config)

    usage = Store(fresh_store).usage()

    assert usage == disk_bytes(fresh_store)
    assert 8 << 20 < usage < 12 << 20


def test_least_recently_used_goes_first(fresh_store: Path, package_index: PackageIndex) -> None:
    for name in (*PACKAGES, "ash"):  # ash is used once more
        prepared(name, store=fresh_store, config=package_index.config)
    before = disk_bytes(fresh_store)

    Store(fresh_store).trim(limit=before - 1)

    assert kept(fresh_store) == archives(fresh_store) == {"ash", "cedar"}
    assert before - disk_bytes(fresh_store) > 4 << 20
    assert Store(fresh_store).usage() == disk_bytes(fresh_store)
    assert len(list((fresh_store / "locks").iterdir())) == 3  # two environments and work


def test_removed_environment_is_built_again(fresh_store: Path, package_index: PackageIndex) -> None:
    prepared("ash", store=fresh_store, config=package_index.config)
    Store(fresh_store).trim(limit=0)
    assert (kept(fresh_store), archives(fresh_store)) == (set(), set())

    environment = prepared("ash", store=fresh_store, config=package_index.config)

    assert run_in(environment, "import ash").outcome is sandbox.Outcome.OK


def test_what_no_environment_uses_goes_before_any(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    prepared("ash", store=fresh_store, config=package_index.config)
    tight = EnvironmentConfig(index_url=package_index.url, ca_bundle=package_index.ca, max_mb=0)
    with pytest.raises(InvalidSubmission):
        prepared("birch", store=fresh_store, config=tight)
    assert archives(fresh_store) == {"ash", "birch"}

    Store(fresh_store).trim(limit=disk_bytes(fresh_store) - 1)

    assert kept(fresh_store) == archives(fresh_store) == {"ash"}


def test_files_that_another_environment_shares_stay(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    prepared("ash", store=fresh_store, config=package_index.config)
    prepared("cedar", store=fresh_store, config=package_index.config)
    environment = prepared("ash", "birch", store=fresh_store, config=package_index.config)
    used = Store(fresh_store).usage()

    Store(fresh_store).trim(limit=used - 1)

    assert len(list(fresh_store.glob("ready/*"))) == 1
    assert archives(fresh_store) == {"ash", "birch"}
    assert run_in(environment, "import ash, birch").outcome is sandbox.Outcome.OK
    assert Store(fresh_store).usage() == disk_bytes(fresh_store) < used


def test_store_is_trimmed_once_the_job_of_a_new_environment_ended(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    small = EnvironmentConfig(index_url=package_index.url, ca_bundle=package_index.ca, store_mb=6)
    prepared("ash", store=fresh_store, config=small)

    with prepare(
        Requirements(lines=("birch",)),
        python=choose_interpreter(None),
        store=fresh_store,
        config=small,
    ):
        assert kept(fresh_store) == {"ash", "birch"}

    assert kept(fresh_store) == {"birch"}


def test_leftovers_of_downloads_and_old_notes_go(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    prepared("ash", store=fresh_store, config=package_index.config)
    download = fresh_store / "work" / "cache" / ".tmpAb12Cd"
    download.mkdir()
    page = next(fresh_store.glob("work/cache/simple-*/**/ash.rkyv"))
    os.utime(page, (0, 0))

    Store(fresh_store).trim(limit=0)

    assert not download.exists()
    assert not page.exists()


# Use


def test_environment_in_use_is_not_removed(fresh_store: Path, package_index: PackageIndex) -> None:
    prepared("birch", store=fresh_store, config=package_index.config)
    with prepare(
        Requirements(lines=("ash",)),
        python=choose_interpreter(None),
        store=fresh_store,
        config=package_index.config,
    ) as environment:
        Store(fresh_store).trim(limit=0)

        assert kept(fresh_store) == archives(fresh_store) == {"ash"}
        assert run_in(environment, "import ash").outcome is sandbox.Outcome.OK

    Store(fresh_store).trim(limit=0)
    assert kept(fresh_store) == archives(fresh_store) == set()


HOLD = """
import json, sys, time
from pathlib import Path
from apps.checks.environment import EnvironmentConfig, prepare
from apps.checks.interpreters import choose_interpreter
from apps.checks.requirements import Requirements
from tests.checks.environments import run_in

given = json.loads(sys.argv[1])
config = EnvironmentConfig(
    index_url=given["url"], ca_bundle=Path(given["ca"]), store_mb=given["store_mb"]
)
for name in given["names"]:
    output = []
    with prepare(
        Requirements(lines=(name,)),
        python=choose_interpreter(None),
        store=Path(given["store"]),
        config=config,
        on_output=output.append,
    ) as environment:
        ran = run_in(environment, f"import {name}; print({name}.__name__)").stdout.strip()
        print(ran, "".join(output).count("Installed"), flush=True)
        if given["hold"]:
            time.sleep(60)
"""


def start(
    store: Path, index: PackageIndex, *names: str, store_mb: int = 1000, hold: bool = False
) -> subprocess.Popen[str]:
    """A process that prepares environments one by one, imports the package in each, tells it."""
    given: dict[str, object] = {"store": str(store), "url": index.url, "ca": str(index.ca)}
    given |= {"names": names, "store_mb": store_mb, "hold": hold}
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, json.dumps(given)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> list[str]:
    return process.communicate(timeout=300)[0].splitlines()


def test_use_by_another_process_counts_until_it_dies(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    process = start(fresh_store, package_index, "ash", hold=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ash 1\n"
        Store(fresh_store).trim(limit=0)
        assert kept(fresh_store) == {"ash"}
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    Store(fresh_store).trim(limit=0)

    assert kept(fresh_store) == set()


def test_environment_wanted_by_many_at_once_is_built_once(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    processes = [start(fresh_store, package_index, "forest") for _ in range(4)]

    assert sorted(line for process in processes for line in told(process)) == [
        *["forest 0"] * 3,
        "forest 1",
    ]
    assert list(fresh_store.glob("work/build/*")) == []


def test_use_and_removal_at_once_disturb_nobody(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    """Below any environment's size, every build that ends removes all that is not in use."""
    orders = [PACKAGES * 2, PACKAGES[::-1] * 2, (*PACKAGES[1:], PACKAGES[0]) * 2]
    processes = [start(fresh_store, package_index, *order, store_mb=1) for order in orders]

    answers = [[line.split()[0] for line in told(process)] for process in processes]

    assert answers == [list(order) for order in orders]
    Store(fresh_store).trim(limit=0)
    assert kept(fresh_store) == archives(fresh_store) == set()
    assert list(fresh_store.glob("work/build/*")) == []


# Death


@pytest.mark.parametrize(
    "moment",
    [
        "resolved/*.txt",
        "work/build/*",
        "work/build/*/env/lib/*/site-packages/forest",
        "work/bytecode/*/*",
    ],
)
def test_build_that_was_killed_is_done_again_whole(
    fresh_store: Path, package_index: PackageIndex, moment: str
) -> None:
    process = start(fresh_store, package_index, "forest")
    try:
        deadline = time.monotonic() + 60
        while not any(fresh_store.glob(moment)) and time.monotonic() < deadline:
            time.sleep(0.001)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert any(fresh_store.glob(moment))
    assert kept(fresh_store) == set()

    environment = prepared("forest", store=fresh_store, config=package_index.config)

    code = f"""
        import importlib, os
        for n in range({MODULES}):
            module = importlib.import_module(f"forest.tree{{n}}")
            assert os.path.exists(module.__cached__), n
        print(module.f1(1))
        """
    assert run_in(environment, code).stdout == "2\n"
    assert list(fresh_store.glob("work/build/*")) == []


def test_leftover_of_another_environment_is_removed(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    prepared("ash", store=fresh_store, config=package_index.config)
    leftover = fresh_store / "work" / "build" / f"{'0' * 40}.1234"
    leftover.mkdir()

    prepared("birch", store=fresh_store, config=package_index.config)

    assert not leftover.exists()
