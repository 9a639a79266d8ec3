"""The pages of reviews: what they show, what they never show, and how many queries they take."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import Concept, ProjectBrief
from apps.mentoring.cohorts import create_link
from apps.mentoring.models import Cohort, Comment, Decision, Membership, Message, Review
from apps.mentoring.services import add_comment, ask_for_review, write_message
from apps.progress.models import Evidence, EvidenceSource
from apps.progress.services import choose_plan
from apps.submissions.models import Submission
from tests.mentoring.samples import (
    EVIL_FILE,
    FILES,
    expire,
    make_mentor,
    make_pass,
    make_review,
)
from tests.submissions.samples import EVIL, count_queries, make_brief, make_learner

pytestmark = pytest.mark.django_db
MODEL = "src/houses/model.py"


@pytest.fixture
def page(client: Client, mentor: User) -> Client:
    client.force_login(mentor)
    return client


@pytest.fixture
def own(learner: User) -> Client:
    """The learner's browser."""
    client = Client()
    client.force_login(learner)
    return client


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def url_of(review: Review, rest: str = "") -> str:
    return f"/mentoring/reviews/{review.pk}/{rest}"


# From asking to approval -------------------------------------------------------------------------


def test_learner_asks_mentor_claims_comments_and_decides(
    page: Client, own: Client, passed: Submission
) -> None:
    submission_url = f"/submissions/{passed.public_id}/"
    assert "Ask for a review" in text_of(own, "/")
    assert "Ask for a review" in text_of(own, submission_url)
    own.post(f"{submission_url}review-request/")
    assert "Waiting for a mentor" in text_of(own, submission_url)
    assert "Ask for a review" not in text_of(own, "/")

    queue = text_of(page, "/mentoring/")
    assert "Ada" in queue
    assert 'Mentoring <span class="count">1<' in queue
    claimed = page.post(f"/mentoring/submissions/{passed.public_id}/claim/")
    review = Review.objects.get()
    assert claimed["Location"] == url_of(review)
    assert "Max reads it" in text_of(own, submission_url)

    place = {"file": MODEL, "line": "5"}
    form = text_of(page, f"{url_of(review)}?file={MODEL}&line=5")
    assert "Comment on line 5</label>" in form
    kept = page.post(url_of(review, "comments/"), place | {"text": "Why the **mean**?"})
    assert kept["Location"] == f"{url_of(review)}?file={quote(MODEL, safe='')}&part=1#line-5"
    assert "<strong>mean</strong>" in text_of(page, f"{url_of(review)}?file={MODEL}")
    assert "mean" not in text_of(own, submission_url)

    page.post(url_of(review, "decision/"), {"summary": "Nearly.", "decision": ""})
    assert "Nearly." in text_of(page, url_of(review))
    assert "Nearly." not in text_of(own, submission_url)
    done = page.post(url_of(review, "decision/"), {"summary": "Nearly.", "decision": "changes"})
    assert done["Location"] == "/mentoring/"

    text = text_of(own, submission_url)
    for part in ("Changes asked for", "Nearly.", "<strong>mean</strong>", "return np.mean(rows)"):
        assert part in text
    assert "Open the review" in text_of(own, "/")
    assert "<strong>mean</strong>" in text_of(own, f"{submission_url}code/?file={MODEL}")

    own.post(url_of(review, "thread/"), {"text": "Because of `rows`."})
    assert "<code>rows</code>" in text_of(page, url_of(review))
    page.post(url_of(review, "thread/"), {"text": "I see."})
    assert "I see." in text_of(own, submission_url)


def test_claiming_twice_leads_to_the_same_review(page: Client, passed: Submission) -> None:
    ask_for_review(submission=passed)
    for _ in range(2):
        response = page.post(f"/mentoring/submissions/{passed.public_id}/claim/")
        assert response["Location"] == url_of(Review.objects.get())


def test_claiming_what_another_holds_says_so(
    page: Client, passed: Submission, cohort: Cohort
) -> None:
    second = make_mentor("Mia")
    cohort.mentors.add(second)
    make_review(passed, second)
    response = page.post(f"/mentoring/submissions/{passed.public_id}/claim/", follow=True)
    assert "does not wait for a review, or is being read" in response.content.decode()


def test_claim_that_ran_out_keeps_what_is_sent_too_late(page: Client, passed: Submission) -> None:
    ask_for_review(submission=passed)
    review = make_review(passed, User.objects.get(name="Max"))
    expire(review)
    for rest, data in (
        ("comments/", {"file": MODEL, "line": "1", "text": "Long thoughts."}),
        ("decision/", {"summary": "Long thoughts.", "decision": "approved"}),
    ):
        response = page.post(url_of(review, rest), data)
        text = response.content.decode()
        assert response.status_code == 422
        assert "Your claim ran out" in text
        assert "Long thoughts.</textarea>" in text
        assert "Claim it again" in text
    page.post(f"/mentoring/submissions/{passed.public_id}/claim/")
    done = page.post(url_of(review, "decision/"), {"summary": "Fine.", "decision": "approved"})
    assert done["Location"] == "/mentoring/"


def test_decided_review_keeps_what_is_sent_too_late(page: Client, passed: Submission) -> None:
    review = make_review(passed, User.objects.get(name="Max"))
    comment = add_comment(review=review, path=MODEL, line=1, quoted="", text="Draft.")
    page.post(url_of(review, "decision/"), {"summary": "", "decision": "approved"})
    response = page.post(f"/mentoring/comments/{comment.pk}/", {"text": "Second thoughts."})
    assert response.status_code == 422
    assert "This review is decided" in response.content.decode()
    assert "Second thoughts.</textarea>" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is nothing in it yet"),
        (" \n ", "There is nothing in it yet"),
        ("x" * 4001, "At most 4000 characters. This has 4001."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_wrong_note_is_told_and_kept(
    page: Client, own: Client, passed: Submission, text: str, message: str
) -> None:
    review = make_review(passed, User.objects.get(name="Max"))
    comment = add_comment(review=review, path=MODEL, line=2, quoted="", text="Draft.")
    answers = [
        page.post(url_of(review, "comments/"), {"file": MODEL, "line": "1", "text": text}),
        page.post(f"/mentoring/comments/{comment.pk}/", {"text": text}),
    ]
    page.post(url_of(review, "decision/"), {"summary": "", "decision": "approved"})
    answers.append(own.post(url_of(review, "thread/"), {"text": text}))
    for answer in answers:
        assert answer.status_code == 422
        assert message in answer.content.decode()
        if len(text) > 4000:
            assert text in answer.content.decode()
    assert (Comment.objects.count(), Message.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"decision": "changes", "summary": "  "}, "Say what to change"),
        ({"decision": "perhaps", "summary": "Kept words."}, "Choose one of the buttons"),
        ({"decision": "approved", "summary": "y" * 4001}, "At most 4000 characters"),
    ],
)
def test_wrong_decision_is_told(
    page: Client, passed: Submission, data: dict[str, str], message: str
) -> None:
    review = make_review(passed, User.objects.get(name="Max"))
    response = page.post(url_of(review, "decision/"), data)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert data["summary"].strip() in response.content.decode()
    review.refresh_from_db()
    assert review.decision == ""


@pytest.mark.parametrize(
    "place",
    [
        {"file": "no.py", "line": "1"},
        {"file": "model.bin", "line": "1"},
        {"file": MODEL, "line": "0"},
        {"file": MODEL, "line": "99"},
        {"file": MODEL, "line": "9" * 30},
        {"file": MODEL, "line": "٣"},
        {"file": "../../etc/passwd", "line": "1"},
        {"file": "\x00", "line": "1"},
    ],
)
def test_comment_on_no_line_is_not_found(
    page: Client, passed: Submission, place: dict[str, str]
) -> None:
    review = make_review(passed, User.objects.get(name="Max"))
    assert page.post(url_of(review, "comments/"), place | {"text": "x"}).status_code == 404
    assert not Comment.objects.exists()


# Code --------------------------------------------------------------------------------------------


def test_file_without_lines_is_told(page: Client, passed: Submission) -> None:
    url = f"/mentoring/submissions/{passed.public_id}/"
    assert "not text, or it is too long" in text_of(page, f"{url}?file=model.bin")
    assert "no file of this name" in text_of(page, f"{url}?file=gone.py", 404)
    assert 'id="line-1"' in text_of(page, f"{url}?file={MODEL}&part=999999999&line=x")


def test_try_without_files_is_told(
    page: Client, own: Client, learner: User, brief: ProjectBrief, cohort: Cohort
) -> None:
    submission = make_pass(learner, brief)
    submission.snapshot.delete()
    for client, url in (
        (page, f"/mentoring/submissions/{submission.public_id}/"),
        (own, f"/submissions/{submission.public_id}/code/"),
    ):
        assert "files of this try were not kept" in text_of(client, url)


class _Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.update(name for name, _ in attrs)


def acting_attributes(html: str) -> set[str]:
    """Names of those that htmx or a script would act on."""
    parser = _Attributes()
    parser.feed(html)
    return {name for name in parser.names if name.startswith(("hx-", "data-hx-", "on"))}


def test_nothing_of_a_learner_is_markup(
    page: Client, own: Client, learner: User, mentor: User, cohort: Cohort
) -> None:
    brief = make_brief()
    evil = EVIL.replace("\0", "")
    User.objects.filter(pk=learner.pk).update(name=evil)
    Cohort.objects.update(name=evil)
    submission = make_pass(
        learner,
        brief,
        files=(*FILES, EVIL_FILE),
        verdict=evil,
        archive_name="",
        url=f"https://{evil}",
    )
    ask_for_review(submission=submission)
    Evidence.objects.create(
        learner=learner,
        concept=Concept.objects.create(slug="recall", title="Recall"),
        source=EvidenceSource.PROJECT,
        key="k",
        score=0.5,
        title=evil,
        attempt=1,
        url="/submissions/x/",
        at=timezone.now(),
    )
    pages = [text_of(page, "/mentoring/")]
    review = make_review(submission, mentor)
    add_comment(review=review, path=EVIL_FILE.path, line=1, quoted=evil, text=evil)
    query = f"?file={quote(EVIL_FILE.path)}&line=1"
    pages.append(text_of(page, url_of(review) + query))
    page.post(url_of(review, "decision/"), {"summary": evil, "decision": "changes"})
    review.refresh_from_db()
    write_message(review=review, author=learner, text=evil)
    mentors = ("/mentoring/", url_of(review), f"/people/{learner.pk}/", f"/cohorts/{cohort.pk}/")
    pages += [text_of(page, url) for url in mentors]
    pages.append(text_of(own, f"/submissions/{submission.public_id}/"))
    pages.append(text_of(own, f"/submissions/{submission.public_id}/code/{query}"))
    for text in pages:
        main = text[text.index("<main") : text.index("</main>")]
        # What somebody typed in comes back to them as it was, to be changed; a path, to be found.
        main = re.sub(r"(<textarea[^>]*>)[^<]*", r"\1", main)
        main = re.sub(r'(<input[^>"]*(?:"[^"]*"[^>"]*)*? value=)"[^"]*"', r"\1", main)
        assert "<img" not in main
        assert acting_attributes(main) == {"hx-disable"}
        assert "\x1b" not in main
        assert "\u202e" not in main


def test_everything_of_learners_stands_where_htmx_does_nothing(
    page: Client, passed: Submission, learner: User, cohort: Cohort
) -> None:
    review = make_review(passed, User.objects.get(name="Max"))
    urls = ["/mentoring/", "/cohorts/", f"/cohorts/{cohort.pk}/", f"/people/{learner.pk}/"]
    for url in [*urls, url_of(review), f"/mentoring/submissions/{passed.public_id}/"]:
        main = text_of(page, url).split("<main", 1)[1]
        assert re.match(r"[^>]*>\s*<div[^>]*\shx-disable>", main), url


# Queries -----------------------------------------------------------------------------------------


def fill(cohort: Cohort, mentor: User, learner: User, brief: ProjectBrief, count: int) -> None:
    """So many more learners who wait, tries of the one, comments, messages and links."""
    concept, _ = Concept.objects.get_or_create(slug="recall", title="Recall")
    for number in range(count):
        other = make_learner(f"Learner {number}")
        Membership.objects.create(cohort=cohort, learner=other)
        choose_plan(learner=other, start=timezone.localdate(), hours_a_week=10)
        ask_for_review(submission=make_pass(other, brief))
        make_pass(learner, brief, created=timezone.now() - timedelta(days=9))
        create_link(cohort=cohort, by=mentor, days=1, most_uses=1)
        for person in (learner, other):
            Evidence.objects.create(
                learner=person,
                concept=concept,
                source=EvidenceSource.QUIZ,
                key=f"{other.pk}",
                score=1.0,
                title="A question",
                attempt=1,
                url="/",
                at=timezone.now(),
            )


def fill_reviews(review: Review, decided: Review, mentor: User, count: int) -> None:
    Comment.objects.bulk_create(
        Comment(review=one, path=MODEL, line=1, text="x", html="<p>x</p>")
        for one in (review, decided)
        for _ in range(count)
    )
    Message.objects.bulk_create(
        Message(review=decided, author=mentor, text="x", html="<p>x</p>") for _ in range(count)
    )


def test_pages_need_as_many_queries_for_300_as_for_3(
    page: Client, own: Client, cohort: Cohort, mentor: User, learner: User, brief: ProjectBrief
) -> None:
    spam = make_brief("spam-email-classifier")
    held = make_review(make_pass(learner, spam), mentor)
    decided = make_review(make_pass(learner, brief), mentor, Decision.CHANGES)
    waiting = make_pass(learner, make_brief("customer-churn-prediction"))
    ask_for_review(submission=waiting)
    mentors = [
        "/mentoring/",
        f"/mentoring/submissions/{waiting.public_id}/",
        url_of(held),
        url_of(decided),
        "/cohorts/",
        f"/cohorts/{cohort.pk}/",
        f"/people/{learner.pk}/",
    ]
    learners = [
        f"/submissions/{decided.submission.public_id}/",
        f"/submissions/{waiting.public_id}/",
        f"/submissions/{waiting.public_id}/code/",
        "/cohorts/",
        "/",
    ]

    def counts() -> dict[str, int]:
        text_of(page, "/projects/")  # the road is in the cache from here on
        text_of(own, "/projects/")
        found = {url: count_queries(page, url) for url in mentors}
        return found | {f"own {url}": count_queries(own, url) for url in learners}

    fill(cohort, mentor, learner, brief, 3)
    fill_reviews(held, decided, mentor, 3)
    few = counts()
    fill(cohort, mentor, learner, brief, 97)
    fill_reviews(held, decided, mentor, 297)
    assert counts() == few
    assert {url: count for url, count in few.items() if count > 12} == {}


def test_posts_need_few_queries(
    page: Client, own: Client, cohort: Cohort, learner: User, passed: Submission, mentor: User
) -> None:
    for _ in range(30):
        cohort.mentors.add(make_mentor())
    cache.clear()
    review_url = "/mentoring/reviews/{}/"
    asked = count_queries(own, f"/submissions/{passed.public_id}/review-request/", {})
    claimed = count_queries(page, f"/mentoring/submissions/{passed.public_id}/claim/", {})
    review = Review.objects.get()
    base = review_url.format(review.pk)
    comment = count_queries(page, f"{base}comments/", {"file": MODEL, "line": "1", "text": "x"})
    one = Comment.objects.get()
    changed = count_queries(page, f"/mentoring/comments/{one.pk}/", {"text": "y"})
    wrong = count_queries(page, f"/mentoring/comments/{one.pk}/", {"text": ""})
    removed = count_queries(page, f"/mentoring/comments/{one.pk}/removal/", {})
    decided = count_queries(page, f"{base}decision/", {"decision": "approved", "summary": "x"})
    written = count_queries(own, f"{base}thread/", {"text": "x"})
    left = count_queries(own, f"/cohorts/{cohort.pk}/leaving/", {})
    counts = [asked, claimed, comment, changed, wrong, removed, decided, written, left]
    assert max(counts) <= 25, counts
    assert Message.objects.count() == 1
    assert not Membership.objects.filter(left__isnull=True).exists()
