"""Brings the database in line with the authored quizzes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from apps.curriculum.loader import Loaded
from apps.curriculum.models import Concept, Lesson
from apps.quizzes import content as authored
from apps.quizzes.models import Question, QuestionVersion, Quiz
from apps.quizzes.question_file import Question as AuthoredQuestion

# Those of a question that belong to it in all its versions.
_LASTING = ("slug", "position", "concepts")


@transaction.atomic
def load_quizzes(quizzes: Sequence[authored.Quiz]) -> dict[str, Loaded]:
    """Write what is new or changed, withdraw what is no longer there, touch nothing else.

    The concepts and lessons that they name are there already.
    """
    known = dict(Quiz.objects.filter(published=True).values_list("slug", "content_hash"))
    written, unchanged = [], []
    for quiz in quizzes:
        values = asdict(quiz) | {"questions": []}
        if known.pop(quiz.slug, None) == hash_of(values):
            unchanged.append(quiz.slug)
            continue
        _write_quiz(values)
        written.append(quiz.slug)
    gone = sorted(set(known) - set(written))
    if gone:
        Quiz.objects.filter(slug__in=gone).update(published=False)
    loaded = Loaded(written=written, unchanged=unchanged, withdrawn=gone)
    return {"Quizzes": loaded, "Questions": _load_questions(quizzes)}


def hash_of(values: dict[str, Any]) -> str:
    """SHA-256 of all that a reader gets, so that a new renderer counts as a change too."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _write_quiz(values: dict[str, Any]) -> None:
    values |= {"content_hash": hash_of(values), "published": True}
    del values["questions"]
    values["lesson"] = Lesson.objects.get(slug=values["lesson"]) if values["lesson"] else None
    Quiz.objects.update_or_create(slug=values.pop("slug"), defaults=values)


def _load_questions(quizzes: Sequence[authored.Quiz]) -> Loaded:
    rows = QuestionVersion.objects.filter(current=True, question__published=True)
    known = {
        (quiz, slug): (key, content_hash)
        for quiz, slug, key, content_hash in rows.values_list(
            "question__quiz__slug", "question__slug", "question_id", "content_hash"
        )
    }
    written, unchanged = [], []
    keys = dict(Quiz.objects.values_list("slug", "pk"))
    for quiz in quizzes:
        for question in quiz.questions:
            name, content_hash = f"{quiz.slug}/{question.slug}", hash_of(asdict(question))
            if known.pop((quiz.slug, question.slug), (0, ""))[1] == content_hash:
                unchanged.append(name)
                continue
            _write_question(keys[quiz.slug], question, content_hash)
            written.append(name)
    if known:
        gone = [key for key, _ in known.values()]
        Question.objects.filter(pk__in=gone).update(published=False)
    withdrawn = sorted(f"{quiz}/{slug}" for quiz, slug in known)
    return Loaded(written=written, unchanged=unchanged, withdrawn=withdrawn)


def _write_question(quiz: int, authored: AuthoredQuestion, content_hash: str) -> None:
    values = asdict(authored)
    slug, position, concepts = (values.pop(name) for name in _LASTING)
    question, _ = Question.objects.update_or_create(
        quiz_id=quiz, slug=slug, defaults={"position": position, "published": True}
    )
    question.concepts.set(Concept.objects.filter(slug__in=concepts))
    version = values.pop("version")
    others = question.versions.exclude(version=version)
    others.filter(current=True).update(current=False)
    others.filter(answers=None).delete()  # nobody was ever asked
    question.versions.update_or_create(
        version=version, defaults=values | {"current": True, "content_hash": content_hash}
    )
