"""What an attempt is a go at: an author's quiz, a step, its exam, a drill, one concept, or
what is due.

A subject is told by a text such as ``quiz:linear-algebra``, ``step:foundations``, ``drill:metrics``
or ``review``. It says which page the attempt belongs to, and where to start the next one.
"""

from django.urls import reverse

QUIZ, STEP, DRILL, EXAM = "quiz", "step", "drill", "exam"
CONCEPT, REVIEW = "concept", "review"


def subject(kind: str, slug: str = "") -> str:
    return f"{kind}:{slug}" if slug else kind


def page_of(subject: str) -> str:
    """The address of the page that an attempt begins at."""
    kind, _, slug = subject.partition(":")
    if kind == QUIZ:
        return reverse("quiz", args=[slug])
    if kind == CONCEPT:
        return reverse("concept", args=[slug])
    return reverse("reviews") if kind == REVIEW else reverse("quizzes")


def start_of(subject: str) -> str:
    """Where a form is sent to start another attempt."""
    kind, _, slug = subject.partition(":")
    names = {
        QUIZ: "quiz_attempts",
        STEP: "step_attempts",
        DRILL: "drill_attempts",
        EXAM: "exam_attempts",
        CONCEPT: "concept_attempts",
    }
    return reverse(names[kind], args=[slug]) if kind in names else reverse("review_attempts")
