"""What changes a cohort: who is in it, and the links that let people in."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import User
from apps.mentoring import queries
from apps.mentoring.models import Cohort, InviteLink, Membership, Review
from apps.progress import small_road


class Link(StrEnum):
    """What is the matter with an invite link, if anything."""

    USABLE = "usable"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used up"


class LinkUnusable(Exception):
    def __init__(self, state: Link) -> None:
        super().__init__(state)
        self.state = state


def create_cohort(*, name: str, automatic_review: bool, by: User) -> Cohort:
    """A mentor who makes a cohort is its mentor; staff choose the mentors afterwards."""
    with transaction.atomic():
        cohort = Cohort.objects.create(name=name, automatic_review=automatic_review)
        if by.is_mentor:
            cohort.mentors.add(by)
    return cohort


def change_cohort(*, cohort: Cohort, name: str, automatic_review: bool) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(name=name, automatic_review=automatic_review)


def create_link(*, cohort: Cohort, by: User, days: int, most_uses: int) -> InviteLink:
    expires = timezone.now() + timedelta(days=days)
    return InviteLink.objects.create(
        cohort=cohort, created_by=by, expires=expires, most_uses=most_uses
    )


def revoke_link(link: InviteLink) -> None:
    InviteLink.objects.filter(pk=link.pk, revoked__isnull=True).update(revoked=Now())


def state_of(link: InviteLink | None) -> Link:
    if link is None:
        return Link.UNKNOWN
    if link.revoked is not None:
        return Link.REVOKED
    if link.expires <= timezone.now():
        return Link.EXPIRED
    return Link.USED_UP if link.used >= link.most_uses else Link.USABLE


def is_member(*, cohort: Cohort, learner: User) -> bool:
    return Membership.objects.filter(cohort=cohort, learner=learner, left__isnull=True).exists()


def join_cohort(*, learner: User, link: InviteLink) -> bool:
    """Use the link once for this learner; False: they were in already, and nothing is counted.

    Raises LinkUnusable, as when it was used up a moment ago.
    """
    if is_member(cohort=link.cohort, learner=learner):
        return False
    try:
        with transaction.atomic():
            usable = queries.usable_links(timezone.now()).filter(pk=link.pk)
            if not usable.update(used=F("used") + 1):
                raise LinkUnusable(state_of(InviteLink.objects.get(pk=link.pk)))
            Membership.objects.create(cohort=link.cohort, learner=learner)
    except IntegrityError:  # another tab was first; its use is the one that counts
        return False
    small_road.forget(learner=learner)
    return True


@transaction.atomic
def end_membership(*, cohort: Cohort, learner: User) -> bool:
    """The row stays as history. A claim of a mentor who may no longer read is given back."""
    rows = Membership.objects.filter(cohort=cohort, learner=learner, left__isnull=True)
    if not rows.update(left=Now()):
        return False
    claims = Review.objects.filter(learner=learner, decision="", ended__isnull=True)
    still = User.objects.filter(pk__in=queries.mentors_of(learner=learner).values("pk"))
    claims.exclude(mentor__in=still).update(ended=Now())
    small_road.forget(learner=learner)
    return True


def forget_roads(cohorts: Iterable[Cohort]) -> None:
    """Whether a mentor reads changes what a pass is worth; so mentors came or went."""
    learners: Collection[User] = User.objects.filter(
        memberships__cohort__in=cohorts, memberships__left__isnull=True
    )
    for learner in learners:
        small_road.forget(learner=learner)
