"""What the page of a finished attempt shows: plain data for the template."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson
from apps.quizzes import queries
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.question_page import MARKS


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
    sentence: str
    rows: tuple[AnswerRow, ...]
    weak: tuple[WeakConcept, ...]  # the weakest first
    read_again: Lesson | None  # at most one of the two: what to do next
    next_quiz: Quiz | None


def result_page(attempt: Attempt, *, learner: User) -> ResultPage:
    answers = list(queries.answers_with_concepts(attempt))
    weak = _weak(answers)
    lessons = (lesson for concept in weak for lesson in concept.lessons)
    read_again = next(lessons, attempt.quiz.lesson if attempt.right < attempt.questions else None)
    return ResultPage(
        sentence=_sentence(attempt, weak),
        rows=tuple(_row(answer, attempt) for answer in answers),
        weak=weak,
        read_again=read_again,
        next_quiz=None if weak else queries.next_quiz(learner=learner, after=attempt.quiz),
    )


def _sentence(attempt: Attempt, weak: Sequence[WeakConcept]) -> str:
    if not weak:
        return "Every answer is right."
    return f"To look at again: {', '.join(concept.title for concept in weak[:3])}."


def _row(answer: Answer, attempt: Attempt) -> AnswerRow:
    state, word = MARKS[answer.correct]
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
