"""A quiz with one question of each kind, a generator for it, and its content in the database."""

import itertools
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apps.accounts.models import User
from apps.curriculum.models import Concept
from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import from_json
from apps.quizzes.draws import Draw
from apps.quizzes.generators import Generator
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Response
from apps.quizzes.loader import load_quizzes
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.queries import AskedQuestion, asked_question
from apps.quizzes.services import start_attempt

CONCEPTS = ("accuracy", "confusion-matrix")
QUIZ = """\
+++
title = "Judging a classifier"
position = {position}
summary = "Numbers that say how good a classifier is."
minutes = 10
+++

You can read a [confusion matrix](concept:confusion-matrix).
"""
SINGLE = """\
+++
kind = "single"
position = 1
concepts = ["accuracy"]
generator = "majority"
[[options]]
text = "It says **no** for all {{ total }} and is right for {{ negatives }}"
correct = true
[[options]]
text = "It is right for ${{ positives }}$"
misconception = "counts-the-rare"
[[options]]
text = "One cannot know"
misconception = "needs-a-model"
[misconceptions]
counts-the-rare = "You count the rare class: {{ negatives }} are right, {{ answer }} %."
needs-a-model = "You look for a model where the rule is enough."
+++

Of {{ total }} mails, {{ positives }} are spam. What does the rule reach?

$$
\\frac{ {{ negatives }} }{ {{ total }} }
$$

## Explanation

It is right for {{ negatives }} of {{ total }}, which is {{ share:.3f }}.
"""
MULTIPLE = """\
+++
kind = "multiple"
position = 2
concepts = ["accuracy", "confusion-matrix"]
[[options]]
text = "Precision"
correct = true
[[options]]
text = "Recall"
correct = true
[[options]]
text = "Inertia"
misconception = "any-metric"
[[options]]
text = "Perplexity"
misconception = "of-language"
[misconceptions]
any-metric = "You take a figure of clusterings for one of classifiers."
of-language = "You take a figure of language models for one of classifiers."
+++

Which of these read the confusion matrix?

## Explanation

Precision and recall do.
"""
NUMERIC = """\
+++
kind = "numeric"
position = 3
concepts = ["accuracy"]
generator = "majority"
unit = "%"
absolute = 0.1
[misconceptions]
counts-the-rare = "You divide {{ positives }} by {{ total }}. The rule is right for the others."
+++

Of {{ total }} mails, {{ positives }} are spam; `x = {{ change }}`, so x is {{ change }}.
What is the accuracy of a rule that always says no?

## Explanation

$\\frac{ {{ negatives }} }{ {{ total }} }$ is {{ answer:.2f }} %.
"""
MATRIX = """\
+++
kind = "confusion-matrix"
position = 4
concepts = ["confusion-matrix"]
answer = {tp = 5, fp = 2, fn = 3, tn = 90}
[misconceptions]
errors-swapped = "You exchange what was missed with what was a false alarm."
+++

100 mails, 8 of them spam. The filter says spam for 7, and is right for 5.

## Explanation

Three were missed: {{ fn }}.
"""
QUESTIONS = {"majority": SINGLE, "readers": MULTIPLE, "share": NUMERIC, "counts": MATRIX}
_emails = (f"quiz-{number}@example.org" for number in itertools.count())


def majority(seed: int) -> Draw:
    source = random.Random(seed)
    total = source.randrange(100, 1000, 10)
    positives = source.randrange(2, total // 4)
    negatives = total - positives
    return Draw(
        parameters={
            "total": total,
            "positives": positives,
            "negatives": negatives,
            # Below every share, so that no page shows the share where it shows the change.
            "change": -source.randrange(1, 6) / 8,
        },
        worked={"share": negatives / total},
        answer=100 * negatives / total,
        distractors={"counts-the-rare": 100 * positives / total},
    )


def printed_counts(seed: int) -> Draw:
    source = random.Random(seed)
    tp, fp, fn = (source.randrange(low, low + 30) for low in (40, 3, 5))
    tn = source.randrange(500, 900)
    total = tp + fp + fn + tn
    share, whole, left = (tp + tn) / total, tn // tp, tn % tp
    return Draw(
        parameters={"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        worked={"total": total, "whole": whole, "left": left},
        answer=f"{total}\n{share:.3f}\n{whole} {left}",
        distractors={
            "in-percent": f"{total}\n{100 * share:.3f}\n{whole} {left}",
            "rest-first": f"{total}\n{share:.3f}\n{left} {whole}",
        },
    )


GENERATORS: Mapping[str, Generator] = {"majority": majority, "printed_counts": printed_counts}


def write_quiz(
    folder: Path,
    slug: str = "judging",
    *,
    position: int = 1,
    questions: Mapping[str, str] = QUESTIONS,
) -> Path:
    for concept in CONCEPTS:
        path = folder / "concepts" / f"{concept}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'+++\ntitle = "{concept.capitalize()}"\nrequires = []\n+++\n\nIt is.\n')
    quiz = folder / "quizzes" / slug
    quiz.mkdir(parents=True, exist_ok=True)
    (quiz / "quiz.md").write_text(QUIZ.format(position=position))
    for name, text in questions.items():
        (quiz / f"{name}.md").write_text(text)
    return quiz


def load(folder: Path) -> Quiz:
    for slug in CONCEPTS:
        Concept.objects.get_or_create(slug=slug, defaults={"title": slug.capitalize()})
    quizzes = read_quizzes(folder, generators=GENERATORS)
    load_quizzes(quizzes)
    return Quiz.objects.get(slug=quizzes[0].slug)


def make_learner() -> User:
    return User.objects.create_user(next(_emails), "correct horse", name="Ada")


def begin(learner: User, quiz: Quiz | None) -> Attempt:
    assert quiz
    return start_attempt(learner=learner, quiz=quiz, generators=GENERATORS)


def answer_at(attempt: Attempt, position: int) -> Answer:
    answers = Answer.objects.select_related("attempt__quiz", "question", "question_version")
    return answers.get(attempt=attempt, position=position)


def asked_at(attempt: Attempt, position: int) -> AskedQuestion:
    asked = asked_question(learner=attempt.learner, public_id=attempt.public_id, position=position)
    assert asked is not None
    return asked


def right_response(answer: Answer) -> Response:
    """What gets an answer marked as right."""
    version = answer.question_version
    return KINDS[version.kind].right(from_json(answer.draw), version.facts)


def wrong_response(answer: Answer) -> Response:
    """What gets it marked as not right, for a reason that has a name."""
    draw, version = answer.draw, answer.question_version
    if version.kind == "numeric":
        return {"number": [repr(next(iter(draw["distractors"].values())))]}
    if version.kind == "confusion-matrix":
        counts: dict[str, Any] = draw["answer"]
        swapped = counts | {"fp": counts["fn"], "fn": counts["fp"]}
        return {name: [str(count)] for name, count in swapped.items()}
    if "options" in version.facts:
        return {"option": places(answer, correct=False)[:1]}
    # What was given for one is given for the next; a text of its own is none that is right.
    right = right_response(answer)
    values = [*right.values()]
    turned = values[1:] + values[:1] if len(values) > 1 else [["0"]]
    return dict(zip(right, turned, strict=True))


def places(answer: Answer, *, correct: bool) -> list[str]:
    options = answer.question_version.facts["options"]
    return [
        str(place)
        for place, index in enumerate(answer.draw["order"])
        if options[index]["correct"] is correct
    ]
