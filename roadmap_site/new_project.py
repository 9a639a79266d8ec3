"""Lays out the unit of a new project: a copy of one that stands, under a name of its own.

A copy works from the first minute, checker, samples, tests and texts; what is changed afterwards is
seen to work or to fail. An empty frame would show nothing until it is filled.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 60
_MADE = shutil.ignore_patterns("__pycache__", ".pytest_cache")
_REGISTRY = "apps/checks/projects/__init__.py"


class Refused(Exception):
    """It cannot be laid out; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Where the parts of a project stand, below the root of the source."""

    slug: str

    @property
    def package(self) -> str:
        return self.slug.replace("-", "_")

    @property
    def constant(self) -> str:
        return self.package.upper()

    @property
    def folders(self) -> tuple[str, ...]:
        return (
            f"apps/checks/projects/{self.package}",
            f"tests/projects/{self.slug}",
            f"fixtures/projects/{self.slug}",
        )

    @property
    def tests(self) -> str:
        return f"tests/checks/projects/test_{self.package}.py"

    @property
    def learner(self) -> str:
        """The solution in one process that the tests use."""
        return f"tests/checks/projects/{self.package}_learner.py"


def lay_out(root: Path, *, slug: str, like: str) -> list[str]:
    """Write the unit ``slug`` as a copy of ``like`` into the source at ``root``.

    Returns the paths that were written or changed. Raises Refused, and has then written nothing.
    """
    new, old = Unit(slug), Unit(like)
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST:
        raise Refused(f"{slug!r} is no name: small letters and digits, words joined by hyphens.")
    if not (root / old.folders[0]).is_dir():
        raise Refused(f"There is no checker of {like!r} to copy.")
    there = [path for path in (*new.folders, new.tests, new.learner) if (root / path).exists()]
    if there:
        raise Refused(f"{there[0]} is there already. Choose another name, or move it away.")
    for source, target in zip(old.folders, new.folders, strict=True):
        shutil.copytree(root / source, root / target, ignore=_MADE)
    shutil.copyfile(root / old.tests, root / new.tests)
    learner = _learner_of(root, old)
    shutil.copyfile(learner, root / new.learner)
    for path in _texts(root, new):
        _rename(path, old=old, new=new, learner=learner.stem)
    _introduce(root / f"fixtures/projects/{slug}/brief.md", slug=slug, root=root)
    _register(root / _REGISTRY, new)
    return [*new.folders, new.tests, new.learner, _REGISTRY]


def _learner_of(root: Path, unit: Unit) -> Path:
    """The one that the unit's tests import."""
    text = (root / unit.tests).read_text(encoding="utf-8")
    found = re.search(r"from tests\.checks\.projects import (\w+_learner)\b", text)
    if found is None:
        raise Refused(f"{unit.tests} imports no learner from tests.checks.projects.")
    return root / f"tests/checks/projects/{found[1]}.py"


def _texts(root: Path, unit: Unit) -> Iterator[Path]:
    yield from (root / unit.tests, root / unit.learner)
    for folder in unit.folders:
        yield from (path for path in sorted((root / folder).rglob("*")) if path.is_file())


def _rename(path: Path, *, old: Unit, new: Unit, learner: str) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:  # data in another encoding
        return
    names = {
        old.slug: new.slug,
        old.package: new.package,
        old.constant: new.constant,
        learner: Path(new.learner).stem,
    }
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    path.write_text(re.sub(pattern, lambda found: names[found[0]], text), encoding="utf-8")


def _introduce(brief: Path, *, slug: str, root: Path) -> None:
    """A title and a place of its own."""
    places = [
        int(found[1])
        for path in (root / "fixtures/projects").glob("*/brief.md")
        if (found := re.search(r"^position = (\d+)$", path.read_text("utf-8"), re.MULTILINE))
    ]
    title = slug.replace("-", " ").capitalize()
    text = brief.read_text(encoding="utf-8")
    text = re.sub(r'^title = ".*"$', f'title = "{title}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(
        r"^position = \d+$", f"position = {max(places) + 1}", text, count=1, flags=re.MULTILINE
    )
    brief.write_text(text, encoding="utf-8")


def _register(registry: Path, unit: Unit) -> None:
    """An import among the others, in order, and a line after the last one of the tuple."""
    text = registry.read_text(encoding="utf-8")
    line = f"from apps.checks.projects.{unit.package} import PROJECT as {unit.constant}\n"
    imports = re.findall(r"^from apps\.checks\.projects\..*\n", text, re.MULTILINE)
    text = text.replace("".join(imports), "".join(sorted([*imports, line])))
    registry.write_text(
        re.sub(
            r"^(_ALL = \((?:\n    \w+,)*)", rf"\1\n    {unit.constant},", text, flags=re.MULTILINE
        ),
        encoding="utf-8",
    )
