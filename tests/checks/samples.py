"""The sample repositories of each project: the reference, and variants laid over it."""

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "projects"


@dataclass(frozen=True, slots=True)
class Variant:
    """A sample that must fail ``fails`` and may fail what ``follows`` from it, nothing else."""

    project: str
    name: str
    fails: str
    follows: frozenset[str]


def variants(project: str) -> list[Variant]:
    return [
        _variant(project, folder)
        for folder in sorted((SAMPLES / project).iterdir())
        if (folder / "expected.toml").exists()
    ]


def _variant(project: str, folder: Path) -> Variant:
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    return Variant(project, folder.name, expected["fails"], frozenset(expected["follows"]))


def lay_out(project: str, name: str, into: Path) -> Path:
    """Write a sample out: the reference with the variant's files over it."""
    ignore = shutil.ignore_patterns("__pycache__", "expected.toml", ".pytest_cache")
    for part in dict.fromkeys(("reference", name)):
        shutil.copytree(SAMPLES / project / part, into, ignore=ignore, dirs_exist_ok=True)
    return into
