import os
from pathlib import Path

import pytest

from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.fetch import FetchConfig, Folder, GitUrl, ZipFile, fetch, source_from

CONFIG = FetchConfig(max_files=20, max_size_mb=3, max_file_mb=2)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "milepost.toml").write_text("[milepost]\n")
    (folder / "src" / "train.py").write_text("print(1)\n")
    return folder


def code(project: Path) -> str:
    into = project.parent / "into"
    with pytest.raises(InvalidSubmission) as refused:
        fetch(Folder(project), into=into, config=CONFIG)
    assert not into.exists()
    return refused.value.code


def test_folder_is_copied(project: Path, tmp_path: Path) -> None:
    result = fetch(Folder(project), into=tmp_path / "into", config=CONFIG)
    assert (result.root / "src" / "train.py").read_text() == "print(1)\n"
    assert (result.files, result.size) == (2, 20)


def test_folder_without_what_tools_make(project: Path, tmp_path: Path) -> None:
    for name in (".git", ".venv", "__pycache__", "node_modules"):
        (project / "src" / name).mkdir()
        (project / "src" / name / "x").write_text("x")
    result = fetch(Folder(project), into=tmp_path / "into", config=CONFIG)
    assert sorted(path.name for path in result.root.rglob("*")) == [
        "milepost.toml",
        "src",
        "train.py",
    ]


def test_commit_of_a_folder_is_that_of_its_content(project: Path, tmp_path: Path) -> None:
    def commit(name: str) -> str:
        return fetch(Folder(project), into=tmp_path / name, config=CONFIG).commit

    first = commit("one")
    (project / ".venv").mkdir()
    os.utime(project / "milepost.toml", (0, 0))
    assert commit("two") == first
    (project / "src" / "train.py").write_text("print(2)\n")
    assert commit("three") != first


def test_symlink_in_a_folder_is_refused(project: Path) -> None:
    (project / "link").symlink_to("milepost.toml")
    assert code(project) == "symlink"


def test_link_to_a_folder_is_not_followed(project: Path) -> None:
    (project / "src" / "up").symlink_to(project)
    assert code(project) == "symlink"


def test_fifo_in_a_folder_is_refused(project: Path) -> None:
    os.mkfifo(project / "pipe")
    assert code(project) == "special_file"


def test_folder_with_too_many_files_is_refused(project: Path) -> None:
    for number in range(20):
        (project / f"f{number}").touch()
    assert code(project) == "too_many_files"


def test_name_that_is_not_utf8_is_refused(project: Path) -> None:
    (project / os.fsdecode(b"caf\xe9")).touch()
    assert code(project) == "bad_name"


def test_sparse_file_is_judged_by_its_length(project: Path) -> None:
    with (project / "big").open("wb") as file:
        file.truncate(10**12)
    assert code(project) == "file_too_large"


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert code(tmp_path / "empty") == "empty_repository"


def test_target_that_holds_files_is_left_alone(project: Path, tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "mine").touch()
    with pytest.raises(PlatformError):
        fetch(Folder(project), into=tmp_path / "into", config=CONFIG)
    assert [path.name for path in (tmp_path / "into").iterdir()] == ["mine"]


def test_target_that_cannot_be_written_is_our_fault(project: Path) -> None:
    with pytest.raises(PlatformError) as caught:
        fetch(Folder(project), into=project / "milepost.toml" / "into", config=CONFIG)
    assert caught.value.code == "disk_error"


def test_source_is_told_from_its_text(project: Path) -> None:
    archive = project / "milepost.toml"
    assert source_from(str(project)) == Folder(project)
    assert source_from(str(archive)) == ZipFile(archive)
    assert source_from("https://a.example/x") == GitUrl("https://a.example/x")
    with pytest.raises(InvalidSubmission) as refused:
        source_from(str(project / "missing"))
    assert refused.value.code == "no_such_path"
