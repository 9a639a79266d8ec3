"""An exercise, a lesson and people for these tests."""

from dataclasses import replace
from datetime import date

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, Step
from apps.exercises import content as authored
from apps.exercises.loader import load_exercises
from apps.exercises.models import Exercise
from apps.exercises.running import Task
from tests.submissions.samples import make_learner

__all__ = ["CASES", "SOLUTION", "make_exercise", "make_learner", "make_lesson", "task"]

CASES = """
def cases(rng):
    yield "two numbers", [1, rng.randint(2, 9)]
    yield "no number", []
    yield "a text among them", [1, "x"]
    yield "many numbers", [rng.random() for _ in range(50)]
"""
SOLUTION = """
def mean(numbers):
    if any(isinstance(number, str) for number in numbers):
        raise ValueError("numbers only")
    return sum(numbers) / len(numbers) if numbers else None
"""
STARTER = "def mean(numbers):\n    ...\n"
BLOCKS = [
    {"code": "import numpy as np\nrows = np.eye(3)\nprint('first')\n", "needs": []},
    {"code": "import torch\n", "needs": ["torch"]},
    {"code": "print(rows.sum())\n", "needs": []},
]


def task(**facts: object) -> Task:
    plain = Task(
        kind="python",
        function="mean",
        cases=CASES,
        tables="",
        ordered=False,
        tolerance=1e-6,
        keeps_arguments=True,
        seconds=5,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]


def make_lesson(slug: str = "means") -> Lesson:
    step, _ = Step.objects.get_or_create(
        slug="numbers",
        defaults={"title": "Numbers", "position": 1, "months": "Month 1", "content_hash": ""},
    )
    return Lesson.objects.create(
        slug=slug,
        title="Means",
        content_hash="",
        step=step,
        position=step.lessons.count() + 1,
        summary="What a mean is.",
        minutes=5,
        last_reviewed=date(2026, 11, 1),
        body_html="<p>Text.</p>",
        code_blocks=BLOCKS,
        version="1",
    )


def make_exercise(slug: str = "a-mean", *, lesson: Lesson | None = None) -> Exercise:
    lesson = lesson or Lesson.objects.filter(slug="means").first() or make_lesson()
    Concept.objects.get_or_create(
        slug="averages", defaults={"title": "Averages", "content_hash": ""}
    )
    load_exercises(
        [
            authored.Exercise(
                slug=slug,
                title="A mean",
                lesson=lesson.slug,
                position=1,
                summary="The mean of a list.",
                minutes=10,
                concepts=["averages"],
                task=task(),
                task_html="<p>Write <code>mean(numbers)</code>.</p>",
                hints=["<p>Divide.</p>"],
                starter=STARTER,
                solution=SOLUTION,
                solution_html="<p>So.</p>",
                mistakes=[],
                version="1",
            )
        ]
    )
    Exercise.objects.update(published=True)  # those of before as well
    return Exercise.objects.get(slug=slug)


def learner_named(name: str) -> User:
    return make_learner(name)
