"""What changes a person's account."""

from django.db import transaction
from django.db.models import F

from apps.accounts.models import Notification, NotificationKind, User


@transaction.atomic
def notify(*, person: User, kind: NotificationKind, title: str, url: str) -> None:
    """Tell ``person`` in the page and, soon after the commit, by mail."""
    Notification.objects.create(person=person, kind=kind, title=title[:200], url=url)
    User.objects.filter(pk=person.pk).update(unread=F("unread") + 1)
