"""What pages read of cohorts and reviews. Mentors see their own cohorts, staff see all."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Now

from apps.accounts.models import Role, User
from apps.checks.results import Outcome
from apps.curriculum.models import Concept
from apps.mentoring.models import (
    Cohort,
    Comment,
    Decision,
    InviteLink,
    Membership,
    Message,
    Review,
    ReviewRequest,
)
from apps.progress.models import Evidence, ReadMark
from apps.submissions.models import Similarity, State, Submission

MENTOR_ROLES = (Role.MENTOR, Role.STAFF)
# What lists show of a submission; its result may be large.
_LISTED = (
    "public_id", "number", "state", "outcome", "verdict", "created", "finished",
    "learner__name", "learner__email", "brief__title", "brief__slug",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentoring:
    """Who reads the work of one learner."""

    mentored: bool
    automatic: bool


def mentoring_of(*, learner: User) -> Mentoring:
    rows = _memberships_with_mentor().filter(learner=learner)
    found = rows.aggregate(count=Count("pk"), automatic=BoolOr("cohort__automatic_review"))
    return Mentoring(mentored=found["count"] > 0, automatic=bool(found["automatic"]))


def mentored_learners() -> QuerySet[User]:
    """Everybody whose work a mentor reads."""
    return User.objects.filter(pk__in=_memberships_with_mentor().values("learner"))


def mentors_of(*, learner: User) -> QuerySet[User]:
    """Of all cohorts that the learner is in, never the learner."""
    cohorts = Cohort.objects.filter(memberships__in=_current().filter(learner=learner))
    mentors = User.objects.filter(mentored_cohorts__in=cohorts, role__in=MENTOR_ROLES)
    return mentors.filter(is_active=True).exclude(pk=learner.pk).distinct().order_by("pk")


def is_mentor(person: User) -> bool:
    return person.role in MENTOR_ROLES


def cohorts_of(person: User) -> QuerySet[Cohort]:
    """Those that ``person`` may look after."""
    if person.is_staff:
        return Cohort.objects.all()
    return Cohort.objects.filter(mentors=person) if person.is_mentor else Cohort.objects.none()


def cohort_lines(*, person: User) -> QuerySet[Cohort]:
    learners = Count("memberships", filter=Q(memberships__left__isnull=True), distinct=True)
    found = Cohort.objects.filter(pk__in=cohorts_of(person).values("pk"))
    return found.annotate(learners=learners).prefetch_related("mentors")


def memberships_of(*, learner: User) -> QuerySet[Membership]:
    rows = _current().filter(learner=learner).select_related("cohort")
    return rows.prefetch_related("cohort__mentors")


def members_of(cohort: Cohort) -> QuerySet[Membership]:
    """Present and former, with when they last did something."""
    tries = Submission.objects.filter(learner=OuterRef("learner")).order_by("-created")
    evidence = Evidence.objects.filter(learner=OuterRef("learner")).order_by("-at")
    reads = ReadMark.objects.filter(learner=OuterRef("learner")).order_by("-read")
    last = Greatest(
        Subquery(tries.values("created")[:1]),
        Subquery(evidence.values("at")[:1]),
        Subquery(reads.values("read")[:1]),
    )
    rows = Membership.objects.filter(cohort=cohort).select_related("learner")
    return rows.annotate(last_activity=last).order_by("learner__name", "learner__email", "pk")


def links_of(cohort: Cohort, *, now: datetime.datetime) -> QuerySet[InviteLink]:
    """Those that can still be used, latest first."""
    return usable_links(now).filter(cohort=cohort)


def usable_links(now: datetime.datetime) -> QuerySet[InviteLink]:
    links = InviteLink.objects.filter(revoked__isnull=True, expires__gt=now)
    return links.filter(used__lt=F("most_uses"))


def link_by_token(token: str) -> InviteLink | None:
    if "\0" in token:  # no text of PostgreSQL holds it
        return None
    return InviteLink.objects.select_related("cohort").filter(token=token).first()


def present_in(cohort: Cohort) -> QuerySet[Membership]:
    return _current().filter(cohort=cohort)


def waiting_count(*, mentor: User) -> int:
    return queue_of(mentor=mentor).count()


def learner_of(*, mentor: User, pk: int) -> User | None:
    """Somebody whom ``mentor`` looks after, never themselves."""
    return _learners_of(mentor).filter(pk=pk).first()


def submission_for(*, mentor: User, public_id: str) -> Submission | None:
    rows = Submission.objects.filter(learner__in=_learners_of(mentor), public_id=public_id)
    return rows.select_related("brief", "learner").first()


def similarities_of(submission: Submission, *, mentor: User) -> QuerySet[Similarity, Any]:
    """The most alike first, with ``can_open``: its learner is in a cohort of the mentor's."""
    mine = _learners_of(mentor).filter(pk=OuterRef("other__learner"))
    rows = Similarity.objects.filter(submission=submission).annotate(can_open=Exists(mine))
    return rows.select_related("other__learner").only(
        "share", "places", "other__public_id", "other__number", "other__created",
        "other__learner__name", "other__learner__email",
    )  # fmt: skip


def queue_of(*, mentor: User) -> QuerySet[Submission]:
    """Passes that wait for a review, longest first: asked for, or of a cohort that reviews all.

    Of a project that was handed in again, the latest counts. Own work is never in it.
    """
    later = Submission.objects.filter(
        learner=OuterRef("learner"),
        brief=OuterRef("brief"),
        number__gt=OuterRef("number"),
        outcome=Outcome.PASSED,
    )
    approved = Review.objects.filter(
        learner=OuterRef("learner"),
        submission__brief=OuterRef("brief"),
        decision=Decision.APPROVED,
    )
    of_mine = _current().filter(cohort__in=cohorts_of(mentor), learner=OuterRef("learner"))
    asked = Q(review_request__isnull=False)
    automatic = Exists(of_mine.filter(cohort__automatic_review=True)) & ~Exists(approved)
    superseded = Exists(later.filter(review_request__isnull=False)) | (automatic & Exists(later))
    return (
        Submission.objects.filter(Exists(of_mine), state=State.FINISHED, outcome=Outcome.PASSED)
        .exclude(learner=mentor)
        .filter(asked | automatic, ~superseded, ~Exists(_live().filter(submission=OuterRef("pk"))))
        .annotate(since=Coalesce("review_request__asked", "finished"))
        .select_related("learner", "brief")
        .only(*_LISTED)
        .order_by("since", "pk")
    )


def claims_of(*, mentor: User) -> QuerySet[Review]:
    """Held now, the one that runs out first in front."""
    rows = _reviews_for(mentor).filter(mentor=mentor, decision="", ended__isnull=True)
    return rows.filter(expires__gt=Now()).order_by("expires", "pk")


def decided_by(*, mentor: User) -> QuerySet[Review]:
    return _reviews_for(mentor).filter(mentor=mentor).exclude(decision="").order_by("-decided")


def reviews_of_learner(*, mentor: User, learner: User) -> QuerySet[Review]:
    return _reviews_for(mentor).filter(learner=learner).exclude(decision="").order_by("-decided")


def review_for(*, mentor: User, pk: int) -> Review | None:
    """With its submission in full."""
    rows = Review.objects.filter(pk=pk, learner__in=_learners_of(mentor))
    return rows.select_related("mentor", "submission__brief", "submission__learner").first()


def own_review(submission: Submission, *, mentor: User) -> Review | None:
    return Review.objects.filter(submission=submission, mentor=mentor).first()


def own_comment(*, mentor: User, pk: int) -> Comment | None:
    rows = Comment.objects.filter(
        pk=pk, review__mentor=mentor, review__learner__in=_learners_of(mentor)
    )
    return rows.select_related("review__submission__brief", "review__submission__learner").first()


def thread_for(*, person: User, pk: int) -> Review | None:
    """A decided review of the one or by the other; nobody else writes in it."""
    by_mentor = Q(mentor=person, learner__in=_learners_of(person))
    rows = Review.objects.filter(by_mentor | Q(learner=person), pk=pk).exclude(decision="")
    return rows.select_related("mentor", "submission__brief", "submission__learner").first()


def comments_of(review: Review) -> list[Comment]:
    return list(Comment.objects.filter(review=review))


def messages_of(reviews: Iterable[Review]) -> dict[int, list[Message]]:
    """By review."""
    found: dict[int, list[Message]] = {}
    for message in Message.objects.filter(review__in=reviews).select_related("author"):
        found.setdefault(message.review_id, []).append(message)
    return found


def tries_for(submission: Submission) -> QuerySet[Submission]:
    """All of the same learner at the same project, with the decision on each, latest first."""
    decided = Review.objects.filter(submission=OuterRef("pk")).exclude(decision="")
    rows = Submission.objects.filter(learner=submission.learner_id, brief__slug=submission.brief_id)
    rows = rows.select_related("learner", "brief").only(*_LISTED)
    return rows.annotate(
        review_pk=Subquery(decided.values("pk")[:1]),
        decision=Subquery(decided.values("decision")[:1]),
    ).order_by("-number")


def tries_of_learner(learner: User) -> QuerySet[Submission]:
    rows = Submission.objects.filter(learner=learner).select_related("learner", "brief")
    return rows.only(*_LISTED).order_by("-created", "-pk")


def reviews_of(submission: Submission) -> list[Review]:
    """Live ones, for the learner: decided, or being read now."""
    return list(_live().filter(submission=submission).select_related("mentor"))


def request_of(submission: Submission) -> ReviewRequest | None:
    return ReviewRequest.objects.filter(submission=submission).first()


def has_later_pass(submission: Submission) -> bool:
    return Submission.objects.filter(
        learner=submission.learner_id,
        brief__slug=submission.brief_id,
        number__gt=submission.number,
        outcome=Outcome.PASSED,
    ).exists()


def is_approved(submission: Submission) -> bool:
    """The project, by whatever try."""
    return Review.objects.filter(
        learner=submission.learner_id,
        submission__brief__slug=submission.brief_id,
        decision=Decision.APPROVED,
    ).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """The last pass of a project, and what became of it."""

    public_id: str
    title: str
    asked: bool
    taken: bool  # read now, or decided
    approved: bool  # the project, by whatever try
    decision: str
    mentored: bool  # somebody could read it
    automatic: bool  # and reads every pass


def latest_passes(*, learner: User) -> list[Pass]:
    live = _live().filter(submission=OuterRef("pk"))
    approved = Review.objects.filter(
        learner=learner, submission__brief=OuterRef("brief"), decision=Decision.APPROVED
    )
    mentored = _memberships_with_mentor().filter(learner=learner)
    rows = (
        Submission.objects.filter(learner=learner, outcome=Outcome.PASSED)
        .order_by("brief_id", "-number")
        .distinct("brief_id")
        .annotate(
            title=F("brief__title"),
            asked=Exists(ReviewRequest.objects.filter(submission=OuterRef("pk"))),
            taken=Exists(live),
            approved=Exists(approved),
            decision=Coalesce(Subquery(live.values("decision")[:1]), Value("")),
            mentored=Exists(mentored),
            automatic=Exists(mentored.filter(cohort__automatic_review=True)),
        )
    )
    return [Pass(**row) for row in rows.values(*(field.name for field in fields(Pass)))]


def concepts_shown(*, learner: User) -> list[tuple[Concept, list[Evidence]]]:
    """Concepts of which anything was seen, by title, with the evidence, latest first."""
    found: dict[Concept, list[Evidence]] = {}
    rows = Evidence.objects.filter(learner=learner).select_related("concept")
    for row in rows.defer("concept__definition_html"):
        found.setdefault(row.concept, []).append(row)
    return sorted(found.items(), key=lambda item: item[0].title)


def _current() -> QuerySet[Membership]:
    return Membership.objects.filter(left__isnull=True)


def _memberships_with_mentor() -> QuerySet[Membership]:
    """Present ones in cohorts that have a mentor other than the learner."""
    mentors = User.objects.filter(
        mentored_cohorts=OuterRef("cohort"), role__in=MENTOR_ROLES, is_active=True
    ).exclude(pk=OuterRef("learner"))
    return _current().filter(Exists(mentors))


def _learners_of(mentor: User) -> QuerySet[User]:
    present = _current().filter(cohort__in=cohorts_of(mentor))
    return User.objects.filter(pk__in=present.values("learner")).exclude(pk=mentor.pk)


def _live() -> QuerySet[Review]:
    held = Q(decision="", expires__gt=Now())
    return Review.objects.filter(~Q(decision="") | held, ended__isnull=True)


def _reviews_for(mentor: User) -> QuerySet[Review]:
    """Without what is large in their submissions."""
    rows = Review.objects.filter(learner__in=_learners_of(mentor))
    rows = rows.select_related("mentor", "submission__brief", "submission__learner")
    return rows.defer(
        "submission__result",
        "submission__brief__brief_html",
        "submission__brief__data_dictionary_html",
    )


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``. Of others only what they said."""
    received = Review.objects.filter(learner=learner, decided__isnull=False).order_by("decided")
    said = Comment.objects.filter(review__learner=learner, review__decided__isnull=False)
    given = Review.objects.filter(mentor=learner).order_by("claimed")
    written = Message.objects.filter(author=learner).order_by("created")
    return {
        "memberships": Membership.objects.filter(learner=learner).values(
            "joined", "left", cohort_name=F("cohort__name")
        ),
        "cohorts_mentored": Cohort.objects.filter(mentors=learner).values("name", "created"),
        "invite_links": InviteLink.objects.filter(created_by=learner).values(
            "created", "expires", "used", "revoked", cohort_name=F("cohort__name")
        ),
        "reviews_received": received.values(
            "decision", "decided", "summary", of=F("submission__public_id")
        ),
        "comments_received": said.values("path", "line", "text", "created"),
        "reviews_given": given.values(
            "claimed", "decision", "decided", "summary", of=F("submission__public_id")
        ),
        "review_messages": written.values("text", "created", of=F("review__submission__public_id")),
    }
