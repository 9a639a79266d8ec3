"""What changes a person's account."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from apps.accounts.models import Notification, NotificationKind, User


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
