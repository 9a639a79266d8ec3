"""What changed since the last try, as the page of a finished submission shows it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from apps.checks.untrusted_text import visible_document
from apps.submissions.axes import MINUS
from apps.submissions.changes import Changes, FileChange, MetricChange, read_changes
from apps.submissions.charts import quantity
from apps.submissions.models import Submission
from apps.submissions.wording import STATE_WORDS

SHORT_COMMIT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    name: str
    title: str
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLine:
    title: str
    unit: str  # a long one, which stands below the title
    before: str
    after: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    path: str
    word: str
    lines: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    public_id: str
    number: int
    before: str  # commits, shortened
    after: str
    compare_url: str
    compare_host: str
    sentence: str  # what can be said of the files in one
    checks: tuple[CheckLine, ...]
    metrics: tuple[MetricLine, ...]
    files: tuple[FileLine, ...]
    files_left_out: int
    by_size_only: int


def changes_page(submission: Submission) -> ChangesPage | None:
    changes = read_changes(visible_document(submission.changes or {}))
    if changes is None:
        return None
    return ChangesPage(
        public_id=changes.public_id,
        number=changes.number,
        before=changes.commit_before[:SHORT_COMMIT],
        after=changes.commit_after[:SHORT_COMMIT],
        compare_url=changes.compare_url,
        compare_host=changes.compare_url.removeprefix("https://").partition("/")[0],
        sentence=_sentence(changes),
        checks=tuple(
            CheckLine(name=one.name, title=one.title, state=one.state, word=STATE_WORDS[one.state])
            for one in changes.checks
        ),
        metrics=tuple(_metric_line(metric) for metric in changes.metrics),
        files=tuple(_file_line(file) for file in changes.files),
        files_left_out=changes.files_left_out,
        by_size_only=changes.by_size_only,
    )


def _sentence(changes: Changes) -> str:
    match changes.missing:
        case "before":
            return f"The files of try {changes.number} were not kept, so they are not compared."
        case "after":
            return "The files of this try were not kept, so they are not compared."
        case "both":
            return "The files of both tries were not kept, so they are not compared."
    if not changes.files:
        return f"The files are those of try {changes.number}; only the data drawn is new."
    return _count(changes.files, left_out=changes.files_left_out)


def _count(files: Sequence[FileChange], *, left_out: int) -> str:
    """As "3 files: 1 added, 2 changed (+12 -3 lines)"; the lines where all were counted."""
    kinds = Counter(file.kind for file in files)
    parts = [f"{kinds[kind]} {kind}" for kind in ("added", "changed", "removed") if kind in kinds]
    if left_out:
        parts.append(f"{left_out} more")
    total = len(files) + left_out
    text = f"{total} file{'s' if total > 1 else ''}: {', '.join(parts)}"
    lines = [(file.added, file.removed) for file in files]
    uncounted = left_out or any(added is None and removed is None for added, removed in lines)
    if uncounted:
        return text
    added, removed = (sum(one or 0 for one in side) for side in zip(*lines, strict=True))
    return f"{text} (+{added:,} {MINUS}{removed:,} lines)"


def _file_line(file: FileChange) -> FileLine:
    return FileLine(path=file.path, word=file.kind, lines=_lines(file))


def _lines(file: FileChange) -> str:
    parts = []
    if file.added is not None:
        parts.append(f"+{file.added:,}")
    if file.removed is not None:
        parts.append(f"{MINUS}{file.removed:,}")
    return " ".join(parts)


def _metric_line(metric: MetricChange) -> MetricLine:
    short = metric.unit if len(metric.unit) <= 3 else ""
    before, after = quantity(metric.before, short), quantity(metric.after, short)
    better = (metric.after > metric.before) == metric.higher_is_better
    word = "the same" if before == after else "better" if better else "worse"
    unit = "" if short else metric.unit
    return MetricLine(title=metric.title, unit=unit, before=before, after=after, word=word)
