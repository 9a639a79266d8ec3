"""Brings the database in line with the authored quizzes."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction

from apps.curriculum.loader import Loaded, hash_of_values
from apps.curriculum.models import Concept, Lesson
from apps.quizzes import content as authored
from apps.quizzes.models import Question, QuestionVersion, Quiz

# A changed question: the key of its quiz, what its author wrote, and the hash of that.
type Changed = tuple[int, dict[str, Any], str]


@transaction.atomic
def load_quizzes(quizzes: Sequence[authored.Quiz]) -> dict[str, Loaded]:
    """Write what is new or changed, withdraw what is no longer there, touch nothing else.

    The concepts and lessons that they name are there already.
    """
    known = dict(Quiz.objects.filter(published=True).values_list("slug", "content_hash"))
    changed, unchanged = [], []
    for quiz in quizzes:
        values = asdict(replace(quiz, questions=[]))
        content_hash = hash_of_values(values)
        if known.pop(quiz.slug, None) == content_hash:
            unchanged.append(quiz.slug)
            continue
        changed.append(values | {"content_hash": content_hash, "published": True})
    _write_quizzes(changed)
    written = [values["slug"] for values in changed]
    gone = sorted(set(known) - set(written))
    if gone:
        Quiz.objects.filter(slug__in=gone).update(published=False)
    loaded = Loaded(written=written, unchanged=unchanged, withdrawn=gone)
    return {"Quizzes": loaded, "Questions": _load_questions(quizzes)}


def _write_quizzes(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    lessons = dict(Lesson.objects.values_list("slug", "pk"))
    quizzes = []
    for values in rows:
        facts = {name: value for name, value in values.items() if name != "questions"}
        lesson = facts.pop("lesson")
        quizzes.append(Quiz(**facts, lesson_id=lessons[lesson] if lesson else None))
    names = [name for name in rows[0] if name not in {"slug", "questions"}]
    Quiz.objects.bulk_create(
        quizzes, update_conflicts=True, unique_fields=["slug"], update_fields=names
    )


def _load_questions(quizzes: Sequence[authored.Quiz]) -> Loaded:
    rows = QuestionVersion.objects.filter(current=True, question__published=True)
    known = {
        (quiz, slug): (key, content_hash)
        for quiz, slug, key, content_hash in rows.values_list(
            "question__quiz__slug", "question__slug", "question_id", "content_hash"
        )
    }
    written, unchanged = [], []
    changed: list[Changed] = []
    keys = dict(Quiz.objects.values_list("slug", "pk"))
    for quiz in quizzes:
        for question in quiz.questions:
            values = asdict(question)
            name, content_hash = f"{quiz.slug}/{question.slug}", hash_of_values(values)
            if known.pop((quiz.slug, question.slug), (0, ""))[1] == content_hash:
                unchanged.append(name)
                continue
            changed.append((keys[quiz.slug], values, content_hash))
            written.append(name)
    if changed:
        _write_questions(changed)
    if known:
        gone = [key for key, _ in known.values()]
        Question.objects.filter(pk__in=gone).update(published=False)
    withdrawn = sorted(f"{quiz}/{slug}" for quiz, slug in known)
    return Loaded(written=written, unchanged=unchanged, withdrawn=withdrawn)


def _write_questions(changed: Sequence[Changed]) -> None:
    """In a few statements for all of them: a bank has hundreds."""
    questions = Question.objects.bulk_create(
        [
            Question(quiz_id=quiz, slug=values["slug"], position=values["position"])
            for quiz, values, _ in changed
        ],
        update_conflicts=True,
        unique_fields=["quiz", "slug"],
        update_fields=["position", "published"],
    )
    _connect_concepts(questions, changed)
    versions = QuestionVersion.objects.filter(question__in=questions)
    versions.filter(current=True).update(current=False)
    facts = [
        {
            name: value
            for name, value in values.items()
            if name not in {"slug", "position", "version"}
        }
        | {"current": True, "content_hash": content_hash}
        for _, values, content_hash in changed
    ]
    QuestionVersion.objects.bulk_create(
        [
            QuestionVersion(question=question, version=values["version"], **one)
            for question, (_, values, _), one in zip(questions, changed, facts, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["question", "version"],
        update_fields=list(facts[0]),
    )
    versions.filter(current=False, answers=None).delete()  # nobody was ever asked


def _connect_concepts(questions: Sequence[Question], changed: Sequence[Changed]) -> None:
    concepts = dict(Concept.objects.values_list("slug", "pk"))
    through = Question.concepts.through
    through.objects.filter(question__in=questions).delete()
    through.objects.bulk_create(
        through(question=question, concept_id=concepts[slug])
        for question, (_, values, _) in zip(questions, changed, strict=True)
        for slug in values["concepts"]
    )
