"""What people read of a repository: all text, within bounds, nothing else."""

from pathlib import Path

import pytest

from apps.checks import snapshot
from apps.checks.snapshot import read_snapshot


def test_text_is_kept_and_the_rest_is_listed(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("x = 'ä'\n", encoding="utf-8-sig")
    (tmp_path / "b.bin").write_bytes(b"a\0b")
    (tmp_path / "latin.txt").write_bytes(b"\xe4")
    (tmp_path / "long.txt").write_bytes(b"x" * (snapshot.MAX_FILE + 1))
    found = {one.path: one.text for one in read_snapshot(tmp_path)}
    assert found == {"b.bin": None, "latin.txt": None, "long.txt": None, "src/a.py": "x = 'ä'\n"}


def test_bounds_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MAX_TOTAL", 10)
    monkeypatch.setattr(snapshot, "MAX_FILES", 3)
    for name in "abcd":
        (tmp_path / name).write_text("12345")
    found = [(one.path, one.text, one.size) for one in read_snapshot(tmp_path)]
    assert found == [("a", "12345", 5), ("b", "12345", 5), ("c", None, 5)]
