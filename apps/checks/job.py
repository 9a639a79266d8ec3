"""The folder of one running check. A folder whose process died is removed by the next check."""

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def job_folder(home: Path) -> Iterator[Path]:
    """A new folder below ``home/jobs``, gone afterwards.

    The sandbox's own uid reads it, so it is open to read; nothing in it is secret from the
    learner whose code runs, and no sandbox sees another job's folder.
    """
    jobs = home / "jobs"
    jobs.mkdir(parents=True, exist_ok=True)
    _remove_dead(jobs)
    folder = Path(tempfile.mkdtemp(prefix="job-", dir=jobs))
    with (folder / ".lock").open("w") as lock:
        # Held as long as this process lives: how the next one knows that a folder is in use.
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_dead(jobs: Path) -> None:
    for folder in jobs.glob("job-*"):
        try:
            with (folder / ".lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, or just being made
