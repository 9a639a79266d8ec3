import ast
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import bootstrap
from deploy.bootstrap import Problem, choose_places


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Not tmp_path: pytest closes its folders to others."""
    with tempfile.TemporaryDirectory(prefix="milepost-bootstrap-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_source_is_valid_for_the_oldest_python() -> None:
    source = Path(bootstrap.__file__).read_text()

    ast.parse(source, feature_version=(3, 9))


def test_closed_folder_is_seen_at_every_level(open_folder: Path) -> None:
    checkout = open_folder / "a" / "b"
    checkout.mkdir(parents=True)
    open_before = bootstrap.is_closed(checkout)

    (open_folder / "a").chmod(0o700)
    closed_above = bootstrap.is_closed(checkout)
    (open_folder / "a").chmod(0o755)
    checkout.chmod(0o750)

    assert (open_before, closed_above, bootstrap.is_closed(checkout)) == (False, True, True)


def test_checkout_with_unreadable_files_is_closed(open_folder: Path) -> None:
    (open_folder / "pyproject.toml").touch(mode=0o600)

    assert bootstrap.is_closed(open_folder)


def test_places_are_the_checkout_itself(open_folder: Path) -> None:
    places = choose_places(open_folder, root=True, variables={})

    assert places.source == open_folder
    assert places.environment == open_folder / ".venv"
    assert places.home == open_folder / "var"


def test_places_of_root_below_a_closed_folder_lie_elsewhere(open_folder: Path) -> None:
    open_folder.chmod(0o700)

    places = choose_places(open_folder, root=True, variables={})

    own = bootstrap.STATE_ROOT / bootstrap.own_name(open_folder)
    assert (places.source, places.home) == (own / "source", own / "var")
    assert open_folder.stat().st_mode & 0o777 == 0o700


def test_places_of_a_user_below_a_closed_folder_are_the_checkout(open_folder: Path) -> None:
    open_folder.chmod(0o700)

    assert choose_places(open_folder, root=False, variables={}).source == open_folder


def test_places_refuse_a_relative_home(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="MILEPOST_HOME is 'data'; give the full path of a folder"):
        choose_places(tmp_path, root=False, variables={"MILEPOST_HOME": "data"})


def test_places_refuse_root_a_home_that_only_root_can_enter(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(Problem, match="which only root can enter"):
        choose_places(open_folder, root=True, variables={"MILEPOST_HOME": str(closed)})


def test_own_name_differs_between_checkouts() -> None:
    assert bootstrap.own_name(Path("/a/milepost")) != bootstrap.own_name(Path("/b/milepost"))


def test_copy_of_the_source_is_readable_and_replaced_as_a_whole(tmp_path: Path) -> None:
    checkout, target = tmp_path / "checkout", tmp_path / "state" / "source"
    target.mkdir(parents=True)
    (target / "gone.py").touch()
    for name in (".git/config", ".venv/bin/python", "var/secret_key", "apps/a.py"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).touch(mode=0o600)

    bootstrap.copy_source(checkout, target)

    assert [str(path.relative_to(target)) for path in target.rglob("*")] == ["apps", "apps/a.py"]
    assert (target / "apps/a.py").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["source"]


def test_find_python_takes_the_first_supported_one(tmp_path: Path) -> None:
    old = program(tmp_path / "old", "echo 3 11")
    new = program(tmp_path / "new", "echo 3 15")
    broken = program(tmp_path / "broken", "exit 1")
    right = program(tmp_path / "right", "echo 3 13")
    paths = [tmp_path / "absent", old, new, broken, right]

    assert bootstrap.find_python(paths, root=False) == right
    assert bootstrap.find_python(paths[:-1], root=False) is None
    assert bootstrap.find_python([Path(sys.executable)], root=False) == Path(sys.executable)


def test_candidates_start_with_the_system_and_follow_path(tmp_path: Path) -> None:
    own = program(tmp_path / "bin" / "python3.13", "echo 3 13")
    pyenv = program(tmp_path / ".pyenv/versions/3.12.1/bin/python3", "echo 3 12")

    found = bootstrap.candidates({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)})

    assert found.index(own) < found.index(pyenv)
    assert all(path.parent == Path("/usr/bin") for path in found[: found.index(own)][:1])


def test_find_uv_prefers_path(tmp_path: Path) -> None:
    uv = program(tmp_path / "bin" / "uv", "echo uv 1.0")

    assert bootstrap.find_uv(tmp_path / "tools", variables={"PATH": str(uv.parent)}) == uv


def test_find_uv_uses_the_private_one_when_that_on_path_is_broken(tmp_path: Path) -> None:
    broken = program(tmp_path / "bin" / "uv", "exit 1")
    private = program(tmp_path / "tools/uv/bin/uv", "echo uv 1.0")

    found = bootstrap.find_uv(tmp_path / "tools", variables={"PATH": str(broken.parent)})

    assert found == private


def test_certificates_are_those_of_the_user_then_of_the_system(tmp_path: Path) -> None:
    system = tmp_path / "ca.crt"
    assert bootstrap.certificates({}, system=system) is None
    system.write_text("")
    assert bootstrap.certificates({}, system=system) == str(system)
    assert bootstrap.certificates({"PIP_CERT": "/p"}, system=system) == "/p"
    both = {"PIP_CERT": "/p", "SSL_CERT_FILE": "/s"}
    assert bootstrap.certificates(both, system=system) == "/s"


def test_find_uv_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    with pytest.raises(Problem, match="Milepost needs uv and could not fetch it") as caught:
        bootstrap.find_uv(tmp_path / "tools", variables={"PATH": ""})

    assert "apt-get install python3-venv" in str(caught.value)


def test_chromium_given_by_variable_is_taken(tmp_path: Path) -> None:
    chromium = program(tmp_path / "chromium", "true")

    assert bootstrap.find_chromium({"MILEPOST_CHROMIUM": str(chromium)}) == str(chromium)
    assert bootstrap.find_chromium({"PATH": str(tmp_path)}) == str(chromium)
