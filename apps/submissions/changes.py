"""What changed since the last try: files, checks and figures, computed once, when a check ends.

All of it is bounded: where counting the lines of a file would take long, it is "changed" and no
more.
"""

import dataclasses
import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal
from urllib.parse import urlsplit

from apps.checks.results import CheckResult, Test, from_json
from apps.checks.snapshot import SourceFile
from apps.checks.untrusted_text import storable
from apps.submissions import queries
from apps.submissions.models import Submission
from apps.submissions.snapshots import commit_of, files_of

SCHEMA_VERSION = 1
MAX_FILES = 100  # kept of each pair of tries
MAX_PAIRS = 250_000  # lines before times lines after: the worst such file takes half a second
BUDGET_S = 1.5  # then the other files are not counted
COMPARE_PAGES = {
    "github.com": "/compare/{}...{}",
    "gitlab.com": "/-/compare/{}...{}",
    "codeberg.org": "/compare/{}...{}",
}
_REPOSITORY = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*){2,}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    path: str
    kind: Literal["added", "removed", "changed"]
    added: int | None = None  # lines; None: not counted
    removed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckChange:
    name: str
    title: str
    state: Literal["passed", "failed", "not_run"]  # now


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    title: str
    unit: str
    before: float
    after: float
    higher_is_better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    public_id: str  # of the try before
    number: int
    commit_before: str
    commit_after: str
    compare_url: str
    missing: Literal["", "before", "after", "both"]  # whose files were not kept
    files: tuple[FileChange, ...]
    files_left_out: int
    by_size_only: int  # files without a text on one side, whose sizes are equal
    checks: tuple[CheckChange, ...]
    metrics: tuple[MetricChange, ...]


def to_json(changes: Changes) -> dict[str, Any]:
    document: dict[str, Any] = storable(dataclasses.asdict(changes))
    return {**document, "schema_version": SCHEMA_VERSION}


def read_changes(document: Mapping[str, Any]) -> Changes | None:
    """None: written by another version of ours."""
    if document.get("schema_version") != SCHEMA_VERSION:
        return None
    values = {key: value for key, value in document.items() if key != "schema_version"}
    values["files"] = tuple(FileChange(**one) for one in values["files"])
    values["checks"] = tuple(CheckChange(**one) for one in values["checks"])
    values["metrics"] = tuple(MetricChange(**one) for one in values["metrics"])
    return Changes(**values)


def changes_since_last_try(submission: Submission, result: CheckResult) -> Changes | None:
    """None: there is no earlier try that was looked at."""
    last = queries.last_try_before(submission)
    if last is None or last.result is None:
        return None
    before, after = files_of(last), files_of(submission)
    earlier = from_json(last.result)
    commits = (
        commit_of(last) or earlier.provenance.commit,
        commit_of(submission) or result.provenance.commit,
    )
    files, unseen = ([], 0) if before is None or after is None else compare_files(before, after)
    return Changes(
        public_id=last.public_id,
        number=last.number,
        commit_before=commits[0],
        commit_after=commits[1],
        compare_url=compare_url(last.url, submission.url, commits=commits),
        missing=_missing(before is None, after is None),
        files=tuple(files[:MAX_FILES]),
        files_left_out=max(len(files) - MAX_FILES, 0),
        by_size_only=unseen,
        checks=tuple(_check_changes(earlier, result)),
        metrics=tuple(_metric_changes(earlier, result)),
    )


def _missing(before: bool, after: bool) -> Literal["", "before", "after", "both"]:
    if before:
        return "both" if after else "before"
    return "after" if after else ""


# Files -----------------------------------------------------------------------------------------


def compare_files(
    before: tuple[SourceFile, ...], after: tuple[SourceFile, ...]
) -> tuple[list[FileChange], int]:
    """What differs, by path; and how many files could be compared by their size only."""
    deadline = time.monotonic() + BUDGET_S
    old, new = ({one.path: one for one in side} for side in (before, after))
    changes, unseen = [], 0
    for path in sorted(old.keys() | new.keys()):
        was, now = old.get(path), new.get(path)
        if was is None or now is None:
            changes.append(_one_sided(path, was, now))
        elif was.size != now.size or was.text != now.text:
            late = time.monotonic() > deadline
            counts = None if late else _count(was.text, now.text)
            added, removed = counts or (None, None)
            changes.append(FileChange(path=path, kind="changed", added=added, removed=removed))
        elif was.text is None:
            unseen += 1
    return changes, unseen


def _one_sided(path: str, was: SourceFile | None, now: SourceFile | None) -> FileChange:
    if now is None:
        lines = _lines(was.text) if was else None
        return FileChange(path=path, kind="removed", removed=None if lines is None else len(lines))
    lines = _lines(now.text)
    return FileChange(path=path, kind="added", added=None if lines is None else len(lines))


def _lines(text: str | None) -> list[str] | None:
    """Split as git does: a page break or a line separator of Unicode ends no line."""
    if text is None:
        return None
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _count(was: str | None, now: str | None) -> tuple[int, int] | None:
    """Lines added and removed; None: no text, or too much of it."""
    old, new = _lines(was), _lines(now)
    if old is None or new is None:
        return None
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    common = _common(old, new)
    return None if common is None else (len(new) - common, len(old) - common)


def _common(old: list[str], new: list[str]) -> int | None:
    """How many lines both have in the same order, as difflib finds them."""
    in_old, in_new = Counter(old), Counter(new)
    # What stands on one side only matches nothing, and is most of what people change.
    old, new = [one for one in old if one in in_new], [one for one in new if one in in_old]
    if len(old) * len(new) > MAX_PAIRS:
        return None
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def compare_url(before: str, after: str, *, commits: tuple[str, str]) -> str:
    """The page of the host that shows both commits side by side; empty where we know of none."""
    repository = _repository(after)
    if not repository or repository.lower() != _repository(before).lower():
        return ""
    if commits[0] == commits[1] or not all(_COMMIT.fullmatch(commit) for commit in commits):
        return ""
    host = urlsplit(repository).netloc
    return repository + COMPARE_PAGES[host].format(*commits)


def _repository(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host, path = parts.netloc.lower(), parts.path.rstrip("/").removesuffix(".git")
    deep = host != "gitlab.com" and path.count("/") > 2  # only there a group holds groups
    if parts.scheme != "https" or host not in COMPARE_PAGES or parts.query or deep:
        return ""
    return f"https://{host}{path}" if _REPOSITORY.fullmatch(path) else ""


# Checks and figures ------------------------------------------------------------------------------


def _check_changes(before: CheckResult, after: CheckResult) -> Iterator[CheckChange]:
    """Passed now and not before, then the reverse. A check that is new tells no change."""
    old = {test.name: _passed(test) for test in before.tests}
    turned = [test for test in after.tests if old.get(test.name, _passed(test)) != _passed(test)]
    for test in sorted(turned, key=lambda test: not _passed(test)):
        state: Literal["passed", "failed", "not_run"] = test.status if test.ran else "not_run"
        yield CheckChange(name=test.name, title=test.title, state=state)


def _passed(test: Test) -> bool:
    return test.ran and test.status == "passed"


def _metric_changes(before: CheckResult, after: CheckResult) -> Iterator[MetricChange]:
    old = {metric.name: metric.value for metric in before.metrics}
    for metric in after.metrics:
        value = old.get(metric.name)
        if _finite(value) and _finite(metric.value):
            yield MetricChange(
                title=metric.title,
                unit=metric.unit,
                before=float(value or 0.0),
                after=metric.value,
                higher_is_better=metric.higher_is_better,
            )


def _finite(value: object) -> bool:
    """Results come from JSON, where a figure that was not a number is null."""
    return isinstance(value, int | float) and math.isfinite(value)
