"""The sample repositories of each project: the reference, and variants laid over it."""

import ast
import hashlib
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.checks import projects
from apps.checks.python_imports import files_of, imported_modules

SAMPLES = Path(__file__).parent.parent / "projects"
_MADE = {"__pycache__", ".pytest_cache"}  # by running them
UNITS = Path(projects.__file__).parent
CHECKS = UNITS.parent
ROOT = CHECKS.parent.parent
# A project with the checks of another one: its samples are laid over the other's reference, and
# what shows the other's checks able to fail shows its own.
SAME_CHECKS = {"image-classification-fine-tuned": "image-classification"}


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


def sample_names(project: str) -> list[str]:
    """The reference first."""
    return ["reference", *(variant.name for variant in variants(project))]


def unit_hash(project: str) -> str:
    """Of all that decides the verdicts of a project's samples: 64 hex digits."""
    return _digest(cell_hash(project, name).encode() for name in sample_names(project))


@cache
def cell_hash(project: str, name: str) -> str:
    """Of all that decides one sample's verdict: its files, those of the reference below it, the
    project's checker, and the modules of ``apps.checks`` with which that measures. Not of what
    only runs the commands, which has tests of its own.
    """
    folders = [*_layers(project, name), *_units(project)]
    own = (path for folder in folders for path in sorted(folder.rglob("*")))
    files = [path for path in own if path.is_file() and not _MADE & set(path.parts)]
    return _digest(_named(path) for path in [*files, *_measuring(project)])


@cache
def _measuring(project: str) -> tuple[Path, ...]:
    """What the checker imports of ``apps.checks`` outside its units, and what that imports."""
    found: set[Path] = set()
    waiting = [path for folder in _units(project) for path in folder.rglob("*.py")]
    while waiting:
        path = waiting.pop()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(ROOT).as_posix()
        imported = {ROOT / file for file in files_of(imported_modules(tree, path=name))}
        new = {file for file in imported if file.exists() and CHECKS in file.parents}
        new = {file for file in new - found if UNITS not in file.parents}
        waiting += new
        found |= new
    return tuple(sorted(found))


def _units(project: str) -> list[Path]:
    """The folders of its checker."""
    slugs = filter(None, (SAME_CHECKS.get(project), project))
    return [UNITS / slug.replace("-", "_") for slug in slugs]


def _layers(project: str, name: str) -> list[Path]:
    """The folders whose files are laid over each other."""
    below = [SAMPLES / SAME_CHECKS[project] / "reference"] if project in SAME_CHECKS else []
    return list(dict.fromkeys([*below, SAMPLES / project / "reference", SAMPLES / project / name]))


def _named(path: Path) -> bytes:
    return f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes()


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}\0".encode() + part)
    return digest.hexdigest()


def lay_out(project: str, name: str, into: Path) -> Path:
    """Write a sample out: the reference with the variant's files over it."""
    ignore = shutil.ignore_patterns("expected.toml", *_MADE)
    for folder in _layers(project, name):
        shutil.copytree(folder, into, ignore=ignore, dirs_exist_ok=True)
    return into
