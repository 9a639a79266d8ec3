"""What comes out of a job, and what does not."""

import os
from pathlib import Path

import pytest

from apps.sandbox import Artifact, Limits, Outcome
from tests.sandbox.conftest import HOSTILE, RunPython, run_with_python

WRITE = "import os\nos.makedirs('out/deep')\nopen('out/deep/a.txt', 'w').write('aaa')\n"
WRITE += "open('b.txt', 'w').write('b')\n"
CLOSED = "the folder is not readable"


def test_artifacts_are_listed_and_written(run_python: RunPython, tmp_path: Path) -> None:
    result = run_python(WRITE, artifacts_to=tmp_path / "results")

    assert result.artifacts == (Artifact("b.txt", 1), Artifact("out/deep/a.txt", 3))
    assert (tmp_path / "results" / "out" / "deep" / "a.txt").read_text() == "aaa"
    assert sorted(path.name for path in tmp_path.rglob("*.txt")) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("path", ["out", "out/", "out/deep/a.txt", "out/deep"])
def test_artifacts_can_be_chosen(path: str, run_python: RunPython, tmp_path: Path) -> None:
    result = run_python(WRITE, artifacts_to=tmp_path, artifact_paths=[path, "nothing", path])

    assert result.artifacts == (Artifact("out/deep/a.txt", 3),)
    assert not (tmp_path / "b.txt").exists()


def test_artifacts_of_a_failed_run_are_kept(run_python: RunPython, tmp_path: Path) -> None:
    result = run_python(WRITE + "raise SystemExit(1)", artifacts_to=tmp_path)

    assert result.outcome is Outcome.NONZERO_EXIT
    assert (tmp_path / "b.txt").read_text() == "b"


def test_artifact_replaces_an_older_one(run_python: RunPython, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    target = tmp_path / "target"
    target.mkdir()
    (target / "b.txt").symlink_to(elsewhere)

    run_python(WRITE, artifacts_to=target, artifact_paths=["b.txt"])

    assert (target / "b.txt").read_text() == "b"
    assert not (target / "b.txt").is_symlink()
    assert elsewhere.read_text() == "kept"


def test_artifact_does_not_follow_a_folder_link_in_the_target(
    run_python: RunPython, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = tmp_path / "target"
    target.mkdir()
    (target / "out").symlink_to(elsewhere)

    result = run_python(WRITE, artifacts_to=target)

    assert list(elsewhere.iterdir()) == []
    assert result.artifacts == (Artifact("b.txt", 1),)
    assert result.refused == ("out/deep/a.txt: something else has its name where it would go",)


def test_artifacts_with_odd_kinds_and_names_are_refused(nothing_left: str, tmp_path: Path) -> None:
    result = run_with_python(
        ["-m", "files.odd_artifacts"],
        token=nothing_left,
        directory=HOSTILE,
        artifacts_to=tmp_path,
        artifact_paths=["out"],
    )

    taken = {artifact.path for artifact in result.artifacts}
    # A file that its owner may not read is readable for root only.
    assert taken - {"out/closed"} == {"out/good.txt"}
    assert {sentence for sentence in result.refused if "closed" not in sentence} == {
        "out/link: a symbolic link",
        "out/folder-link: a symbolic link",
        "out/one: a hard link",
        "out/two: a hard link",
        "out/socket: not a regular file",
        "out/new\\nline: the name has odd characters",
        "out/\\udcff\\udcfe: the name has odd characters",
        "out/\\u202egnp.exe: the name has odd characters",
        f"out/{'n' * 196}…: the name is longer than 200 bytes",
    }
    assert (tmp_path / "out" / "good.txt").read_text() == "good"


def test_artifacts_behind_links_are_not_reached(nothing_left: str, tmp_path: Path) -> None:
    result = run_with_python(
        ["-m", "files.odd_artifacts"],
        token=nothing_left,
        directory=HOSTILE,
        artifacts_to=tmp_path,
        artifact_paths=["out/folder-link/etc/hostname", "out/link"],
    )

    assert result.artifacts == ()
    assert result.refused == ("out/folder-link: not a folder", "out/link: a symbolic link")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is closed to root")
@pytest.mark.parametrize("mode", ["0o000", "0o444"])
@pytest.mark.parametrize(
    ("closed", "asked"), [("out", "out/deep/a.txt"), ("out", "out"), ("out/deep", "out/deep/a.txt")]
)
def test_closed_folder_is_refused(
    mode: str, closed: str, asked: str, run_python: RunPython, tmp_path: Path
) -> None:
    code = f"{WRITE}os.chmod({closed!r}, {mode})"
    result = run_python(code, artifacts_to=tmp_path, artifact_paths=[asked])

    assert result.artifacts == ()
    (sentence,) = result.refused
    assert sentence in (f"{closed}: {CLOSED}", f"{asked.rpartition('/')[0]}: {CLOSED}")


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is closed to root")
def test_closed_job_folder_is_refused(run_python: RunPython) -> None:
    result = run_python(f"{WRITE}os.chmod('.', 0)")

    assert result.outcome is Outcome.OK
    assert result.refused == (f".: {CLOSED}",)


def test_sparse_artifacts_count_with_their_size(nothing_left: str, tmp_path: Path) -> None:
    result = run_with_python(
        ["-m", "files.sparse"],
        token=nothing_left,
        limits=Limits(disk_mb=16, memory_mb=128),
        directory=HOSTILE,
        artifacts_to=tmp_path,
        artifact_paths=[f"hole-{number}" for number in range(4)],
    )

    assert len(result.artifacts) == 2
    assert result.refused == (
        "hole-2: larger than the disk limit",
        "hole-3: larger than the disk limit",
    )


def test_deep_artifacts_are_refused(nothing_left: str, tmp_path: Path) -> None:
    result = run_with_python(
        ["-m", "files.deep_folders"],
        token=nothing_left,
        limits=Limits(inodes=2000, memory_mb=128),
        directory=HOSTILE,
        artifacts_to=tmp_path,
        artifact_paths=["d"],
    )

    assert result.outcome is Outcome.DISK_LIMIT
    assert result.artifacts == ()
    assert result.refused[0].endswith("d: more than 32 folders deep")


def test_artifacts_with_long_paths_are_refused(run_python: RunPython, tmp_path: Path) -> None:
    code = "import os\nfor depth in range(30):\n os.mkdir('d' * 200)\n os.chdir('d' * 200)\n"
    code += " if depth in (3, 25): open('file', 'w').close()"
    result = run_python(code, artifacts_to=tmp_path)

    # Four folders deep; one by the name of the fifth is refused with all that is in it.
    assert result.artifacts == (Artifact(f"{'/'.join(['d' * 200] * 4)}/file", 0),)
    assert result.refused == (f"{'d' * 200}…: the path is longer than 1000 bytes",)


def test_many_refused_files_are_summed_up(run_python: RunPython) -> None:
    result = run_python("import os\nfor n in range(150): os.symlink('x', f'link-{n:03}')")

    assert len(result.refused) == 101
    assert result.refused[0] == "link-000: a symbolic link"
    assert result.refused[-1] == "and 50 more files"


def test_executable_artifact_stays_executable(run_python: RunPython, tmp_path: Path) -> None:
    code = "import os; open('tool', 'w'); os.chmod('tool', 0o6755); open('data', 'w')"
    run_python(code, artifacts_to=tmp_path)

    assert (tmp_path / "tool").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "data").stat().st_mode & 0o7777 == 0o644
