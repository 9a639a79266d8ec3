"""Asking, claiming, commenting, deciding: who may, when, and what follows."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Notification, User
from apps.checks.results import Outcome
from apps.curriculum.models import ProjectBrief
from apps.mentoring import queries, services
from apps.mentoring.models import Cohort, Comment, Decision, Message, Review, ReviewRequest
from apps.mentoring.services import Refused
from apps.progress.models import PassedProject
from apps.progress.services import record_pass
from apps.submissions.models import Submission
from tests.mentoring.samples import expire, make_cohort, make_mentor, make_pass, make_review
from tests.submissions.samples import make_brief, make_learner, make_submission

pytestmark = pytest.mark.django_db


def ask(submission: Submission) -> None:
    services.ask_for_review(submission=submission)


def waiting(mentor: User) -> list[str]:
    return [one.public_id for one in queries.queue_of(mentor=mentor)]


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("title", flat=True))


# Asking ------------------------------------------------------------------------------------------


def test_asking_puts_it_into_the_queue_once_and_tells_every_mentor(
    passed: Submission, cohort: Cohort, mentor: User
) -> None:
    second = make_mentor("Mia")
    cohort.mentors.add(second)
    assert waiting(mentor) == []
    ask(passed)
    ask(passed)
    assert waiting(mentor) == [passed.public_id]
    assert ReviewRequest.objects.count() == 1
    for person in (mentor, second):
        assert told(person) == ["Ada asks for a review of House price prediction."]
        person.refresh_from_db()
        assert person.unread == 1


def test_asking_is_refused_without_a_pass(
    learner: User, brief: ProjectBrief, cohort: Cohort
) -> None:
    for outcome in (Outcome.FAILED, None):
        submission = make_submission(learner, brief, outcome=outcome)
        with pytest.raises(Refused, match="passed its check"):
            ask(submission)


def test_asking_is_refused_for_an_older_pass(
    passed: Submission, learner: User, brief: ProjectBrief
) -> None:
    make_submission(learner, brief, outcome=Outcome.FAILED)
    make_pass(learner, brief)
    with pytest.raises(Refused, match="later try"):
        ask(passed)


def test_asking_is_refused_without_somebody_to_read(brief: ProjectBrief) -> None:
    alone = make_learner("Eve")
    submission = make_pass(alone, brief)
    with pytest.raises(Refused, match="no cohort with a mentor"):
        ask(submission)
    make_cohort(alone)  # without a mentor
    with pytest.raises(Refused, match="no cohort with a mentor"):
        ask(submission)


def test_mentor_of_the_own_cohort_does_not_count_as_a_reader(brief: ProjectBrief) -> None:
    mentor = make_mentor()
    make_cohort(mentor, mentor=mentor)
    submission = make_pass(mentor, brief)
    with pytest.raises(Refused, match="no cohort with a mentor"):
        ask(submission)


def test_inactive_and_former_mentors_do_not_count(
    passed: Submission, mentor: User, learner: User
) -> None:
    assert queries.mentoring_of(learner=learner).mentored
    User.objects.filter(pk=mentor.pk).update(is_active=False)
    assert not queries.mentoring_of(learner=learner).mentored
    User.objects.filter(pk=mentor.pk).update(is_active=True, role="learner")
    assert not queries.mentoring_of(learner=learner).mentored
    mentor.refresh_from_db()
    assert not queries.cohorts_of(mentor).exists()


# The queue ---------------------------------------------------------------------------------------


def test_queue_is_of_own_cohorts_only_and_oldest_first(
    passed: Submission, mentor: User, cohort: Cohort, brief: ProjectBrief
) -> None:
    other_mentor, other = make_mentor(), make_learner("Bob")
    make_cohort(other, mentor=other_mentor, name="Spring")
    theirs = make_pass(other, brief)
    second = make_learner("Cem")
    cohort.memberships.create(learner=second)
    earlier = make_pass(second, brief)
    for one in (passed, theirs, earlier):
        ask(one)
    ReviewRequest.objects.filter(submission=earlier).update(
        asked=timezone.now() - datetime.timedelta(days=2)
    )
    assert waiting(mentor) == [earlier.public_id, passed.public_id]
    assert waiting(other_mentor) == [theirs.public_id]
    assert len(waiting(make_mentor("Stella", "staff"))) == 3  # type: ignore[arg-type]


def test_queue_leaves_out_the_own_work(brief: ProjectBrief, mentor: User) -> None:
    second = make_mentor("Mia")
    cohort = make_cohort(mentor, mentor=mentor)
    cohort.mentors.add(second)
    submission = make_pass(mentor, brief)
    ask(submission)
    assert waiting(mentor) == []
    assert waiting(second) == [submission.public_id]
    assert queries.submission_for(mentor=mentor, public_id=submission.public_id) is None


def test_queue_of_a_cohort_that_reviews_all_needs_no_asking(
    passed: Submission, mentor: User, cohort: Cohort, learner: User, brief: ProjectBrief
) -> None:
    Cohort.objects.update(automatic_review=True)
    assert waiting(mentor) == [passed.public_id]
    later = make_pass(learner, brief)
    assert waiting(mentor) == [later.public_id]
    make_review(later, mentor, Decision.APPROVED)
    assert waiting(mentor) == []
    make_pass(learner, brief)  # approved already: only by asking
    assert waiting(mentor) == []


def test_queue_keeps_what_was_asked_until_a_later_pass_is_asked_for(
    passed: Submission, mentor: User, learner: User, brief: ProjectBrief
) -> None:
    ask(passed)
    later = make_pass(learner, brief)
    assert waiting(mentor) == [passed.public_id]
    ask(later)
    assert waiting(mentor) == [later.public_id]


def test_queue_forgets_who_left(passed: Submission, mentor: User, cohort: Cohort) -> None:
    ask(passed)
    cohort.memberships.update(left=timezone.now())
    assert waiting(mentor) == []


# Claims ------------------------------------------------------------------------------------------


def test_claim_takes_it_out_of_the_queue_and_release_puts_it_back(
    passed: Submission, mentor: User
) -> None:
    ask(passed)
    review = make_review(passed, mentor)
    left = review.expires - timezone.now()
    assert datetime.timedelta(days=2, hours=23) < left <= datetime.timedelta(days=3)
    assert waiting(mentor) == []
    assert services.release_review(review)
    assert not services.release_review(review)
    assert waiting(mentor) == [passed.public_id]


def test_claim_held_by_another_is_refused(passed: Submission, mentor: User, cohort: Cohort) -> None:
    make_review(passed, mentor)
    with pytest.raises(Refused, match="just claimed"):
        make_review(passed, make_mentor())


def test_claim_that_ran_out_goes_back_and_its_drafts_stay(
    passed: Submission, mentor: User, cohort: Cohort
) -> None:
    second = make_mentor("Mia")
    cohort.mentors.add(second)
    ask(passed)
    review = make_review(passed, mentor)
    comment(review)
    expire(review)
    assert waiting(second) == [passed.public_id]
    theirs = make_review(passed, second)
    with pytest.raises(Refused, match="ran out"):
        services.decide_review(review=review, decision=Decision.APPROVED, summary="")
    services.release_review(theirs)
    again = make_review(passed, mentor)
    assert again.pk == review.pk
    assert again.comments.count() == 1


def test_own_work_cannot_be_reviewed_even_by_mistake(passed: Submission, learner: User) -> None:
    with pytest.raises(IntegrityError, match="review_is_not_of_own_work"), transaction.atomic():
        Review.objects.create(
            submission=passed, learner=learner, mentor=learner, expires=timezone.now()
        )


# Comments and decision ---------------------------------------------------------------------------


def comment(review: Review, text: str = "Why the mean?") -> Comment:
    return services.add_comment(
        review=review, path="src/houses/model.py", line=5, quoted="return", text=text
    )


def test_comments_are_written_changed_and_removed_while_the_claim_holds(
    passed: Submission, mentor: User
) -> None:
    review = make_review(passed, mentor)
    one = comment(review)
    services.change_comment(comment=one, text="Why *the* mean?")
    one.refresh_from_db()
    assert one.html == "<p>Why <em>the</em> mean?</p>"
    services.remove_comment(comment=one)
    assert not Comment.objects.exists()
    expire(review)
    with pytest.raises(Refused, match="ran out"):
        comment(review)


def test_comments_stay_as_they_were_read(passed: Submission, mentor: User) -> None:
    review = make_review(passed, mentor)
    one = comment(review)
    services.decide_review(review=review, decision=Decision.CHANGES, summary="See line 5.")
    for act in (
        lambda: comment(review),
        lambda: services.change_comment(comment=one, text="Other"),
        lambda: services.remove_comment(comment=one),
        lambda: services.keep_summary(review=review, summary="Other"),
    ):
        with pytest.raises(Refused, match="decided"):
            act()
    one.refresh_from_db()
    assert one.text == "Why the mean?"


def test_comments_of_a_review_are_bounded(
    passed: Submission, mentor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_COMMENTS", 2)
    review = make_review(passed, mentor)
    comment(review)
    comment(review)
    with pytest.raises(Refused, match="at most 2 comments"):
        comment(review)


def test_approval_moves_the_road_and_tells_the_learner(
    passed: Submission, mentor: User, learner: User, brief: ProjectBrief
) -> None:
    record_pass(learner=learner, brief=brief, at=timezone.now())
    make_review(passed, mentor, Decision.APPROVED)
    assert PassedProject.objects.get().approved is not None
    assert told(learner) == ["Max approved your House price prediction."]
    notification = Notification.objects.get()
    review = Review.objects.get()
    assert notification.url == f"/submissions/{passed.public_id}/#review-{review.pk}"


def test_asking_for_changes_leaves_the_road_and_a_better_try_can_be_asked_for(
    passed: Submission, mentor: User, learner: User, brief: ProjectBrief
) -> None:
    record_pass(learner=learner, brief=brief, at=timezone.now())
    make_review(passed, mentor, Decision.CHANGES)
    assert PassedProject.objects.get().approved is None
    assert told(learner) == ["Max asks for changes to your House price prediction."]
    later = make_pass(learner, brief)
    ask(later)
    assert waiting(mentor) == [later.public_id]


def test_decision_is_made_once(passed: Submission, mentor: User) -> None:
    review = make_review(passed, mentor, Decision.APPROVED)
    with pytest.raises(Refused, match="decided"):
        services.decide_review(review=review, decision=Decision.CHANGES, summary="No.")
    review.refresh_from_db()
    assert (review.decision, review.summary) == (Decision.APPROVED, "Good.")


def test_thread_tells_the_other_side(passed: Submission, mentor: User, learner: User) -> None:
    review = make_review(passed, mentor, Decision.APPROVED)
    Notification.objects.all().delete()
    services.write_message(review=review, author=learner, text="Thanks.")
    services.write_message(review=review, author=mentor, text="Welcome.")
    assert told(mentor) == ["Ada wrote about House price prediction."]
    assert told(learner) == ["Max wrote about House price prediction."]
    assert [one.text for one in Message.objects.all()] == ["Thanks.", "Welcome."]


def test_thread_is_bounded(
    passed: Submission, mentor: User, learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_MESSAGES", 1)
    review = make_review(passed, mentor, Decision.APPROVED)
    services.write_message(review=review, author=learner, text="One.")
    with pytest.raises(Refused, match="ends after 1"):
        services.write_message(review=review, author=learner, text="Two.")


def test_latest_passes_say_what_became_of_each(
    passed: Submission, mentor: User, learner: User, cohort: Cohort
) -> None:
    other = make_brief("spam-email-classifier")
    spam = make_pass(learner, other)
    ask(spam)
    make_review(passed, mentor, Decision.CHANGES)
    rows = {one.public_id: one for one in queries.latest_passes(learner=learner)}
    assert (rows[passed.public_id].decision, rows[passed.public_id].taken) == ("changes", True)
    assert (rows[spam.public_id].asked, rows[spam.public_id].taken) == (True, False)
    assert all(one.mentored and not one.automatic for one in rows.values())
