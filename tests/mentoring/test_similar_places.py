"""Who sees which similar places, and that learners see none."""

import re
from dataclasses import dataclass

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.checks.results import Outcome
from apps.checks.snapshot import SourceFile
from apps.curriculum.models import ProjectBrief
from apps.mentoring.models import Cohort, Decision, Membership
from apps.mentoring.similar_places import MOST_LINES
from apps.submissions.models import Similarity, Snapshot, Submission
from apps.submissions.snapshots import pack
from tests.mentoring.samples import make_cohort, make_mentor, make_pass, make_review
from tests.submissions.samples import EVIL, count_queries, make_learner, make_submission

pytestmark = pytest.mark.django_db

HERE, THERE = "src/here.py", "lib/there.py"
INNOCENT = "many innocent reasons"
OUTSIDE = "outside of your cohorts"


def code(word: str, *, lines: int = 60) -> str:
    return "".join(f"{word}_{number} = {number}\n" for number in range(1, lines + 1))


def files(path: str, text: str) -> tuple[SourceFile, ...]:
    return (SourceFile(path=path, size=len(text), text=text),)


def alike(submission: Submission, other: Submission, *, share: float = 0.8) -> Similarity:
    places = [[[HERE, 11, 15], [THERE, 21, 25]]]
    return Similarity.objects.create(submission=submission, other=other, share=share, places=places)


@dataclass
class Scene:
    one: Submission
    other: Submission
    url: str


@pytest.fixture
def scene(passed: Submission, brief: ProjectBrief) -> Scene:
    """Ada's submission, like one of Bob, who is in no cohort yet."""
    Snapshot.objects.filter(submission=passed).update(packed=pack(files(HERE, code("mine"))))
    other = make_pass(make_learner("Bob <Builder>"), brief, files=files(THERE, code("theirs")))
    alike(passed, other)
    return Scene(passed, other, f"/mentoring/submissions/{passed.public_id}/")


def seen(client: Client, person: User, url: str) -> str:
    client.force_login(person)
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def shows_all(text: str) -> bool:
    """Both sides, their places, who and how much."""
    plain = re.sub(r"<[^>]*>", "", text)
    parts = ("mine_11 = 11", "theirs_25 = 25", "Bob &lt;Builder&gt;, try 1", "80 % of", INNOCENT)
    assert "mine_16 = 16" not in plain.partition("Side by side")[2]
    return all(part in plain for part in parts) and "lib/there.py, lines 21 to 25" in plain


def tells_nothing(text: str) -> bool:
    parts = ("Bob", "theirs_", THERE, "lib", "80 %", "Side by side")
    return not any(part in text for part in parts)


def test_mentor_of_both_sees_both_sides(
    client: Client, scene: Scene, mentor: User, cohort: Cohort
) -> None:
    Membership.objects.create(cohort=cohort, learner=scene.other.learner)
    text = seen(client, mentor, scene.url)
    assert shows_all(text)
    assert OUTSIDE not in text
    assert f'href="/mentoring/submissions/{scene.other.public_id}/"' in text


def test_mentor_of_both_in_two_cohorts_sees_both_sides(
    client: Client, scene: Scene, mentor: User
) -> None:
    make_cohort(scene.other.learner, mentor=mentor, name="Spring")
    assert shows_all(seen(client, mentor, scene.url))


def test_mentor_of_one_learns_only_that_there_is_another(
    client: Client, scene: Scene, mentor: User
) -> None:
    make_cohort(scene.other.learner, mentor=make_mentor("Olga"), name="Spring")
    for query in ("", f"?similar={scene.other.public_id}"):
        text = seen(client, mentor, scene.url + query)
        assert OUTSIDE in text
        assert INNOCENT in text
        assert tells_nothing(text)
        assert scene.other.public_id not in text


def test_mentor_loses_sight_of_who_left(
    client: Client, scene: Scene, mentor: User, cohort: Cohort
) -> None:
    row = Membership.objects.create(cohort=cohort, learner=scene.other.learner)
    Membership.objects.filter(pk=row.pk).update(left=row.joined)
    text = seen(client, mentor, scene.url)
    assert OUTSIDE in text
    assert tells_nothing(text)


def test_staff_see_both_sides_wherever_the_learners_are(
    client: Client, scene: Scene, staff: User
) -> None:
    text = seen(client, staff, scene.url)
    assert shows_all(text)
    # Who is in no cohort has no page for mentors.
    assert f'href="/mentoring/submissions/{scene.other.public_id}/"' not in text


def test_review_shows_the_places_too(
    client: Client, scene: Scene, mentor: User, cohort: Cohort
) -> None:
    Membership.objects.create(cohort=cohort, learner=scene.other.learner)
    review = make_review(scene.one, mentor)
    assert shows_all(seen(client, mentor, f"/mentoring/reviews/{review.pk}/"))


def test_learners_see_nothing_of_it(
    client: Client, scene: Scene, mentor: User, cohort: Cohort
) -> None:
    Membership.objects.create(cohort=cohort, learner=scene.other.learner)
    make_review(scene.one, mentor, Decision.APPROVED)
    for one in (scene.one, scene.other):
        page = f"/submissions/{one.public_id}/"
        for url in (page, f"{page}code/", "/", f"{page}?similar={scene.other.public_id}"):
            text = seen(client, one.learner, url)
            assert "imilar" not in text
            assert "innocent" not in text
        assert client.get(scene.url).status_code == 404


def test_earlier_submission_and_those_without_have_no_section(
    client: Client, scene: Scene, mentor: User, cohort: Cohort
) -> None:
    Membership.objects.create(cohort=cohort, learner=scene.other.learner)
    text = seen(client, mentor, f"/mentoring/submissions/{scene.other.public_id}/")
    assert "imilar" not in text


def test_another_can_be_chosen(
    client: Client, scene: Scene, staff: User, brief: ProjectBrief
) -> None:
    second = make_pass(make_learner("Cleo"), brief, files=files(THERE, code("third")))
    alike(scene.one, second, share=0.4)
    assert "theirs_21" in seen(client, staff, scene.url)
    text = seen(client, staff, scene.url)
    (link,) = re.findall(rf'href="(\?[^"]*similar={second.public_id})#similar"', text)
    text = seen(client, staff, scene.url + link.replace("&amp;", "&"))
    assert "third_21" in re.sub(r"<[^>]*>", "", text)
    assert "theirs_21" not in re.sub(r"<[^>]*>", "", text)


@pytest.mark.parametrize("value", ["", "x", "%00", "%F0%9F%A6%86", "1" * 400, "../"])
def test_nonsense_chosen_is_the_most_alike(
    client: Client, scene: Scene, staff: User, value: str
) -> None:
    assert shows_all(seen(client, staff, f"{scene.url}?similar={value}"))


def test_text_of_people_is_shown_as_text(
    client: Client, scene: Scene, staff: User, brief: ProjectBrief
) -> None:
    path = f"{EVIL[:60]}.py".replace("\0", "")
    evil = make_pass(make_learner(EVIL.replace("\0", "")[:80]), brief, files=files(path, EVIL * 9))
    row = alike(scene.one, evil, share=0.9)
    Similarity.objects.filter(pk=row.pk).update(places=[[[HERE, 1, 2], [path, 1, 1]]])
    text = seen(client, staff, scene.url)
    assert "<img src=x" not in text
    assert '<b hx-post="/evil">' not in text
    assert "\u202e" not in text


def test_long_places_are_cut(client: Client, scene: Scene, staff: User) -> None:
    Similarity.objects.update(places=[[[HERE, 1, 60], [THERE, 1, 60]]])
    text = re.sub(r"<[^>]*>", "", seen(client, staff, scene.url)).partition("Side by side")[2]
    assert f"theirs_{MOST_LINES} = " in text
    assert f"theirs_{MOST_LINES + 1} = " not in text
    assert text.count(f"And {60 - MOST_LINES} more lines.") == 2


@pytest.mark.parametrize(
    "packed", [None, pack([]), pack(files(THERE, "x = 1\n"))], ids=["gone", "empty", "shorter"]
)
def test_files_that_are_gone_or_shorter_leave_empty_places(
    client: Client, scene: Scene, staff: User, packed: bytes | None
) -> None:
    kept = Snapshot.objects.filter(submission=scene.other)
    kept.update(packed=packed) if packed else kept.delete()
    text = seen(client, staff, scene.url)
    assert "lines 21 to 25" in text
    assert "theirs_" not in text


def test_queries_are_as_many_for_30_as_for_1(
    client: Client, scene: Scene, mentor: User, cohort: Cohort, brief: ProjectBrief
) -> None:
    Membership.objects.create(cohort=cohort, learner=scene.other.learner)
    review = make_review(scene.one, mentor)
    urls = (scene.url, f"/mentoring/reviews/{review.pk}/")
    for url in urls:
        seen(client, mentor, url)
    few = [count_queries(client, url) for url in urls]
    for number in range(29):
        other = make_learner(f"Learner {number}")
        Membership.objects.create(cohort=cohort, learner=other)
        alike(scene.one, make_submission(other, brief, outcome=Outcome.FAILED), share=0.5)
    assert [count_queries(client, url) for url in urls] == few
    assert max(few) <= 12
    assert seen(client, mentor, scene.url).count("% of the shorter") == 30
