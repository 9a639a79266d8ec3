from pathlib import Path

from apps.checks.folder_input import PackedFolder, pack, unpack
from apps.checks.session import _mount

FILES = {"items.csv": b"a,b\n", "images/1.png": b"\x89PNG"}


def test_folder_comes_back_as_it_was_packed() -> None:
    assert unpack(pack(FILES)) == FILES


def test_same_files_make_the_same_bytes() -> None:
    """A session tells by them whether a command saw these inputs before."""
    assert pack(FILES) == pack(dict(FILES))


def test_packed_folder_is_a_folder_to_the_learner(tmp_path: Path) -> None:
    mount = _mount("data", pack(FILES), tmp_path)
    assert mount.target == "/data/data"
    assert {
        str(path.relative_to(mount.source)): path.read_bytes()
        for path in mount.source.rglob("*")
        if path.is_file()
    } == FILES


def test_other_bytes_are_a_file_as_before(tmp_path: Path) -> None:
    assert not isinstance(bytes(pack(FILES)), PackedFolder)
    mount = _mount("data", bytes(pack(FILES)), tmp_path)
    assert mount.target == "/data/data.csv"
    assert mount.source.is_file()
