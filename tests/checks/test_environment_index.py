"""What an index has and lacks, and indexes and wheels of the operator's own."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.checks.environment import EnvironmentConfig, prepare
from apps.checks.errors import CheckError, InvalidSubmission
from apps.checks.interpreters import choose_interpreter
from apps.checks.requirements import Requirements
from tests.checks.environments import CONFIG, prepared, run_in
from tests.checks.package_index import (
    PackageIndex,
    fresh_store,
    open_folder,
    package_index,
    write_wheel,
)

__all__ = ["fresh_store", "package_index"]

VERSION = choose_interpreter(None).version


@pytest.fixture(scope="module", autouse=True)
def packages(package_index: PackageIndex) -> None:
    files = package_index.files
    write_wheel(files, "ash")
    write_wheel(files, "ash", version="2.0")
    write_wheel(files, "birch", requires=["ash<1"])
    write_wheel(files, "cedar", requires=["ash>=2"])
    write_wheel(files, "windows_only", tag="py3-none-win_amd64")
    write_wheel(files, "old_python", tag="cp39-cp39-manylinux_2_17_x86_64")
    (files / "source_only-1.0.tar.gz").write_bytes(b"never read")
    write_wheel(files, "needs_lost", requires=["lost>=1"])
    write_wheel(files, "needs_source", requires=["source-only"])
    write_wheel(files, "taken_back")
    package_index.yanked["taken_back-1.0-py3-none-any.whl"] = "holds a password"
    write_wheel(files, "half_back")
    write_wheel(files, "half_back", version="2.0")
    package_index.yanked["half_back-2.0-py3-none-any.whl"] = ""


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        (
            ["matplotib"],
            "requirement_not_found",
            "There is no package called matplotib on the package index. Did you mean matplotlib?",
        ),
        (
            ["ashes"],
            "requirement_not_found",
            "There is no package called ashes on the package index. Check its spelling.",
        ),
        (
            ["needs-lost"],
            "requirement_not_found",
            "needs-lost needs lost, and there is no package of that name on the package index. "
            "Choose another version of needs-lost, or another package.",
        ),
        (
            ["ash==3.1"],
            "requirement_no_version",
            "The package index has no version of ash that fits ash==3.1. "
            "Choose a version that exists.",
        ),
        (
            ["birch"],
            "requirement_no_version",
            "birch needs ash<1, which the package index does not have. "
            "Choose another version of birch, or another package.",
        ),
        (
            ["taken-back"],
            "requirement_yanked",
            "The authors of taken-back have withdrawn taken-back==1.0: “holds a password”. "
            "Choose another version of taken-back, or another package.",
        ),
        (
            ["half-back>=2"],
            "requirement_yanked",
            "The authors of half-back have withdrawn half-back==2.0. "
            "Choose another version of half-back, or another package.",
        ),
        (
            ["source-only"],
            "requirement_no_wheel",
            "source-only==1.0 has no wheel that can be used here, and packages are not built. "
            "Choose another version of source-only, or another package.",
        ),
        (
            ["needs-source"],
            "requirement_no_wheel",
            "source-only==1.0, which needs-source needs, has no wheel that can be used here, and "
            "packages are not built. "
            "Choose another version of needs-source, or another package.",
        ),
        (
            ["windows-only"],
            "requirement_no_wheel",
            "windows-only==1.0 has no wheel for Linux as it runs here. "
            "Choose another version of windows-only, or another package.",
        ),
        (
            ["old-python"],
            "requirement_no_wheel",
            f"old-python==1.0 has no wheel for Python {VERSION}. "
            "Choose another version of old-python, or another python in milepost.toml.",
        ),
        (
            ["ash==1.0", "ash==2.0"],
            "requirements_conflict",
            "Your requirements cannot be met together: you require ash==1.0 and ash==2.0. "
            "Loosen or change one of these versions.",
        ),
        (
            ["cedar", "ash<2"],
            "requirements_conflict",
            "Your requirements cannot be met together: all versions of cedar depend on ash>=2 and "
            "you require cedar, so you require ash>=2. Also, you require ash<2. "
            "Loosen or change one of these versions.",
        ),
        (
            ["ash>1,<1"],
            "requirements_conflict",
            "Your requirements cannot be met together: you require ash<1 and ash>1, which are "
            "incompatible. Loosen or change one of these versions.",
        ),
    ],
)
def test_requirement_that_cannot_be_met_is_named(
    fresh_store: Path, package_index: PackageIndex, lines: list[str], code: str, message: str
) -> None:
    with pytest.raises(CheckError) as caught:
        prepared(*lines, store=fresh_store, config=package_index.config)

    assert isinstance(caught.value, InvalidSubmission)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_withdrawn_version_is_passed_over(fresh_store: Path, package_index: PackageIndex) -> None:
    environment = prepared("half-back", store=fresh_store, config=package_index.config)

    code = "import half_back; print(half_back.version)"
    assert run_in(environment, code).stdout == "1.0\n"


def test_withdrawn_version_that_is_pinned_is_installed_with_a_word(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    """As PEP 592 has it: whoever pinned it before it was withdrawn goes on."""
    output: list[str] = []

    environment = prepared(
        "taken-back==1.0", store=fresh_store, config=package_index.config, output=output
    )

    assert run_in(environment, "import taken_back").stderr == ""
    word = 'warning: `taken-back==1.0` is yanked (reason: "holds a password")'
    assert word in "".join(output).splitlines()


# What was seen before


def test_new_environment_of_packages_seen_today_asks_for_nothing(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    prepared("ash", "half-back", store=fresh_store, config=package_index.config)
    package_index.requests.clear()

    prepared("ash", store=fresh_store, config=package_index.config)

    assert package_index.requests == []


def test_release_of_this_minute_is_found(fresh_store: Path, package_index: PackageIndex) -> None:
    write_wheel(package_index.files, "fir")
    prepared("fir", store=fresh_store, config=package_index.config)
    write_wheel(package_index.files, "fir", version="1.1")

    environment = prepared("fir==1.1", store=fresh_store, config=package_index.config)

    assert run_in(environment, "import fir; print(fir.version)").stdout == "1.1\n"


def test_hash_of_this_minute_is_found(fresh_store: Path, package_index: PackageIndex) -> None:
    write_wheel(package_index.files, "pine")
    prepared("pine", store=fresh_store, config=package_index.config)
    wheel = write_wheel(package_index.files, "pine", tag="py3-none-linux_x86_64")
    digest = f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"

    with prepare(
        Requirements(lines=("pine",), hashes={"pine": frozenset({digest})}),
        python=choose_interpreter(None),
        store=fresh_store,
        config=package_index.config,
    ) as environment:
        assert run_in(environment, "import pine").stderr == ""


# The operator's own


@pytest.fixture
def wheels() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def test_folder_of_wheels_is_installed_from(
    fresh_store: Path, package_index: PackageIndex, wheels: Path
) -> None:
    write_wheel(wheels, "ash", version="2.0+local")
    config = EnvironmentConfig(
        index_url=package_index.url, ca_bundle=package_index.ca, find_links=wheels
    )

    environment = prepared("cedar", store=fresh_store, config=config)

    assert run_in(environment, "import ash; print(ash.version)").stdout == "2.0+local\n"


def test_package_of_the_folder_is_not_displaced_by_a_newer_one(
    fresh_store: Path, package_index: PackageIndex, wheels: Path
) -> None:
    write_wheel(wheels, "ash", version="1.5")
    config = EnvironmentConfig(
        index_url=package_index.url, ca_bundle=package_index.ca, find_links=wheels
    )

    environment = prepared("ash", "half-back", store=fresh_store, config=config)

    code = "import ash, half_back; print(ash.version, half_back.version)"
    assert run_in(environment, code).stdout == "1.5 1.0\n"


def test_operators_build_stands_in_for_the_one_that_was_locked(
    fresh_store: Path, package_index: PackageIndex, wheels: Path
) -> None:
    write_wheel(wheels, "ash", version="2.0+cpu")
    locked = package_index.files / "ash-2.0-py3-none-any.whl"
    digest = f"sha256:{hashlib.sha256(locked.read_bytes()).hexdigest()}"
    config = EnvironmentConfig(
        index_url=package_index.url, ca_bundle=package_index.ca, find_links=wheels
    )

    with prepare(
        Requirements(
            lines=("ash",), constraints=("ash==2.0",), hashes={"ash": frozenset({digest})}
        ),
        python=choose_interpreter(None),
        store=fresh_store,
        config=config,
    ) as environment:
        assert run_in(environment, "import ash; print(ash.version)").stdout == "2.0+cpu\n"


def test_wheel_that_was_added_to_the_folder_is_found(
    fresh_store: Path, package_index: PackageIndex, wheels: Path
) -> None:
    config = EnvironmentConfig(
        index_url=package_index.url, ca_bundle=package_index.ca, find_links=wheels
    )
    prepared("ash", store=fresh_store, config=config)
    write_wheel(wheels, "ash", version="3.0")

    environment = prepared("ash", store=fresh_store, config=config)

    assert run_in(environment, "import ash; print(ash.version)").stdout == "3.0\n"


def test_extra_index_gives_what_it_has_and_no_other_does(
    fresh_store: Path, package_index: PackageIndex
) -> None:
    """A package of the same name on the main index, however new, is not taken instead."""
    write_wheel(package_index.files, "six", version="0.1")
    bundle = fresh_store / "bundle.pem"
    assert CONFIG.ca_bundle is not None
    bundle.write_bytes(CONFIG.ca_bundle.read_bytes() + package_index.ca.read_bytes())
    config = EnvironmentConfig(extra_index_urls=(package_index.url,), ca_bundle=bundle)

    environment = prepared("six", "iniconfig", store=fresh_store / "store", config=config)

    code = "import iniconfig, six; print(six.version)"
    assert run_in(environment, code).stdout == "0.1\n"


def test_extra_index_without_tls_is_refused() -> None:
    with pytest.raises(ValueError, match="must be an https address: http://example"):
        EnvironmentConfig(extra_index_urls=("http://example.org/simple",))
