"""What a mentor sees of a submission, and a learner of its reviews: plain data for templates."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from apps.accounts.models import User
from apps.checks.snapshot import SourceFile
from apps.checks.untrusted_text import visible
from apps.mentoring import queries
from apps.mentoring.code_view import (
    CodeFile,
    CodeLine,
    Folder,
    code_file,
    first_path,
    part_of,
    tree,
)
from apps.mentoring.models import Comment, Decision, Message, Review
from apps.mentoring.similar_places import SimilarSection, similar_section
from apps.submissions.models import Submission
from apps.submissions.result_page import ResultPage, result_page
from apps.submissions.snapshots import files_of
from apps.submissions.wording import state_and_word

# A decision as a badge: the state whose shape and colour it has, and its words.
DECISIONS = {
    Decision.APPROVED: ("passed", "Approved"),
    Decision.CHANGES: ("notice", "Changes asked for"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What of the code is to be seen, as the address says."""

    path: str = ""
    part: int = 1
    line: int = 0  # the one that is commented on
    similar: str = ""  # the other submission, by its public id, whose places are to be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComment:
    pk: int
    path: str
    shown_path: str
    query: str  # of its place in an address
    line: int
    quoted: str
    text: str
    html: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    line: CodeLine
    comments: tuple[ShownComment, ...]
    is_commented_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The files of a submission; None of them kept: ``folders`` is empty."""

    folders: tuple[Folder, ...]
    file: CodeFile | None
    lines: tuple[ShownLine, ...]
    more_comments: tuple[ShownComment, ...]  # of this file, on lines that are not on the page
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLine:
    submission: Submission
    state: str
    word: str
    review_pk: int | None
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """A review as its readers see it."""

    pk: int
    mentor_name: str
    state: str
    word: str
    decided: datetime.datetime | None
    expires: datetime.datetime
    is_mine: bool
    is_held: bool  # by the reader, who can comment and decide
    has_lapsed: bool  # the reader's claim ran out or was given back
    wants_changes: bool
    summary: str
    summary_html: SafeString
    comments: tuple[ShownComment, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPage:
    submission: Submission
    learner_name: str
    result: ResultPage | None
    state: str
    word: str
    review: ReviewView | None
    can_claim: bool
    code: Code
    similar: SimilarSection
    tries: tuple[TryLine, ...]


def submission_page(
    submission: Submission,
    *,
    mentor: User,
    review: Review | None,
    where: Where,
    now: datetime.datetime,
) -> SubmissionPage:
    """For a mentor: the check beside the code, with the own review or a decided one."""
    state, word = state_and_word(submission)
    files = files_of(submission) or ()
    view = review_view(review, reader=mentor, now=now) if review else None
    can_claim = False
    if view is None or view.has_lapsed:
        can_claim = queries.queue_of(mentor=mentor).filter(pk=submission.pk).exists()
    return SubmissionPage(
        submission=submission,
        learner_name=visible(str(submission.learner)),
        result=None if submission.in_progress else result_page(submission),
        state=state,
        word=word,
        review=view,
        can_claim=can_claim,
        code=code_of(files, view.comments if view else (), where=where),
        similar=similar_section(submission, files, mentor=mentor, chosen=where.similar),
        tries=tuple(_try_line(one, submission) for one in queries.tries_for(submission)),
    )


def review_view(
    review: Review,
    *,
    reader: User,
    now: datetime.datetime,
    messages: Sequence[Message] | None = None,
) -> ReviewView:
    """Drafts are nobody's but their mentor's."""
    is_mine = review.mentor_id == reader.pk
    is_open = review.decision == ""
    is_held = is_mine and is_open and review.ended is None and review.expires > now
    may_read = is_mine or not is_open
    state, word = ("running", "Being read")
    if review.decision:
        state, word = DECISIONS[Decision(review.decision)]
    if messages is None:
        messages = [] if is_open else queries.messages_of([review]).get(review.pk, [])
    return ReviewView(
        pk=review.pk,
        mentor_name=review.mentor_name,
        state=state,
        word=word,
        decided=review.decided,
        expires=review.expires,
        is_mine=is_mine,
        is_held=is_held,
        has_lapsed=is_mine and is_open and not is_held,
        wants_changes=review.decision == Decision.CHANGES,
        summary=review.summary if may_read else "",
        summary_html=mark_safe(review.summary_html if may_read else ""),  # noqa: S308  # note_html
        comments=_shown(queries.comments_of(review)) if may_read else (),
        messages=tuple(messages),
    )


def code_of(files: Sequence[SourceFile], comments: Sequence[ShownComment], *, where: Where) -> Code:
    if not files:
        return Code(folders=(), file=None, lines=(), more_comments=(), count=0)
    path = where.path or (comments[0].path if comments else first_path(files))
    file = code_file(files, path, part=where.part, line=where.line)
    here = [one for one in comments if one.path == path]
    lines = tuple(
        ShownLine(
            line=line,
            comments=tuple(one for one in here if one.line == line.number),
            is_commented_now=line.number == where.line,
        )
        for line in file.lines
    )
    shown = {one.pk for line in lines for one in line.comments}
    return Code(
        folders=tree(files, current=path, comments=Counter(one.path for one in comments)),
        file=file,
        lines=lines,
        more_comments=tuple(one for one in here if one.pk not in shown),
        count=len(files),
    )


def _try_line(one: Submission, this: Submission) -> TryLine:
    state, word = state_and_word(one)
    decision = getattr(one, "decision", None)  # annotated by tries_for
    if decision:
        state, word = DECISIONS[Decision(decision)]
    return TryLine(
        submission=one,
        state=state,
        word=word,
        review_pk=getattr(one, "review_pk", None),
        is_this=one.pk == this.pk,
    )


def _shown(comments: Sequence[Comment]) -> tuple[ShownComment, ...]:
    return tuple(
        ShownComment(
            pk=one.pk,
            path=one.path,
            shown_path=visible(one.path),
            query=urlencode({"file": one.path, "part": str(part_of(one.line))}),
            line=one.line,
            quoted=visible(one.quoted),
            text=one.text,
            html=mark_safe(one.html),  # noqa: S308  # note_html made it
        )
        for one in comments
    )


# What the learner sees ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerSection:
    """The reviews of an own submission, and what can be done about them."""

    submission: Submission
    reviews: tuple[ReviewView, ...]  # decided
    reader: str  # who reads it now
    waiting_since: datetime.datetime | None
    can_ask: bool

    @property
    def wants_something(self) -> bool:
        """Of the learner, so that it is the page's first action."""
        return self.can_ask or any(review.wants_changes for review in self.reviews)

    @property
    def is_empty(self) -> bool:
        return not (self.reviews or self.reader or self.waiting_since or self.can_ask)


def learner_section(submission: Submission, *, now: datetime.datetime) -> LearnerSection:
    """``submission``: one that passed."""
    learner = submission.learner
    rows = queries.reviews_of(submission)
    decided = [row for row in rows if row.decision]
    messages = queries.messages_of(decided) if decided else {}
    reader = next((row.mentor_name for row in rows if not row.decision), "")
    waiting_since, can_ask = None, False
    if not rows:
        mentoring = queries.mentoring_of(learner=learner)
        request = queries.request_of(submission)
        if mentoring.mentored and request:
            waiting_since = request.asked
        elif mentoring.mentored and not queries.has_later_pass(submission):
            approved = mentoring.automatic and queries.is_approved(submission)
            waiting_since = submission.finished if mentoring.automatic and not approved else None
            can_ask = waiting_since is None
    return LearnerSection(
        submission=submission,
        reviews=tuple(
            review_view(row, reader=learner, now=now, messages=messages.get(row.pk, ()))
            for row in decided
        ),
        reader=reader,
        waiting_since=waiting_since,
        can_ask=can_ask,
    )


def own_code(submission: Submission, *, where: Where, now: datetime.datetime) -> Code:
    """The learner's own files with the comments of decided reviews."""
    rows = [row for row in queries.reviews_of(submission) if row.decision]
    comments = [
        comment
        for row in rows
        for comment in review_view(row, reader=submission.learner, now=now, messages=()).comments
    ]
    return code_of(files_of(submission) or (), comments, where=where)
