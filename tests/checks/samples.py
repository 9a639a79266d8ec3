"""The sample repositories of each project: the reference, and variants laid over it."""

import hashlib
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from apps.checks import projects

SAMPLES = Path(__file__).parent.parent / "projects"
_MADE = {"__pycache__", ".pytest_cache"}  # by running them
UNITS = Path(projects.__file__).parent


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


def unit_hash(project: str) -> str:
    """Of a project's checker and its samples: 64 hex digits."""
    digest = hashlib.sha256()
    for folder in (UNITS / project.replace("-", "_"), SAMPLES / project):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not _MADE & set(path.parts):
                name = path.relative_to(folder).as_posix()
                digest.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def lay_out(project: str, name: str, into: Path) -> Path:
    """Write a sample out: the reference with the variant's files over it."""
    ignore = shutil.ignore_patterns("expected.toml", *_MADE)
    for part in dict.fromkeys(("reference", name)):
        shutil.copytree(SAMPLES / project / part, into, ignore=ignore, dirs_exist_ok=True)
    return into
