"""A folder for one example, and the look at what an example has left there."""

import contextlib
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

CANARY = "canary"


@contextlib.contextmanager
def example_folder(parent: Path) -> Iterator[Path]:
    """An empty folder, beside a file that must be as it was when the example is over."""
    with contextlib.ExitStack() as left:
        outside = Path(tempfile.mkdtemp(dir=parent))
        left.callback(shutil.rmtree, outside)
        (outside / CANARY).write_text(CANARY)
        folder = outside / "job"
        folder.mkdir()
        yield folder
        assert sorted(path.name for path in outside.iterdir()) == [CANARY, "job"]
        assert (outside / CANARY).read_text() == CANARY


def regular_files(root: Path) -> dict[str, int]:
    """Sizes by path. Nothing but folders and regular files may be there."""
    found = {}
    for folder, folders, files in root.walk():
        for name in (*folders, *files):
            status = (folder / name).lstat()
            assert stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
            if stat.S_ISREG(status.st_mode):
                found[(folder / name).relative_to(root).as_posix()] = status.st_size
    return found


def assert_told(error: Exception) -> None:
    """The message is a sentence that can be printed anywhere."""
    message = str(error)
    assert message.isprintable()
    assert 20 < len(message) < 600
