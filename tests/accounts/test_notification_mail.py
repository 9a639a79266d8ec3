"""Mails of notifications: each once, however many send; none lost while a server is away."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery.schedules import schedule as schedule_of
from django.conf import LazySettings
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts import notification_mail
from apps.accounts.models import Notification, NotificationKind, User
from apps.accounts.notification_mail import BATCH, send_due
from apps.accounts.notifications import mark_read, remove_old
from apps.accounts.services import notify
from apps.accounts.tasks import remove_old_notifications, send_notification_mails
from tests.accounts.conftest import member
from tests.accounts.mail_server import MailServer, mail_server


@pytest.fixture
def server(settings: LazySettings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.MAILERS = running.mailers
        yield running


def tell(person: User, title: str = "Houses, try 1, has passed.", url: str = "/x/") -> None:
    notify(person=person, kind=NotificationKind.CHECK_FINISHED, title=title, url=url)


def age(**fields: timedelta) -> None:
    now = timezone.now()
    Notification.objects.update(**{name: now - old for name, old in fields.items()})


def unmailed() -> int:
    return Notification.objects.filter(mailed=None).count()


def test_mail_says_what_happened_and_where(learner: User, settings: LazySettings) -> None:
    settings.SITE_ADDRESS = "https://milepost.example.org"
    tell(learner, "Houses & <b>more</b>,\r\nBcc: eve@example.com", "/submissions/abc/?a=1&b=2#c")
    send_notification_mails()
    (sent,) = mail.outbox
    assert sent.subject == "Houses & <b>more</b>, Bcc: eve@example.com"
    assert (sent.to, sent.cc, sent.bcc) == (["learner@example.com"], [], [])
    assert sent.body == (
        "Houses & <b>more</b>, Bcc: eve@example.com\n\n"
        "Look at it here:\n\n"
        "https://milepost.example.org/submissions/abc/?a=1&b=2#c\n\n"
        "-- \n"
        "Milepost at https://milepost.example.org\n"
        "You get this mail because your account asks for it. To stop these mails, open\n"
        'https://milepost.example.org/notifications/ and choose "Stop the mails".\n'
    )
    number = Notification.objects.get().pk
    assert sent.extra_headers["Message-ID"] == f"<notification-{number}@milepost.example.org>"


def test_mail_is_sent_once(learner: User, server: MailServer) -> None:
    tell(learner)
    assert (send_due(), send_due()) == (1, 0)
    assert server.recipients() == ["learner@example.com"]
    assert unmailed() == 0


@pytest.mark.django_db(transaction=True)
def test_many_who_send_at_once_send_each_mail_once(server: MailServer) -> None:
    people = [member(f"p{number}@example.com") for number in range(3)]
    for number in range(60):
        tell(people[number % 3], f"Number {number}")
    gate = threading.Barrier(4)
    sent: list[int] = []

    def send() -> None:
        gate.wait()
        sent.extend(send_due() for _ in range(2))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subjects = sorted(str(one["Subject"]) for one in server.mails)
    assert subjects == sorted(f"Number {number}" for number in range(60))
    assert (sum(sent), unmailed()) == (60, 0)


@pytest.mark.django_db(transaction=True)
def test_row_that_is_locked_is_left_for_later(learner: User, server: MailServer) -> None:
    tell(learner)
    with transaction.atomic():
        Notification.objects.select_for_update().get()
        sent: list[int] = []

        def send() -> None:
            sent.append(send_due())
            connection.close()

        thread = threading.Thread(target=send)
        thread.start()
        thread.join(timeout=20)
        assert sent == [0]
    assert send_due() == 1


def test_run_sends_a_hundred_at_most(learner: User) -> None:
    for number in range(BATCH + 5):
        tell(learner, f"Number {number}")
    assert [send_due(), send_due(), send_due()] == [BATCH, 5, 0]
    assert len(mail.outbox) == BATCH + 5


def test_run_that_takes_long_gives_the_rest_back(
    learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(learner)
    with monkeypatch.context() as patch:
        patch.setattr(notification_mail, "RUN_S", -1.0)
        assert send_due() == 0
    assert send_due() == 1


def test_server_that_is_away_is_tried_again_for_a_day(
    learner: User, server: MailServer, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    good = settings.MAILERS
    with mail_server() as gone:
        settings.MAILERS = gone.mailers
    for number in range(3):
        tell(learner, f"Number {number}")
    assert send_due() == 0
    assert caplog.text.count("the mail server is away") == 1  # not once for each mail
    assert send_due() == 0
    assert caplog.text.count("the mail server is away") == 1  # nor at each run
    age(created=timedelta(hours=23), mail_after=timedelta(seconds=1))
    assert send_due() == 0
    settings.MAILERS = good
    assert (send_due(), unmailed()) == (0, 3)  # its turn comes when the lease ends
    age(mail_after=timedelta(seconds=1))
    assert send_due() == 3
    assert len(server.mails) == 3


def test_mail_that_nobody_took_for_a_day_is_given_up(
    learner: User, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    tell(learner)
    age(created=timedelta(hours=25))
    assert (send_due(), unmailed(), server.mails) == (0, 0, [])
    assert "1 notifications were not mailed" in caplog.text
    assert Notification.objects.filter(read=None).count() == 1  # it stands in the page


def test_address_that_is_refused_keeps_nobody_back(server: MailServer) -> None:
    for name in ("refused", "hangs-up", "fine"):
        tell(member(f"{name}@example.com"))
    server.refused.add("refused@example.com")
    server.hang_up_on.add("hangs-up@example.com")
    assert send_due() == 1
    assert server.recipients() == ["fine@example.com"]
    age(mail_after=timedelta(seconds=1))
    tell(member("new@example.com"))
    server.hang_up_on.clear()
    assert send_due() == 2
    assert server.recipients() == ["fine@example.com", "hangs-up@example.com", "new@example.com"]
    assert unmailed() == 1


def test_worker_that_died_while_sending_loses_nothing(learner: User, server: MailServer) -> None:
    tell(learner)
    notification_mail._take()  # and then nothing more
    assert send_due() == 0
    age(mail_after=timedelta(seconds=1))
    assert send_due() == 1


@pytest.mark.parametrize("fields", [{"wants_mail": False}, {"is_active": False}])
def test_who_wants_none_gets_none(learner: User, fields: dict[str, bool]) -> None:
    User.objects.update(**fields)
    tell(learner)
    assert (send_due(), unmailed(), mail.outbox) == (0, 0, [])
    User.objects.update(wants_mail=True, is_active=True)
    assert send_due() == 0  # nor later


def test_what_was_read_first_is_not_mailed(learner: User) -> None:
    tell(learner)
    mark_read(Notification.objects.get())
    assert (send_due(), unmailed()) == (0, 0)


def test_old_and_read_ones_are_removed(learner: User) -> None:
    for _ in range(4):
        tell(learner)
    old, unread, fresh, gone = Notification.objects.order_by("pk")
    long_ago = timezone.now() - timedelta(days=91)
    Notification.objects.filter(pk__in=(old.pk, unread.pk, gone.pk)).update(created=long_ago)
    for one in (old, fresh, gone):
        mark_read(one)
    assert remove_old() == 2
    remove_old_notifications()
    assert set(Notification.objects.values_list("pk", flat=True)) == {unread.pk, fresh.pk}
    learner.refresh_from_db()
    assert learner.unread == 1


def test_schedule_sends_them_in_time(settings: LazySettings) -> None:
    schedule = settings.CELERY_BEAT_SCHEDULE
    mails, old = schedule["notification-mails"], schedule["old-notifications"]
    assert (mails["task"], mails["schedule"]) == (send_notification_mails.name, schedule_of(30.0))
    assert old["task"] == remove_old_notifications.name
    routes = settings.CELERY_TASK_ROUTES
    assert {mails["task"], old["task"]} & set(routes) == set()  # on the default queue
