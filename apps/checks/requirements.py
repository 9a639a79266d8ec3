"""Reads a learner's dependency files.

``uv.lock`` comes first, then ``requirements.txt``, then ``pyproject.toml``. Of a project's groups
and extras those named ``dev``, ``test`` and ``tests`` are taken too: its tests run here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from apps.checks.errors import InvalidSubmission
from apps.checks.requirement import (
    SHA256,
    TEST_GROUPS,
    Requirements,
    allowed,
    collected,
    parse_requirement,
)
from apps.checks.text_file import read_text, shown
from apps.checks.toml_file import array, parse_toml, table
from apps.checks.uv_lock import MAX_LOCK_BYTES, UV_LOCK, read_lock

__all__ = ["Requirements", "read_requirements"]

REQUIREMENTS = "requirements.txt"
PYPROJECT = "pyproject.toml"

MAX_BYTES = 256 * 1024

# Dependency files of other tools: with one of these alone, nothing would be installed.
_UNREAD = ("Pipfile", "Pipfile.lock", "environment.yml", "environment.yaml", "conda.yml")
_HASH = re.compile(r"--hash[= ]\s*(\S+)")
_OWN_PROJECT = re.compile(r"(-e|--editable)[= ]?\s*\.(\[[^\]]*\])?/?|\.(\[[^\]]*\])?/?")
_COMMENT = re.compile(r"(^|\s)#.*$")


def read_requirements(root: Path) -> Requirements:
    """The requirements of the repository at ``root``.

    Raises InvalidSubmission; its message names file, line or entry, and says what to change.
    """
    for name, max_bytes, read in (
        (UV_LOCK, MAX_LOCK_BYTES, read_lock),
        (REQUIREMENTS, MAX_BYTES, _read_requirements),
        (PYPROJECT, MAX_BYTES, _read_pyproject),
    ):
        try:
            text = read_text(root / name, max_bytes=max_bytes)
        except FileNotFoundError:
            continue
        return read(text)
    _refuse_unread_files(root)
    return collected([], source="")


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
        requirement = parse_requirement(text, where=where)
        found.append(requirement)
        hashes[requirement.name] |= _sha256(stated, where=where)
    return collected(found, source=REQUIREMENTS, hashes=allowed(hashes))


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
        if not SHA256.fullmatch(value):
            raise InvalidSubmission(
                "requirement_hash",
                f'{where}: "{shown(value)}" is not a hash that is read. '
                "Write --hash=sha256: and 64 hexadecimal digits.",
            )
    return set(stated)


# pyproject.toml


def _read_pyproject(text: str) -> Requirements:
    document = parse_toml(text, name=PYPROJECT, code="not_toml")
    project = table(document, "project", where=PYPROJECT)
    if "dependencies" in array(project, "dynamic", where=f"{PYPROJECT}, [project]"):
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
        requirement = parse_requirement(entry, where=where)
        # "housing[plot]" inside housing's own lists: its extras are read where they are listed.
        if requirement.name != own:
            found.append(requirement)
    return collected(found, source=PYPROJECT)


def _poetry_lists_dependencies(document: Mapping[str, Any]) -> bool:
    tool = document.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    return isinstance(poetry, dict) and "dependencies" in poetry


def _project_entries(
    document: Mapping[str, Any], project: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Each requirement with where it stands."""
    where = f"{PYPROJECT}, dependencies"
    yield from _entries(array(project, "dependencies", where=where), where=where)
    extras = table(project, "optional-dependencies", where=PYPROJECT)
    groups = table(document, "dependency-groups", where=PYPROJECT)
    for name in TEST_GROUPS:
        where = f"{PYPROJECT}, optional dependencies {name}"
        yield from _entries(array(extras, name, where=where), where=where)
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
        for entry in array(groups, group, where=where):
            if isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
                waiting.append(entry["include-group"])
            else:
                yield from _entries([entry], where=where)
