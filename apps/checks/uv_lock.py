"""Reads a learner's ``uv.lock``: what the project at the root needs, at the versions it pins."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from apps.checks.errors import InvalidSubmission
from apps.checks.requirement import (
    MAX_LINE_CHARACTERS,
    SHA256,
    TEST_GROUPS,
    Requirements,
    allowed,
    collected,
    parse_requirement,
)
from apps.checks.text_file import shown
from apps.checks.toml_file import array, parse_toml, table

UV_LOCK = "uv.lock"
MAX_LOCK_BYTES = 4 * 1024 * 1024
MAX_LOCKED = 1000


def read_lock(text: str) -> Requirements:
    """The project's requirements, and as constraints and hashes what is pinned.

    Raises InvalidSubmission.
    """
    document = parse_toml(text, name=UV_LOCK, code="not_toml")
    root: Mapping[str, Any] | None = None
    constraints: list[str] = []
    hashes: dict[str, set[str]] = defaultdict(set)
    packages = array(document, "package", where=UV_LOCK)
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
    return collected(
        list(_root_requirements(root)),
        source=UV_LOCK,
        constraints=tuple(sorted(constraints)),
        hashes=allowed(hashes),
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
    requirement = parse_requirement(text, where=f"{UV_LOCK}, {shown(name)}")
    return requirement, set() if parsed.local else _wheel_hashes(package)


def _forks_marker(package: Mapping[str, Any]) -> str:
    """Where this version applies, when the lock has several of one package."""
    markers = array(package, "resolution-markers", where=UV_LOCK)
    return " or ".join(f"({_marker(text)})" for text in markers)


def _marker(text: object) -> str:
    try:
        if isinstance(text, str) and len(text) <= MAX_LINE_CHARACTERS:
            return str(Marker(text))
    except (InvalidMarker, RecursionError):
        pass
    raise _lock_malformed()


def _wheel_hashes(package: Mapping[str, Any]) -> set[str]:
    wheels = array(package, "wheels", where=UV_LOCK)
    stated = [wheel.get("hash") for wheel in wheels if isinstance(wheel, dict)]
    return {value for value in stated if isinstance(value, str) and SHA256.fullmatch(value)}


def _root_requirements(root: Mapping[str, Any]) -> Iterator[Requirement]:
    own = canonicalize_name(root["name"])
    extras = table(root, "optional-dependencies", where=UV_LOCK)
    groups = table(root, "dev-dependencies", where=UV_LOCK)
    entries = list(array(root, "dependencies", where=UV_LOCK))
    for name in TEST_GROUPS:
        entries += array(extras, name, where=UV_LOCK) + array(groups, name, where=UV_LOCK)
    for entry in entries:
        requirement = _locked_dependency(entry)
        if requirement.name != own:
            yield requirement


def _locked_dependency(entry: object) -> Requirement:
    """``{ name = "psycopg", extra = ["binary"], marker = "…" }``; its version is a constraint."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise _lock_malformed()
    extras = array(entry, "extra", where=UV_LOCK)
    if not all(isinstance(extra, str) for extra in extras):
        raise _lock_malformed()
    text = entry["name"] + (f"[{','.join(extras)}]" if extras else "")
    if "marker" in entry:
        text += f"; {_marker(entry['marker'])}"
    return parse_requirement(text, where=f"{UV_LOCK}, {shown(entry['name'])}")


def _lock_malformed() -> InvalidSubmission:
    return InvalidSubmission(
        "lock_malformed",
        f"{UV_LOCK} is not as uv writes it. Run uv lock at the root of your repository and commit "
        "the file as it is.",
    )
