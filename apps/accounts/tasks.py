"""Celery tasks: one call each."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from apps.accounts import notification_mail, notifications


@shared_task
def clear_sessions() -> None:
    """Beat sends it every night. An expired session still names who logged in."""
    SessionStore.clear_expired()


@shared_task
def send_notification_mails() -> None:
    """Beat sends it every thirty seconds."""
    notification_mail.send_due()


@shared_task
def remove_old_notifications() -> None:
    """Beat sends it every night."""
    notifications.remove_old()
