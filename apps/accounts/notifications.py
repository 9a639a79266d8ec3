"""What a person does with notifications. ``User.unread`` is kept right by counted updates."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Now

from apps.accounts.models import Notification, User

KEPT = timedelta(days=90)  # once read


def mark_read(notification: Notification) -> None:
    one = Notification.objects.filter(pk=notification.pk)
    _mark_read(one, person_id=notification.person_id)


def mark_all_read(*, person: User) -> None:
    _mark_read(Notification.objects.filter(person=person), person_id=person.pk)


@transaction.atomic
def _mark_read(notifications: "QuerySet[Notification]", *, person_id: int) -> None:
    # The person's row first: two who mark several at once do not wait for each other's.
    list(User.objects.filter(pk=person_id).select_for_update(no_key=True).values_list("pk"))
    count = notifications.filter(read__isnull=True).update(read=Now())
    if count:
        left = Greatest(F("unread") - count, 0)
        User.objects.filter(pk=person_id).update(unread=left)


def choose_mail(*, person: User, wants_mail: bool) -> None:
    User.objects.filter(pk=person.pk).update(wants_mail=wants_mail)


def remove_old() -> int:
    """Those read and older than ``KEPT``; what nobody read stays, and with it the count."""
    old = Notification.objects.filter(read__isnull=False, created__lt=Now() - KEPT)
    return old.delete()[0]
