"""Two at the same moment, on the real database: one wins, nothing is counted twice."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Notification, User
from apps.curriculum.models import ProjectBrief
from apps.mentoring.cohorts import LinkUnusable, create_link, join_cohort
from apps.mentoring.models import Cohort, Decision, InviteLink, Membership, Review, ReviewRequest
from apps.mentoring.services import (
    Refused,
    add_comment,
    ask_for_review,
    claim_review,
    decide_review,
)
from apps.submissions.models import Submission
from tests.mentoring.samples import expire, make_cohort, make_mentor, make_pass, make_review
from tests.submissions.samples import make_learner

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each action, in a thread of its own, gave or raised."""
    barrier = threading.Barrier(len(actions))
    answers: list[object] = [None] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=30)
            answers[place] = action()
        except Exception as error:  # it is compared below
            answers[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, action)) for place, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def kinds(answers: list[object]) -> dict[str, int]:
    names = [type(one).__name__ for one in answers]
    return {name: names.count(name) for name in set(names)}


@pytest.mark.parametrize("expired", [False, True], ids=["free", "ran out"])
def test_one_of_many_claims_wins(cohort: Cohort, passed: Submission, *, expired: bool) -> None:
    if expired:
        expire(make_review(passed, make_mentor("Gone")))
    mentors = [make_mentor() for _ in range(MANY)]
    answers = at_once(
        *(
            lambda mentor=mentor: claim_review(submission=passed, mentor=mentor)
            for mentor in mentors
        )
    )
    assert kinds(answers) == {"Review": 1, "Refused": MANY - 1}
    assert Review.objects.filter(ended__isnull=True).count() == 1


def test_one_mentor_in_two_tabs_holds_one_claim(passed: Submission, mentor: User) -> None:
    answers = at_once(*[lambda: claim_review(submission=passed, mentor=mentor)] * 4)
    assert kinds(answers).get("Review", 0) >= 1
    assert Review.objects.count() == 1


def test_last_place_of_a_link_goes_to_one(cohort: Cohort, mentor: User) -> None:
    link = create_link(cohort=cohort, by=mentor, days=1, most_uses=3)
    people = [make_learner() for _ in range(MANY)]
    answers = at_once(
        *(lambda person=person: join_cohort(learner=person, link=link) for person in people)
    )
    assert kinds(answers) == {"bool": 3, "LinkUnusable": MANY - 3}
    assert all(isinstance(one, LinkUnusable) or one is True for one in answers)
    assert InviteLink.objects.get().used == 3
    assert Membership.objects.filter(learner__in=people).count() == 3


def test_joining_twice_at_once_counts_once(cohort: Cohort, mentor: User) -> None:
    link = create_link(cohort=cohort, by=mentor, days=1, most_uses=9)
    person = make_learner()
    answers = at_once(*[lambda: join_cohort(learner=person, link=link)] * 5)
    assert sorted(map(bool, answers)) == [False] * 4 + [True]
    assert (InviteLink.objects.get().used, person.memberships.count()) == (1, 1)


def test_one_of_many_decisions_is_kept(passed: Submission, mentor: User, learner: User) -> None:
    review = make_review(passed, mentor)
    choices = [Decision.APPROVED, Decision.CHANGES] * 3
    answers = at_once(
        *(
            lambda choice=choice: decide_review(review=review, decision=choice, summary=choice)
            for choice in choices
        )
    )
    assert kinds(answers) == {"NoneType": 1, "Refused": 5}
    review.refresh_from_db()
    assert review.summary == review.decision
    assert Notification.objects.filter(person=learner).count() == 1


def test_comment_is_in_before_the_decision_or_refused(passed: Submission, mentor: User) -> None:
    review = make_review(passed, mentor)

    def write() -> object:
        return add_comment(review=review, path="README.md", line=1, quoted="", text="Now?")

    def decide() -> object:
        return decide_review(review=review, decision=Decision.APPROVED, summary="")

    written, decided = at_once(write, decide)
    assert decided is None
    assert review.comments.count() == (0 if isinstance(written, Refused) else 1)


def test_asking_in_two_tabs_tells_once(passed: Submission, mentor: User) -> None:
    answers = at_once(*[lambda: ask_for_review(submission=passed)] * 4)
    assert kinds(answers) == {"NoneType": 4}
    assert ReviewRequest.objects.count() == 1
    assert Notification.objects.filter(person=mentor).count() == 1


def test_claim_is_not_decided_after_it_ran_out_and_was_taken(
    brief: ProjectBrief, mentor: User
) -> None:
    learner, second = make_learner(), make_mentor("Mia")
    cohort = make_cohort(learner, mentor=mentor)
    cohort.mentors.add(second)
    submission = make_pass(learner, brief)
    first = make_review(submission, mentor)
    Review.objects.filter(pk=first.pk).update(expires=timezone.now() - timedelta(seconds=1))
    answers = at_once(
        lambda: claim_review(submission=submission, mentor=second),
        lambda: decide_review(review=first, decision=Decision.APPROVED, summary=""),
    )
    assert kinds(answers) == {"Review": 1, "Refused": 1}
