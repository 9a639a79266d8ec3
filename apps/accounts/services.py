"""What changes a person's account, besides what allauth does."""

from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from apps.accounts import queries
from apps.accounts.models import Notification, NotificationKind, Role, User

LAST_OF_STAFF = (
    "You are the only one who can do what staff do here, so your account stays. Have someone else "
    "made staff first, then delete yours."
)


class Refused(Exception):
    """It cannot be done now; the message says what to do."""


def save_profile(*, user: User, name: str, time_zone: str) -> None:
    User.objects.filter(pk=user.pk).update(name=name, time_zone=time_zone)


@transaction.atomic
def notify(*, person: User, kind: NotificationKind, title: str, url: str) -> None:
    """Tell ``person`` in the page and, soon after the commit, by mail."""
    Notification.objects.create(person=person, kind=kind, title=title[:200], url=url)
    User.objects.filter(pk=person.pk).update(unread=F("unread") + 1)


@transaction.atomic
def notify_all(*, people: Iterable[User], kind: NotificationKind, title: str, url: str) -> None:
    """The same to many, in as many queries as to one."""
    keys = sorted({person.pk for person in people})
    Notification.objects.bulk_create(
        Notification(person_id=key, kind=kind, title=title[:200], url=url) for key in keys
    )
    User.objects.filter(pk__in=keys).update(unread=F("unread") + 1)


def lock_for_deletion(*, user: User) -> None:
    """Hold the row, inside a transaction, against whatever else wants to add to it.

    Staff hold each other's rows too, lest the last two leave at once. Raises Refused.
    """
    people = User.objects.filter(pk=user.pk)
    if user.is_staff:
        people |= User.objects.filter(role=Role.STAFF)
    list(people.order_by("pk").select_for_update().values_list("pk"))
    if queries.is_last_of_staff(user=user):
        raise Refused(LAST_OF_STAFF)


def delete_person(*, user: User) -> None:
    """The row and all that hangs on it; sessions and the admin's log name people without a key."""
    Session.objects.filter(session_key__in=queries.sessions_of(user=user)).delete()
    queries.staff_log_of(user=user).delete()
    User.objects.get(pk=user.pk).delete()
