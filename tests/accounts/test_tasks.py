from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tasks import clear_sessions


def test_expired_sessions_are_cleared_and_no_others(client: Client, learner: User) -> None:
    client.force_login(learner)
    old = timezone.now() - timedelta(seconds=1)
    Session.objects.create(session_key="old", session_data="", expire_date=old)
    clear_sessions()
    assert [one.session_key for one in Session.objects.all()] == [client.session.session_key]


def test_beat_sends_what_is_there() -> None:
    assert settings.CELERY_BEAT_SCHEDULE["clear-sessions"]["task"] == clear_sessions.name
