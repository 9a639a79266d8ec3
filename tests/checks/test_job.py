import subprocess
import sys
from pathlib import Path

from apps.checks.job import job_folder


def test_job_folder_is_gone_afterwards(tmp_path: Path) -> None:
    with job_folder(tmp_path) as folder:
        (folder / "file").write_text("x")
    assert list((tmp_path / "jobs").iterdir()) == []


def test_job_folder_of_a_living_process_stays(tmp_path: Path) -> None:
    with job_folder(tmp_path) as first, job_folder(tmp_path) as second:
        assert first.is_dir()
        assert second.is_dir()


def test_job_folder_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys\n"
        "from apps.checks.job import job_folder\n"
        "with job_folder(pathlib.Path(sys.argv[1])):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    left = list((tmp_path / "jobs").iterdir())
    assert len(left) == 1
    with job_folder(tmp_path) as folder:
        assert list((tmp_path / "jobs").iterdir()) == [folder]
