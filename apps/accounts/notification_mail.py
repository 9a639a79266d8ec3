"""Sends notifications by mail.

A mail server cannot be part of a transaction, so what is sent is either marked before or after. It
is marked after, under a lease: whoever sends takes rows for ``LEASE`` by an update that nobody else
can make at the same time, and needs much less. A worker that dies while it sends leaves rows that
are due again when their lease ends: nothing is lost, and the one mail that the server may have
taken already carries the same Message-ID, by which mail programs drop the second. The lease is the
retry as well: what could not be sent is due again when it ends, for ``GIVE_UP``.
"""

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import Notification

BATCH = 100
LEASE = timedelta(minutes=5)
RUN_S = 20.0  # a run starts no mail after it, long before its lease ends
GIVE_UP = timedelta(days=1)

logger = logging.getLogger(__name__)


def send_due() -> int:
    """Send what is due, at most ``BATCH`` mails. Returns how many were sent."""
    _pass_over()
    deadline = time.monotonic() + RUN_S
    taken = _take()
    if not taken:
        return 0
    mailer = mailers.default
    sent = 0
    try:
        for number, notification in enumerate(taken):
            if time.monotonic() > deadline:
                _release(taken[number:])
                break
            if not _opened(mailer):
                _postpone()
                break
            sent += _send(mailer, notification)
    finally:
        _close(mailer)
    return sent


def _pass_over() -> None:
    """Decide not to mail what its person does not want, has read, or waits for since yesterday."""
    waiting = Notification.objects.filter(mailed__isnull=True)
    unwanted = Q(person__wants_mail=False) | Q(person__is_active=False) | Q(read__isnull=False)
    _update(waiting.filter(unwanted), mailed=Now())
    if count := _update(waiting.filter(created__lt=Now() - GIVE_UP), mailed=Now()):
        logger.error("%d notifications were not mailed: no mail server took them", count)


def _take() -> list[Notification]:
    """The rows that are ours until their lease ends; those never tried first."""
    waiting = Notification.objects.filter(mailed__isnull=True)
    due = waiting.filter(Q(mail_after__isnull=True) | Q(mail_after__lte=Now()))
    with transaction.atomic():
        rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("person")
        taken = list(rows.order_by(F("mail_after").asc(nulls_first=True), "created", "pk")[:BATCH])
        ids = [notification.pk for notification in taken]
        Notification.objects.filter(pk__in=ids).update(mail_after=Now() + LEASE)
    return taken


def _release(taken: list[Notification]) -> None:
    ids = [notification.pk for notification in taken]
    _update(Notification.objects.filter(pk__in=ids, mailed__isnull=True), mail_after=None)


def _postpone() -> None:
    """The server is away: nobody needs to find that out again before the lease ends."""
    _update(Notification.objects.filter(mailed__isnull=True), mail_after=Now() + LEASE)


@transaction.atomic
def _update(rows: "QuerySet[Notification]", **values: Any) -> int:
    """Of those rows that nobody else changes right now: who does not wait cannot deadlock."""
    free = rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    return Notification.objects.filter(pk__in=list(free)).update(**values)


def _opened(mailer: BaseEmailBackend) -> bool:
    try:
        mailer.open()
    except OSError as error:  # smtplib's own errors are such, too
        logger.warning("the mail server is away: %s", error)
        return False
    return True


def _send(mailer: BaseEmailBackend, notification: Notification) -> bool:
    """One mail. What goes wrong here is a matter of this one, and keeps no other back."""
    try:
        mailer.send_messages([mail_of(notification)])
    except (OSError, ValueError) as error:
        logger.warning("notification %s: not mailed: %s", notification.pk, error)
        _close(mailer)
        return False
    return bool(
        Notification.objects.filter(pk=notification.pk, mailed__isnull=True).update(mailed=Now())
    )


def _close(mailer: BaseEmailBackend) -> None:
    try:
        mailer.close()
    except OSError:
        logger.info("the mail server hung up first")


def mail_of(notification: Notification) -> EmailMessage:
    title = " ".join(notification.title.split())  # a line break would be another header
    text = render_to_string(
        "notifications/mail.txt",
        {
            "title": title,
            "url": f"{settings.SITE_ADDRESS}{notification.url}",
            "settings_url": f"{settings.SITE_ADDRESS}{reverse('notifications')}",
            "site": settings.SITE_ADDRESS,
        },
    )
    host = urlsplit(settings.SITE_ADDRESS).hostname
    headers = {
        "Message-ID": f"<notification-{notification.pk}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(title, text, to=[notification.person.email], headers=headers)
