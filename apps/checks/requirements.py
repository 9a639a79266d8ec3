"""Reads a learner's dependency files: names, extras, specifiers, markers and hashes, no more.

uv follows URLs, paths and index options that stand *inside* such files, so it never sees them:
what is taken is written out anew in canonical form, and every other line is refused.

``uv.lock`` comes first, then ``requirements.txt``, then ``pyproject.toml``. Of a project's groups
and extras those named ``dev``, ``test`` and ``tests`` are taken too: its tests run here.
"""

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from apps.checks.errors import InvalidSubmission
from apps.checks.text_file import read_text, shown
from apps.checks.toml_file import parse_toml

UV_LOCK = "uv.lock"
REQUIREMENTS = "requirements.txt"
PYPROJECT = "pyproject.toml"

MAX_LOCK_BYTES = 4 * 1024 * 1024
MAX_BYTES = 256 * 1024
MAX_REQUIREMENTS = 200
MAX_LOCKED = 1000
MAX_LINE_CHARACTERS = 1000

TEST_GROUPS = ("dev", "test", "tests")

# Dependency files of other tools: with one of these alone, nothing would be installed.
_UNREAD = ("Pipfile", "Pipfile.lock", "environment.yml", "environment.yaml", "conda.yml")
_HASH = re.compile(r"--hash[= ]\s*(\S+)")
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_OWN_PROJECT = re.compile(r"(-e|--editable)[= ]?\s*\.(\[[^\]]*\])?/?|\.(\[[^\]]*\])?/?")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|^(git|hg|svn|bzr)\+|\S\s*@\s*\S", re.IGNORECASE)
_FILE = re.compile(r"\.(whl|zip|tar\.gz)$", re.IGNORECASE)
_PATH = re.compile(rf"^[./~]|\\|/|{_FILE.pattern}", re.IGNORECASE)
_COMMENT = re.compile(r"(^|\s)#.*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What to install, in canonical text that is safe to hand to uv."""

    lines: tuple[str, ...]  # one PEP 508 requirement each, sorted; pytest is always among them
    constraints: tuple[str, ...] = ()  # the versions that a lock file pins
    # Name -> the sha256 hashes that the learner's file allows ("sha256:…"); only those it gives.
    hashes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    source: str = ""  # the file read; empty when there is none


def read_requirements(root: Path) -> Requirements:
    """The requirements of the repository at ``root``.

    Raises InvalidSubmission; its message names file, line or entry, and says what to change.
    """
    for name, max_bytes, read in (
        (UV_LOCK, MAX_LOCK_BYTES, _read_lock),
        (REQUIREMENTS, MAX_BYTES, _read_requirements),
        (PYPROJECT, MAX_BYTES, _read_pyproject),
    ):
        try:
            text = read_text(root / name, max_bytes=max_bytes)
        except FileNotFoundError:
            continue
        return read(text)
    _refuse_unread_files(root)
    return _requirements([], source="")


def _refuse_unread_files(root: Path) -> None:
    for name in sorted(path.name for path in root.iterdir()):
        misnamed = name.casefold() in {REQUIREMENTS, "requirement.txt"}
        if misnamed or name in _UNREAD:
            advice = (
                f"Rename it to {REQUIREMENTS}."
                if misnamed
                else f"List your dependencies in {REQUIREMENTS} or {PYPROJECT}."
            )
            raise InvalidSubmission(
                "dependencies_not_read", f"The checker does not read {name}. {advice}"
            )


def _requirements(
    found: list[Requirement],
    *,
    source: str,
    constraints: tuple[str, ...] = (),
    hashes: Mapping[str, frozenset[str]] | None = None,
) -> Requirements:
    lines = {str(requirement) for requirement in found}
    if len(lines) > MAX_REQUIREMENTS:
        raise InvalidSubmission(
            "too_many_requirements",
            f"{source} lists {len(lines)} dependencies; up to {MAX_REQUIREMENTS} are allowed. "
            "Keep only what your code imports.",
        )
    if not any(canonicalize_name(r.name) == "pytest" and r.marker is None for r in found):
        lines.add("pytest")
    return Requirements(
        lines=tuple(sorted(lines)), constraints=constraints, hashes=hashes or {}, source=source
    )


def _requirement(text: str, *, where: str) -> Requirement:
    """One requirement in PEP 508 form. ``where`` ("requirements.txt, line 3") starts messages."""
    # Also keeps a line break inside a marker's quotes from becoming a line of its own for uv.
    if len(text) > MAX_LINE_CHARACTERS or not text.isprintable():
        raise InvalidSubmission(
            "requirement_malformed",
            f"{where}: the entry is longer than {MAX_LINE_CHARACTERS} characters or has control "
            "characters in it. Write one requirement, such as pandas>=2.2.",
        )
    try:
        requirement = Requirement(text)
    except (InvalidRequirement, RecursionError):
        requirement = None
    # "six-1.0-py3-none-any.whl" would pass for a name.
    if requirement is None or requirement.url is not None or _FILE.search(requirement.name):
        raise _refusal(text, where=where)
    requirement.name = canonicalize_name(requirement.name)
    return requirement


def _refusal(text: str, *, where: str) -> InvalidSubmission:
    wrong = f'{where}: "{shown(text)}"'
    by_name = "Name a package of the index instead, such as pandas>=2.2."
    if _URL.search(text):
        return InvalidSubmission(
            "requirement_url", f"{wrong} is a URL or a git source, which is not followed. {by_name}"
        )
    if _PATH.search(text):
        return InvalidSubmission(
            "requirement_path", f"{wrong} is a path, which is not installed from. {by_name}"
        )
    return InvalidSubmission(
        "requirement_malformed",
        f"{wrong} is not a requirement. Write a name and, if you like, a version: pandas>=2.2.",
    )


# requirements.txt


def _read_requirements(content: str) -> Requirements:
    found: list[Requirement] = []
    hashes: dict[str, set[str]] = defaultdict(set)
    for number, line in _logical_lines(content):
        where = f"{REQUIREMENTS}, line {number}"
        if _OWN_PROJECT.fullmatch(line):
            continue
        stated, text = _HASH.findall(line), _HASH.sub("", line).strip()
        _refuse_options(text, where=where)
        requirement = _requirement(text, where=where)
        found.append(requirement)
        hashes[requirement.name] |= _sha256(stated, where=where)
    return _requirements(found, source=REQUIREMENTS, hashes=_frozen(hashes))


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their number, continuations joined, comments and blank ones left out."""
    first, parts = 1, list[str]()
    lines = text.split("\n")
    for number, written in enumerate(lines, start=1):
        line = _COMMENT.sub("", written.rstrip("\r")).replace("\t", " ")
        parts.append(line.removesuffix("\\"))
        if line.endswith("\\") and number < len(lines):
            continue
        if joined := " ".join(parts).strip():
            yield first, joined
        first, parts = number + 1, []


def _refuse_options(line: str, *, where: str) -> None:
    option = re.search(r"(?:^|\s)(-[A-Za-z]|--[A-Za-z-]+)", line)
    if option is None:
        return
    name = option[1]
    advice = {
        "-r": "Copy the requirements of that file into this one.",
        "--requirement": "Copy the requirements of that file into this one.",
        "-e": "Name a package of the index instead, such as pandas>=2.2.",
        "--editable": "Name a package of the index instead, such as pandas>=2.2.",
    }.get(name, "Take it out; packages come from this platform's own index.")
    raise InvalidSubmission(
        "requirement_option", f"{where}: the option {shown(name)} is not read. {advice}"
    )


def _sha256(stated: list[str], *, where: str) -> set[str]:
    for value in stated:
        if not _SHA256.fullmatch(value):
            raise InvalidSubmission(
                "requirement_hash",
                f'{where}: "{shown(value)}" is not a hash that is read. '
                "Write --hash=sha256: and 64 hexadecimal digits.",
            )
    return set(stated)


def _frozen(hashes: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in hashes.items() if values}


# pyproject.toml


def _read_pyproject(text: str) -> Requirements:
    document = parse_toml(text, name=PYPROJECT, code="not_toml")
    project = _table(document, "project", where=PYPROJECT)
    if "dependencies" in _list(project, "dynamic", where=f"{PYPROJECT}, [project]"):
        raise InvalidSubmission(
            "dependencies_dynamic",
            f"{PYPROJECT} declares its dependencies as dynamic, and your project is not built "
            "here. List them under dependencies in [project].",
        )
    if "project" not in document and _poetry_lists_dependencies(document):
        raise InvalidSubmission(
            "dependencies_not_read",
            f"{PYPROJECT} lists its dependencies for Poetry only. "
            "List them under dependencies in [project].",
        )
    name = project.get("name")
    own = canonicalize_name(name) if isinstance(name, str) else ""
    found = []
    for entry, where in _project_entries(document, project):
        requirement = _requirement(entry, where=where)
        # "housing[plot]" inside housing's own lists: its extras are read where they are listed.
        if requirement.name != own:
            found.append(requirement)
    return _requirements(found, source=PYPROJECT)


def _poetry_lists_dependencies(document: Mapping[str, Any]) -> bool:
    tool = document.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    return isinstance(poetry, dict) and "dependencies" in poetry


def _project_entries(
    document: Mapping[str, Any], project: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Each requirement with where it stands."""
    where = f"{PYPROJECT}, dependencies"
    yield from _entries(_list(project, "dependencies", where=where), where=where)
    extras = _table(project, "optional-dependencies", where=PYPROJECT)
    groups = _table(document, "dependency-groups", where=PYPROJECT)
    for name in TEST_GROUPS:
        where = f"{PYPROJECT}, optional dependencies {name}"
        yield from _entries(_list(extras, name, where=where), where=where)
        yield from _group_entries(groups, name)


def _entries(entries: list[Any], *, where: str) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if not isinstance(entry, str):
            raise InvalidSubmission(
                "requirement_malformed",
                f"{where}: every entry must be text in quotes, such as pandas>=2.2.",
            )
        yield entry, where


def _group_entries(groups: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """A dependency group and those it includes (PEP 735), each once."""
    waiting, seen = [name], set[str]()
    while waiting:
        group = waiting.pop()
        if group in seen:
            continue
        seen.add(group)
        where = f"{PYPROJECT}, dependency group {shown(group)}"
        for entry in _list(groups, group, where=where):
            if isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
                waiting.append(entry["include-group"])
            else:
                yield from _entries([entry], where=where)


# uv.lock


def _read_lock(text: str) -> Requirements:
    document = parse_toml(text, name=UV_LOCK, code="not_toml")
    root: Mapping[str, Any] | None = None
    constraints: list[str] = []
    hashes: dict[str, set[str]] = defaultdict(set)
    packages = _list(document, "package", where=UV_LOCK)
    if len(packages) > MAX_LOCKED:
        raise InvalidSubmission(
            "too_many_requirements",
            f"{UV_LOCK} locks {len(packages)} packages; up to {MAX_LOCKED} are allowed. "
            "Keep only what your code imports.",
        )
    for package in packages:
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):
            raise _lock_malformed()
        if _is_own_project(package):
            root = package
            continue
        constraint, wheels = _pinned(package)
        constraints.append(str(constraint))
        hashes[constraint.name] |= wheels
    if root is None:
        raise InvalidSubmission(
            "lock_without_project",
            f"{UV_LOCK} has no entry for the project at the root of your repository. "
            "Run uv lock there and commit the file.",
        )
    return _requirements(
        list(_root_requirements(root)),
        source=UV_LOCK,
        constraints=tuple(sorted(constraints)),
        hashes=_frozen(hashes),
    )


def _is_own_project(package: Mapping[str, Any]) -> bool:
    source = package.get("source")
    return isinstance(source, dict) and any(
        source.get(kind) == "." for kind in ("editable", "virtual", "directory")
    )


def _pinned(package: Mapping[str, Any]) -> tuple[Requirement, set[str]]:
    """A locked package as ``name==version; marker``, and the hashes of its wheels."""
    name, source, version = package["name"], package.get("source"), package.get("version")
    if not isinstance(source, dict) or "registry" not in source:
        kind = shown(next(iter(source))) if isinstance(source, dict) and source else "unknown"
        raise InvalidSubmission(
            "requirement_url",
            f"{UV_LOCK}: {shown(name)} comes from a {kind} source, which is not followed. "
            "Depend on a package of the index instead and run uv lock again.",
        )
    parsed = None
    # The length first: a number of thousands of digits is an error of another kind.
    if isinstance(version, str) and len(version) <= MAX_LINE_CHARACTERS:
        with contextlib.suppress(InvalidVersion):
            parsed = Version(version)
    if parsed is None:
        raise _lock_malformed()
    marker = _forks_marker(package)
    # "2.9.1+cpu" exists only in the index that the lock was made with; here it is "2.9.1".
    text = f"{name}=={parsed.public}" + (f"; {marker}" if marker else "")
    requirement = _requirement(text, where=f"{UV_LOCK}, {shown(name)}")
    return requirement, set() if parsed.local else _wheel_hashes(package)


def _forks_marker(package: Mapping[str, Any]) -> str:
    """Where this version applies, when the lock has several of one package."""
    markers = _list(package, "resolution-markers", where=UV_LOCK)
    return " or ".join(f"({_marker(text)})" for text in markers)


def _marker(text: object) -> str:
    try:
        if isinstance(text, str) and len(text) <= MAX_LINE_CHARACTERS:
            return str(Marker(text))
    except (InvalidMarker, RecursionError):
        pass
    raise _lock_malformed()


def _wheel_hashes(package: Mapping[str, Any]) -> set[str]:
    wheels = _list(package, "wheels", where=UV_LOCK)
    stated = [wheel.get("hash") for wheel in wheels if isinstance(wheel, dict)]
    return {value for value in stated if isinstance(value, str) and _SHA256.fullmatch(value)}


def _root_requirements(root: Mapping[str, Any]) -> Iterator[Requirement]:
    own = canonicalize_name(root["name"])
    extras = _table(root, "optional-dependencies", where=UV_LOCK)
    groups = _table(root, "dev-dependencies", where=UV_LOCK)
    entries = list(_list(root, "dependencies", where=UV_LOCK))
    for name in TEST_GROUPS:
        entries += _list(extras, name, where=UV_LOCK) + _list(groups, name, where=UV_LOCK)
    for entry in entries:
        requirement = _locked_dependency(entry)
        if requirement.name != own:
            yield requirement


def _locked_dependency(entry: object) -> Requirement:
    """``{ name = "psycopg", extra = ["binary"], marker = "…" }``; its version is a constraint."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise _lock_malformed()
    extras = _list(entry, "extra", where=UV_LOCK)
    if not all(isinstance(extra, str) for extra in extras):
        raise _lock_malformed()
    text = entry["name"] + (f"[{','.join(extras)}]" if extras else "")
    if "marker" in entry:
        text += f"; {_marker(entry['marker'])}"
    return _requirement(text, where=f"{UV_LOCK}, {shown(entry['name'])}")


def _lock_malformed() -> InvalidSubmission:
    return InvalidSubmission(
        "lock_malformed",
        f"{UV_LOCK} is not as uv writes it. Run uv lock at the root of your repository and commit "
        "the file as it is.",
    )


# TOML


def _table(table: Mapping[str, Any], key: str, *, where: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise InvalidSubmission("wrong_type", f"{where}: {key} must be a table.")
    return value


def _list(table: Mapping[str, Any], key: str, *, where: str) -> list[Any]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise InvalidSubmission("wrong_type", f"{where}: {key} must be a list in square brackets.")
    return value
