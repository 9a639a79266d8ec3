"""What the page of a finished attempt shows: plain data for the template."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson
from apps.quizzes import queries
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.question_page import mark_of
from apps.quizzes.subjects import REVIEW, page_of, start_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    number: int
    state: str
    word: str
    concepts: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakConcept:
    title: str
    questions: tuple[int, ...]  # those of it that were not right
    asked: int
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    rows: tuple[AnswerRow, ...]
    weak: tuple[WeakConcept, ...]  # the weakest first
    back_url: str  # to what the attempt was one at; empty when that is gone
    again_url: str  # where another one is started
    read_again: Lesson | None  # at most one of the two: what to do next
    next_quiz: Quiz | None


def result_page(attempt: Attempt, *, learner: User) -> ResultPage:
    answers = list(queries.answers_with_concepts(attempt))
    weak = _weak(answers)
    lessons = (lesson for concept in weak for lesson in concept.lessons)
    quiz = attempt.quiz
    own = quiz.lesson if quiz and attempt.right < attempt.questions else None
    is_open = quiz is None or quiz.published
    return ResultPage(
        back_url=page_of(attempt.subject) if is_open else "",
        # What was reviewed is not due again today.
        again_url=start_of(attempt.subject) if is_open and attempt.subject != REVIEW else "",
        rows=tuple(_row(answer, attempt) for answer in answers),
        weak=weak,
        read_again=next(lessons, own),
        next_quiz=queries.next_quiz(learner=learner, after=quiz) if quiz and not weak else None,
    )


def _row(answer: Answer, attempt: Attempt) -> AnswerRow:
    state, word = mark_of(answer.score)
    return AnswerRow(
        number=answer.position,
        state=state,
        word=word,
        concepts=tuple(concept.title for concept in answer.question.concepts.all()),
        url=reverse("question", args=[attempt.public_id, answer.position]),
    )


def _weak(answers: Sequence[Answer]) -> tuple[WeakConcept, ...]:
    concepts: dict[int, Concept] = {}
    asked: dict[int, list[Answer]] = {}
    for answer in answers:
        for concept in answer.question.concepts.all():
            concepts[concept.pk] = concept
            asked.setdefault(concept.pk, []).append(answer)
    wrong = {
        key: tuple(answer.position for answer in given if not answer.correct)
        for key, given in asked.items()
    }
    weak = [key for key, positions in wrong.items() if positions]
    # Most mistakes first, then the largest share of them, then as they were asked.
    weak.sort(key=lambda key: (-len(wrong[key]), len(asked[key]), wrong[key]))
    lessons = queries.lessons_by_concept(weak) if weak else {}
    return tuple(
        WeakConcept(
            title=concepts[key].title,
            questions=wrong[key],
            asked=len(asked[key]),
            lessons=tuple(lessons.get(key, ())),
        )
        for key in weak
    )
