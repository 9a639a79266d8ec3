"""What is wrong with a bank as a whole: hints that give answers away, twins, and gaps.

Each question may be sound by itself. These are the flaws that test-wise learners use (Haladyna,
Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines").
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from apps.curriculum.problems import ContentError, Problem
from apps.quizzes.content import Quiz
from apps.quizzes.plain_text import text_of
from apps.quizzes.question_file import Question

# A right option may be the longest by chance: of three to five options, in at most this share.
LONGEST_SHARE = 0.5
FEWEST_CHOICES = 4  # with fewer questions to choose in, a share says nothing
# Stems that share this much of their word triples ask the same.
TWIN_SHARE = 0.6
_ALL_OF_THEM = re.compile(
    r"\b(all|none|both|neither|each) of (the|these|them)( (above|others|options|answers))?\W*$",
    re.IGNORECASE,
)


def check_bank(quizzes: Sequence[Quiz], *, taught: Mapping[str, Sequence[str]]) -> None:
    """``taught``: slugs of concepts by that of the lesson. Raises ContentError."""
    problems = [
        *_length_hints(quizzes),
        *_options_about_options(quizzes),
        *_twins(quizzes),
        *_concepts(quizzes, taught=taught),
    ]
    if problems:
        raise ContentError(sorted(problems))


def _length_hints(quizzes: Sequence[Quiz]) -> Iterator[Problem]:
    for quiz in quizzes:
        choices = [question for question in quiz.questions if question.facts.get("options")]
        longest = [question.slug for question in choices if _right_is_longest(question)]
        if len(choices) >= FEWEST_CHOICES and len(longest) > LONGEST_SHARE * len(choices):
            message = (
                f"In {len(longest)} of {len(choices)} questions with options a right one is the "
                f"longest: {', '.join(longest)}. Shorten some of these, or say more in wrong ones."
            )
            yield Problem(file=f"quizzes/{quiz.slug}/quiz.md", line=0, message=message)


def _right_is_longest(question: Question) -> bool:
    lengths: dict[bool, list[int]] = {True: [0], False: [0]}
    for option in question.facts["options"]:
        lengths[option["correct"]].append(len(_plain(option["html"])))
    return max(lengths[True]) > max(lengths[False])


def _options_about_options(quizzes: Sequence[Quiz]) -> Iterator[Problem]:
    for quiz in quizzes:
        for question in quiz.questions:
            for option in question.facts.get("options") or ():
                text = _plain(option["html"])
                if _ALL_OF_THEM.search(text):
                    message = f"The option {text!r} speaks of the others. Write one of its own."
                    yield _problem(quiz, question, message)


def _twins(quizzes: Sequence[Quiz]) -> Iterator[Problem]:
    rows = [
        (quiz, question, _triples(_plain(question.stem_html)))
        for quiz in quizzes
        for question in quiz.questions
    ]
    # Only stems that share a triple are compared: all pairs of hundreds would take seconds.
    holding: dict[tuple[str, ...], list[int]] = {}
    for place, (_, _, triples) in enumerate(rows):
        for triple in triples:
            holding.setdefault(triple, []).append(place)
    pairs = {
        (one, other)
        for places in holding.values()
        for other in places
        for one in places
        if one < other
    }
    for one, other in sorted(pairs):
        quiz, question, triples = rows[other]
        twin_quiz, twin, twins = rows[one]
        if len(triples & twins) > TWIN_SHARE * min(len(triples), len(twins)):
            message = (
                f"It begins as {twin_quiz.slug}/{twin.slug} does. Ask about another situation."
            )
            yield _problem(quiz, question, message)


def _triples(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _concepts(quizzes: Sequence[Quiz], *, taught: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    for quiz in quizzes:
        asked = {concept for question in quiz.questions for concept in question.concepts}
        missing = sorted(set(taught.get(quiz.lesson, ())) - asked)
        if missing:
            message = f"No question asks about {', '.join(missing)}, which its lesson teaches."
            yield Problem(file=f"quizzes/{quiz.slug}/quiz.md", line=0, message=message)


def _plain(html: str) -> str:
    return " ".join(text_of(html).split())


def _problem(quiz: Quiz, question: Question, message: str) -> Problem:
    return Problem(file=f"quizzes/{quiz.slug}/{question.slug}.md", line=0, message=message)
