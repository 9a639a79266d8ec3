"""An attempt begins once, is answered once, and ends with its last answer."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from apps.accounts.models import User
from apps.progress.models import Evidence
from apps.quizzes.drawing import question_seed
from apps.quizzes.draws import Draw
from apps.quizzes.kinds.kind import NotMarked
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.services import Refused, answer_question, save_draft, start_attempt
from tests.quizzes.samples import (
    GENERATORS,
    answer_at,
    asked_at,
    begin,
    load,
    majority,
    make_learner,
    right_response,
    write_quiz,
    wrong_response,
)


def answer(attempt: Attempt, position: int, *, right: bool = True) -> bool:
    one = answer_at(attempt, position)
    response = right_response(one) if right else wrong_response(one)
    asked = asked_at(attempt, position)
    return answer_question(learner=attempt.learner, asked=asked, response=response)


def at_once(count: int, call: Callable[[int], object]) -> list[object]:
    results: list[object] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            gate.wait()
            results.append(call(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_start_attempt_draws_every_question(attempt: Attempt) -> None:
    assert (attempt.number, attempt.questions, attempt.marked) == (1, 4, 0)
    assert [one.question.slug for one in attempt.answers.all()] == [
        "majority",
        "readers",
        "share",
        "counts",
    ]
    draw = answer_at(attempt, 3).draw
    assert (
        draw["parameters"]
        == majority(question_seed(attempt_seed=attempt.seed, slug="share")).parameters
    )


def test_start_attempt_goes_on_with_the_open_one(attempt: Attempt) -> None:
    again = begin(attempt.learner, attempt.quiz)
    assert again.pk == attempt.pk
    assert Answer.objects.count() == 4


def test_start_attempt_has_other_numbers_each_time(attempt: Attempt) -> None:
    for position in range(1, 5):
        answer(attempt, position)
    again = begin(attempt.learner, attempt.quiz)
    assert again.number == 2
    assert again.seed != attempt.seed
    assert answer_at(again, 3).draw != answer_at(attempt, 3).draw
    assert begin(make_learner(), attempt.quiz).number == 1


def test_start_attempt_leaves_out_what_cannot_be_drawn(learner: User, quiz: Quiz) -> None:
    def broken(seed: int) -> Draw:
        raise ZeroDivisionError

    attempt = start_attempt(learner=learner, quiz=quiz, generators={"majority": broken})
    assert [one.question.slug for one in attempt.answers.all()] == ["readers", "counts"]
    assert [one.position for one in attempt.answers.all()] == [1, 2]
    other = start_attempt(learner=make_learner(), quiz=quiz, generators={})
    assert other.questions == 2


def test_start_attempt_refuses_without_questions(learner: User, quiz: Quiz) -> None:
    quiz.questions.update(published=False)
    with pytest.raises(Refused, match="no questions to ask at the moment"):
        begin(learner, quiz)
    assert not Attempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_start_attempt_starts_one_of_many_at_once(learner: User, quiz: Quiz) -> None:
    started = at_once(6, lambda _: begin(learner, quiz).pk)
    assert len(started) == 6
    assert len(set(started)) == 1
    assert Attempt.objects.get().answers.count() == 4


def test_two_open_attempts_are_refused_by_the_database(attempt: Attempt) -> None:
    with pytest.raises(IntegrityError, match="attempt_one_open_per_learner_and_subject"):
        Attempt.objects.create(
            learner=attempt.learner, subject=attempt.subject, number=2, questions=1
        )


def test_answer_question_marks_and_records_evidence(attempt: Attempt) -> None:
    assert answer(attempt, 2, right=True)
    assert answer(attempt, 3, right=False)
    first, second = answer_at(attempt, 2), answer_at(attempt, 3)
    assert (first.correct, first.misconceptions) == (True, [])
    assert (second.correct, second.misconceptions) == (False, ["counts-the-rare"])
    attempt.refresh_from_db()
    assert (attempt.marked, attempt.right, attempt.finished) == (2, 1, None)
    rows = Evidence.objects.order_by("pk").values_list(
        "concept__slug", "score", "key", "title", "attempt", "url", "source"
    )
    url = f"/attempts/{attempt.public_id}/questions/"
    title = "Judging a classifier: question "
    assert sorted(rows) == [
        ("accuracy", 0.0, f"{attempt.public_id}:share", f"{title}3", 1, f"{url}3/", "quiz"),
        ("accuracy", 1.0, f"{attempt.public_id}:readers", f"{title}2", 1, f"{url}2/", "quiz"),
        (
            "confusion-matrix",
            1.0,
            f"{attempt.public_id}:readers",
            f"{title}2",
            1,
            f"{url}2/",
            "quiz",
        ),
    ]


def test_answer_question_again_changes_nothing(attempt: Attempt) -> None:
    before, asked = answer_at(attempt, 1), asked_at(attempt, 1)
    assert answer(attempt, 1, right=True)
    kept = Answer.objects.values().get(pk=before.pk)
    assert not answer(attempt, 1, right=False)
    # The page of a double click read the row before it was marked.
    assert not answer_question(
        learner=attempt.learner, asked=asked, response=wrong_response(before)
    )
    assert not save_draft(asked=asked, response={"option": ["0"]})
    assert Answer.objects.values().get(pk=before.pk) == kept
    attempt.refresh_from_db()
    assert (attempt.marked, attempt.right) == (1, 1)
    assert Evidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_answer_question_counts_one_of_many_at_once(attempt: Attempt) -> None:
    one, asked = answer_at(attempt, 1), asked_at(attempt, 1)
    responses = [right_response(one), wrong_response(one)]
    changed = at_once(
        8,
        lambda number: answer_question(
            learner=attempt.learner, asked=asked, response=responses[number % 2]
        ),
    )
    assert sorted(map(str, changed)) == ["False"] * 7 + ["True"]
    attempt.refresh_from_db()
    assert attempt.marked == 1
    kept = Evidence.objects.get()
    assert kept.score == attempt.right == int(bool(answer_at(attempt, 1).correct))


@pytest.mark.django_db(transaction=True)
def test_answers_at_once_finish_the_attempt(attempt: Attempt) -> None:
    assert at_once(4, lambda number: answer(attempt, number + 1)) == [True] * 4
    attempt.refresh_from_db()
    assert (attempt.marked, attempt.right) == (4, 4)
    assert attempt.finished is not None


def test_unreadable_answer_is_kept_as_a_draft(attempt: Attempt) -> None:
    one = answer_at(attempt, 3)
    with pytest.raises(NotMarked, match="This is not a number"):
        answer_question(
            learner=attempt.learner,
            asked=asked_at(attempt, 3),
            response={"number": ["about ninety"]},
        )
    one.refresh_from_db()
    assert (one.response, one.marked_at) == ({"number": ["about ninety"]}, None)
    assert one.saved_at is not None


def test_changed_question_is_marked_as_it_was_drawn(attempt: Attempt, folder: Path) -> None:
    path = folder / "quizzes" / "judging" / "readers.md"
    before = answer_at(attempt, 2)
    text = path.read_text().replace('text = "Recall"\ncorrect = true\n', "")
    text = text.replace('text = "Precision"', 'text = "Recall, today"')
    path.write_text(text.replace("[[options]]\n[[options]]", "[[options]]"))
    load(folder)
    after = answer_at(attempt, 2)
    assert after.question_version == before.question_version
    assert not after.question_version.current
    assert answer(attempt, 2)
    assert answer_at(attempt, 2).correct
    new = answer_at(begin(make_learner(), attempt.quiz), 2)
    assert new.question_version.current
    assert len(new.draw["order"]) == 3


def test_withdrawn_question_is_marked_as_it_was_drawn(attempt: Attempt, folder: Path) -> None:
    (folder / "quizzes" / "judging" / "share.md").unlink()
    load(folder)
    assert answer(attempt, 3)
    assert begin(make_learner(), attempt.quiz).questions == 3


def test_attempt_does_not_end_early(attempt: Attempt) -> None:
    with pytest.raises(IntegrityError, match="attempt_is_finished_with_its_last_answer"):
        Attempt.objects.filter(pk=attempt.pk).update(marked=4)


def test_seed_of_a_question_is_its_own() -> None:
    seeds = {question_seed(attempt_seed=1, slug=slug) for slug in GENERATORS}
    assert question_seed(attempt_seed=7, slug="share") == 11670008200202244193
    assert len(seeds | {question_seed(attempt_seed=2, slug="majority")}) == len(seeds) + 1


def test_quiz_in_another_place_is_the_same_row(quiz: Quiz, folder: Path) -> None:
    write_quiz(folder, position=7)
    assert load(folder).pk == quiz.pk
