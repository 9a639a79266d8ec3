"""What is taken of a dependency: name, extras, specifier, marker and hashes, no more.

uv follows URLs, paths and index options, so it never sees those that a learner wrote: what is
taken is written out anew in canonical form, and everything else is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from apps.checks.errors import InvalidSubmission
from apps.checks.text_file import shown

MAX_REQUIREMENTS = 200
MAX_LINE_CHARACTERS = 1000
# Of a project's groups and extras.
TEST_GROUPS = ("dev", "test", "tests")

SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|^(git|hg|svn|bzr)\+|\S\s*@\s*\S", re.IGNORECASE)
_FILE = re.compile(r"\.(whl|zip|tar\.gz)$", re.IGNORECASE)
_PATH = re.compile(rf"^[./~]|\\|/|{_FILE.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What to install, in canonical text that is safe to hand to uv."""

    lines: tuple[str, ...]  # one PEP 508 requirement each, sorted; pytest is always among them
    constraints: tuple[str, ...] = ()  # the versions that a lock file pins
    # Name -> the sha256 hashes that the learner's file allows ("sha256:…"); only those it gives.
    hashes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    source: str = ""  # the file read; empty when there is none


def collected(
    found: list[Requirement],
    *,
    source: str,
    constraints: tuple[str, ...] = (),
    hashes: Mapping[str, frozenset[str]] | None = None,
) -> Requirements:
    """``found``, which stands in the file ``source``, and pytest. Raises InvalidSubmission."""
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


def parse_requirement(text: str, *, where: str) -> Requirement:
    """One requirement in PEP 508 form. ``where`` ("requirements.txt, line 3") starts the message
    of the InvalidSubmission raised.
    """
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
    if requirement is not None and any(part.operator == "===" for part in requirement.specifier):
        raise InvalidSubmission(
            "requirement_malformed",
            f'{where}: "{shown(text)}" compares with ===, which is not read. Write == instead.',
        )
    # Markers have no escapes (PEP 508), but packaging reads them: "\\n" would be written out as a
    # line break, and what follows be a line of its own for uv.
    if requirement is not None and "\\" in text:
        raise InvalidSubmission(
            "requirement_malformed",
            f'{where}: "{shown(text)}" has a backslash in it. Write what stands for it instead.',
        )
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


def allowed(hashes: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """Those of ``Requirements.hashes``: a package for which none is given may have any."""
    return {name: frozenset(values) for name, values in hashes.items() if values}
