"""Notifications in the page: whose they are, the count in the header, and where they lead."""

import re
import threading

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Notification, NotificationKind, User
from apps.accounts.notifications import mark_all_read, mark_read
from apps.accounts.services import notify
from tests.accounts.conftest import member

PAGE = "/notifications/"


@pytest.fixture
def page(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def tell(person: User, title: str = "Houses, try 1, has passed.", url: str = "/projects/") -> int:
    notify(person=person, kind=NotificationKind.CHECK_FINISHED, title=title, url=url)
    return Notification.objects.latest("pk").pk


def unread(person: User) -> int:
    person.refresh_from_db()
    assert person.unread == Notification.objects.filter(person=person, read=None).count()
    return person.unread


def html(client: Client, url: str = PAGE) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_lists_the_newest_first_and_marks_the_unread(page: Client, learner: User) -> None:
    first = tell(learner, "The first")
    tell(learner, "The second")
    mark_read(Notification.objects.get(pk=first))
    text = html(page)
    items = re.findall(r'<li class="notification([^"]*)">(.*?)</li>', text, re.DOTALL)
    assert ["is-unread" in kind for kind, _ in items] == [True, False]
    assert ["The second" in item for _, item in items] == [True, False]
    assert [("icon-unread" in item, ">Unread<" in item) for _, item in items] == [
        (True, True),
        (False, False),
    ]
    assert "1 unread" in text


def test_page_without_any_says_so(page: Client) -> None:
    text = html(page)
    assert "Nothing yet" in text
    assert "Mark all as read" not in text
    assert "bell-count" not in text


def test_header_shows_the_count(page: Client, learner: User) -> None:
    tell(learner)
    assert '<span class="visually-hidden">: </span>1<span' in html(page, "/projects/")
    User.objects.update(unread=250)
    assert '<span class="visually-hidden">: </span>99+<span' in html(page, "/projects/")


def test_visit_marks_as_read_and_leads_to_the_page(page: Client, learner: User) -> None:
    url = f"{PAGE}{tell(learner, url='/submissions/abc/#checks')}/visit/"
    assert page.get(url)["Location"] == PAGE  # GET changes nothing
    assert unread(learner) == 1
    for _ in range(2):  # the second time it is read already
        answer = page.post(url)
        assert (answer.status_code, answer["Location"]) == (302, "/submissions/abc/#checks")
        assert unread(learner) == 0


def test_read_mark_marks_all_of_the_own(page: Client, learner: User, mentor: User) -> None:
    for person in (learner, learner, mentor):
        tell(person)
    assert page.get(f"{PAGE}read-mark/")["Location"] == PAGE
    assert unread(learner) == 2
    for _ in range(2):
        assert page.post(f"{PAGE}read-mark/")["Location"] == PAGE
    assert (unread(learner), unread(mentor)) == (0, 1)


def test_those_of_others_are_not_there(page: Client, learner: User, mentor: User) -> None:
    theirs = tell(mentor, "Only for Max")
    assert "Only for Max" not in html(page)
    assert page.post(f"{PAGE}{theirs}/visit/").status_code == 404
    assert unread(mentor) == 1


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 40, "-1", "abc", "1%00"])
def test_what_is_not_there_is_not_found(page: Client, pk: str) -> None:
    assert page.post(f"{PAGE}{pk}/visit/").status_code == 404


def test_visitors_are_asked_to_log_in(client: Client, learner: User) -> None:
    number = tell(learner)
    for url in (PAGE, f"{PAGE}{number}/visit/", f"{PAGE}read-mark/", f"{PAGE}mail/"):
        assert client.post(url)["Location"] == f"/account/login/?next={url}"
    assert unread(learner) == 1


def test_changes_need_the_csrf_token(learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    number = tell(learner)
    for url in (f"{PAGE}{number}/visit/", f"{PAGE}read-mark/", f"{PAGE}mail/"):
        assert client.post(url, {"wants": "0"}).status_code == 403
    assert unread(learner) == 1


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "evil"]
)
def test_database_keeps_no_address_of_another_site(learner: User, url: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(learner, url=url)
    assert unread(learner) == 0


@pytest.mark.parametrize("url", ["/\\evil.example/", "/\t/evil.example/", "/\n/evil.example"])
def test_visit_never_leaves_the_site(page: Client, learner: User, url: str) -> None:
    assert page.post(f"{PAGE}{tell(learner, url=url)}/visit/")["Location"] == PAGE
    assert unread(learner) == 0


def test_hostile_title_is_text(page: Client, learner: User) -> None:
    tell(learner, '<img src=x onerror=alert(1)><b hx-post="/evil">')
    text = html(page)
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    assert text.index('class="rows notifications" hx-disable') < text.index("&lt;img src=x")


@pytest.mark.parametrize("query", ["page=2", "page=999", "page=-1", "page=x", "page=1%00"])
def test_page_number_is_never_an_error(page: Client, learner: User, query: str) -> None:
    for number in range(30):
        tell(learner, f"Number {number}")
    assert "Number" in html(page, f"{PAGE}?{query}")


def test_mail_is_stopped_and_wanted_again(page: Client, learner: User) -> None:
    assert "Stop the mails" in html(page)
    for sent, kept in (("0", False), ("x", False), ("0", False), ("1", True), ("", True)):
        assert page.post(f"{PAGE}mail/", {"wants": sent})["Location"] == f"{PAGE}#mail"
        learner.refresh_from_db()
        assert learner.wants_mail is kept
    page.get(f"{PAGE}mail/", {"wants": "0"})
    learner.refresh_from_db()
    assert learner.wants_mail is True


@pytest.mark.parametrize("rows", [3, 300])
def test_pages_ask_the_database_little(page: Client, learner: User, rows: int) -> None:
    for _ in range(rows):
        tell(learner)
    counts = []
    for method, url in (
        ("get", PAGE),
        ("post", f"{PAGE}{Notification.objects.latest('pk').pk}/visit/"),
        ("post", f"{PAGE}read-mark/"),
        ("post", f"{PAGE}mail/"),
    ):
        cache.clear()  # the worst case: the small road is made anew
        with CaptureQueriesContext(connection) as captured:
            getattr(page, method)(url, {"wants": "0"})
        counts.append(len(captured))
    assert counts == [8, 8, 7, 3]


@pytest.mark.django_db(transaction=True)
def test_count_stays_right_while_many_write_at_once() -> None:
    person, other = member("a@example.com"), member("b@example.com")
    for who in (person, other):
        for _ in range(10):
            tell(who)
    shared = list(Notification.objects.filter(person=person))
    gate = threading.Barrier(6)
    problems: list[BaseException] = []

    def work(kind: int) -> None:
        try:
            gate.wait()
            for one in shared:
                if kind < 2:  # the same ones, by two at once
                    mark_read(one)
                elif kind < 4:
                    notify(
                        person=person,
                        kind=NotificationKind.REVIEW_RECEIVED,
                        title="A review has come.",
                        url="/",
                    )
                else:
                    mark_all_read(person=person)
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(kind,)) for kind in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Notification.objects.filter(person=person).count() == 30
    unread(person)  # equal to the rows
    assert unread(other) == 10
    mark_all_read(person=person)
    assert unread(person) == 0
