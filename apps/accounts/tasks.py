"""Celery tasks: one call each."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task
def clear_sessions() -> None:
    """Beat sends it every night. An expired session still names who logged in."""
    SessionStore.clear_expired()
