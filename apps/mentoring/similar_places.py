"""What of a submission is like another person's, side by side, for a mentor who may see both."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.checks.snapshot import SourceFile
from apps.checks.untrusted_text import visible
from apps.mentoring import queries
from apps.mentoring.code_view import CodeLine, excerpt
from apps.submissions.models import Similarity, Submission
from apps.submissions.snapshots import files_of

MOST_LINES = 40  # of a place, on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A place in one of the two."""

    path: str
    first: int
    last: int
    lines: tuple[CodeLine, ...]
    more: int  # lines that are not shown

    @property
    def place(self) -> str:
        if self.first == self.last:
            return f"line {self.first}"
        return f"lines {self.first} to {self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarLine:
    """Another submission that is like this one."""

    public_id: str
    learner_name: str
    number: int
    created: datetime.datetime
    percent: int
    can_open: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarSection:
    lines: tuple[SimilarLine, ...]
    chosen: SimilarLine | None
    places: tuple[tuple[Side, Side], ...]  # of the chosen one: here and there
    # A submission of somebody whom the mentor does not look after is alike; no more is told of it.
    has_hidden: bool

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.has_hidden


def similar_section(
    submission: Submission, files: Sequence[SourceFile], *, mentor: User, chosen: str
) -> SimilarSection:
    """``files``: of the submission. ``chosen``: public id of the other; else the most alike.

    Staff see all; a mentor what learners in their own cohorts wrote.
    """
    rows = list(queries.similarities_of(submission, mentor=mentor))
    shown = [row for row in rows if row.can_open or mentor.is_staff]
    open_ = next((row for row in shown if row.other.public_id == chosen), None)
    open_ = open_ or next(iter(shown), None)
    lines = {row.pk: _line(row, is_chosen=row is open_) for row in shown}
    return SimilarSection(
        lines=tuple(lines.values()),
        chosen=lines[open_.pk] if open_ else None,
        places=_places(open_, files) if open_ else (),
        has_hidden=len(shown) < len(rows),
    )


def _line(row: Any, *, is_chosen: bool) -> SimilarLine:
    other = row.other
    return SimilarLine(
        public_id=other.public_id,
        learner_name=visible(str(other.learner)),
        number=other.number,
        created=other.created,
        percent=round(100 * row.share),
        can_open=row.can_open,
        is_chosen=is_chosen,
    )


def _places(row: Similarity, files: Sequence[SourceFile]) -> tuple[tuple[Side, Side], ...]:
    others = files_of(row.other) or ()
    return tuple((_side(files, *here), _side(others, *there)) for here, there in row.places)


def _side(files: Sequence[SourceFile], path: str, first: int, last: int) -> Side:
    lines = excerpt(files, path, first=first, last=min(last, first + MOST_LINES - 1))
    return Side(
        path=visible(path),
        first=first,
        last=last,
        lines=lines,
        more=max(0, last - first + 1 - MOST_LINES),
    )
