"""The decks: opened as Anki does, with nobody else's and nothing secret in them."""

import datetime
import html
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from django.http import FileResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, Step, Teaching
from apps.progress.models import ReadMark
from apps.quizzes.drawing import draw_question, from_json, question_seed, to_json
from apps.quizzes.generators import GENERATORS as REAL_GENERATORS
from apps.quizzes.interchange.cards import mistake_of, typed
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Drawn
from apps.quizzes.models import Answer, Attempt, Question, QuestionVersion, Quiz
from apps.quizzes.reviews_page import MOST_MISTAKES, NO_CONCEPTS, NO_MISTAKES
from apps.quizzes.services import answer_question
from tests.content import whole_bank
from tests.quizzes.samples import answer_at, asked_at, begin, make_learner, wrong_response

CONCEPTS, MISTAKES = "/reviews/concepts.apkg", "/reviews/mistakes.apkg"


@dataclass(frozen=True)
class Deck:
    name: str
    notes: dict[str, list[str]]  # fields by the note's lasting key
    cards: int


def opened(data: bytes) -> Deck:
    with zipfile.ZipFile(io.BytesIO(data)) as archive, tempfile.TemporaryDirectory() as folder:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["collection.anki2", "media"]
        assert json.loads(archive.read("media")) == {}
        database = sqlite3.connect(archive.extract("collection.anki2", folder))
    with database:
        (decks,) = database.execute("SELECT decks FROM col").fetchone()
        name = next(one["name"] for one in json.loads(decks).values() if one["id"] != 1)
        rows = database.execute("SELECT guid, flds FROM notes").fetchall()
        (cards,) = database.execute("SELECT COUNT(*) FROM cards").fetchone()
    database.close()
    return Deck(name=name, notes={key: text.split("\x1f") for key, text in rows}, cards=cards)


def client_of(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def deck(learner: User, url: str) -> Deck:
    response = client_of(learner).get(url)
    assert isinstance(response, FileResponse)
    assert response["Content-Type"] == "application/octet-stream"
    name = url.rsplit("/", 1)[1]
    assert response["Content-Disposition"] == f'attachment; filename="milepost-{name}"'
    return opened(b"".join(response))


def page_of(learner: User, url: str) -> str:
    """Where there is no deck."""
    response = client_of(learner).get(url)
    assert response.status_code == 200
    assert "Content-Disposition" not in response
    return html.unescape(response.content.decode())


def answer_wrongly(attempt: Attempt, position: int) -> None:
    response = wrong_response(answer_at(attempt, position))
    asked = asked_at(attempt, position)
    assert answer_question(learner=attempt.learner, asked=asked, response=response)


def test_mistake_is_a_card_with_the_numbers_that_were_seen(attempt: Attempt) -> None:
    answer_wrongly(attempt, 1)
    answer_wrongly(attempt, 3)
    found = deck(attempt.learner, MISTAKES)
    assert (found.name, len(found.notes), found.cards) == ("Milepost::Mistakes", 2, 2)
    number, choice = found.notes.values()  # newest first
    parameters = answer_at(attempt, 1).draw["parameters"]
    total, positives = parameters["total"], parameters["positives"]
    question, right, given, why, source, link = choice
    assert f"Of {total} mails, {positives} are spam." in question
    assert rf"\[\frac{{{parameters['negatives']}}}{{{total}}}\]" in question
    assert "<li>One cannot know</li>" in question
    assert f"It says <strong>no</strong> for all {total}" in right
    assert "It says" not in given
    assert f"It is right for {parameters['negatives']} of {total}" in why
    assert source == "Judging a classifier"
    assert link == f"http://testserver/attempts/{attempt.public_id}/questions/1/"
    draw = answer_at(attempt, 3).draw
    assert f"{draw['distractors']['counts-the-rare']!r} %" in number[2]
    assert "%" in number[1]
    assert "You divide" in number[3]


def test_page_of_the_reviews_leads_to_both_decks(learner: User) -> None:
    page = page_of(learner, "/reviews/")
    assert f'href="{CONCEPTS}"' in page
    assert f'href="{MISTAKES}"' in page


def test_downloading_again_gives_the_same_notes(attempt: Attempt) -> None:
    answer_wrongly(attempt, 1)
    first = deck(attempt.learner, MISTAKES)
    answer_wrongly(attempt, 2)
    again = deck(attempt.learner, MISTAKES)
    assert len(again.notes) == 2
    assert first.notes.items() <= again.notes.items()


def test_open_question_right_answer_and_that_of_others_are_no_cards(
    learner: User, quiz: Quiz
) -> None:
    attempt, other = begin(learner, quiz), begin(make_learner(), quiz)
    answer_wrongly(other, 1)
    asked = asked_at(attempt, 2)
    right = KINDS["multiple"].right(
        draw_of(answer_at(attempt, 2)), answer_at(attempt, 2).question_version.facts
    )
    assert answer_question(learner=learner, asked=asked, response=right)
    Answer.objects.filter(attempt=attempt, position=3).update(response={"number": ["1"]})
    assert NO_MISTAKES in page_of(learner, MISTAKES)


def draw_of(answer: Answer) -> Drawn:
    return from_json(answer.draw)


def test_exam_that_lasts_is_a_secret(learner: User, quiz: Quiz) -> None:
    """Nothing of it is marked while it lasts; and were it marked, nothing would be told."""
    attempt = begin(learner, quiz)
    answer_wrongly(attempt, 1)
    assert len(deck(learner, MISTAKES).notes) == 1
    later = timezone.now() + datetime.timedelta(hours=1)
    Attempt.objects.filter(pk=attempt.pk).update(subject="exam:x", ends_at=later)
    assert NO_MISTAKES in page_of(learner, MISTAKES)


def test_unmarked_answer_is_never_made_a_card(attempt: Attempt) -> None:
    with pytest.raises(ValueError, match="secret"):
        mistake_of(answer_at(attempt, 1), url="/")


def test_what_a_learner_typed_does_nothing_in_anki(attempt: Attempt) -> None:
    answer_wrongly(attempt, 1)
    Answer.objects.filter(attempt=attempt, position=3).update(
        response={"number": ["<script>x</script>\x1f[sound:x.mp3]\\(x\\)[latex]"]},
        marked_at=timezone.now(),
        correct=False,
        score=0,
    )
    Attempt.objects.filter(pk=attempt.pk).update(marked=2)
    given = next(iter(deck(attempt.learner, MISTAKES).notes.values()))[2]
    assert given == (
        "&lt;script&gt;x&lt;/script&gt;[<span></span>sound:x.mp3]\\<span></span>(x\\)"
        "[<span></span>latex] %"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0.5", "0.5"),
        (" \n", "<em>nothing</em>"),
        ("[90, 7]", "[90, 7]"),
        ("[$]x[/$]", "[<span></span>$]x[<span></span>/$]"),
        ("[anki:play:q:0]", "[<span></span>anki:play:q:0]"),
    ],
)
def test_typed_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert typed(text) == shown


def test_concept_that_was_met_is_a_card(learner: User, attempt: Attempt) -> None:
    assert NO_CONCEPTS in page_of(learner, CONCEPTS)
    definition = '<p>$5 &lt; <a href="/concepts/accuracy/">it</a> is <math><mi>x</mi></math></p>'
    Concept.objects.filter(slug="accuracy").update(definition_html=definition, title="A & B")
    answer_wrongly(attempt, 1)
    found = deck(learner, CONCEPTS)
    assert found.name == "Milepost::Concepts"
    assert list(found.notes.values()) == [
        [
            "A &amp; B",
            '<p>$5 &lt; <a href="http://testserver/concepts/accuracy/">it</a> is \\(x\\)</p>',
            "http://testserver/concepts/accuracy/",
        ]
    ]
    step = Step.objects.create(slug="s", title="S", position=1)
    lesson = Lesson.objects.create(
        slug="l", step=step, title="L", position=1, minutes=1, version="1",
        last_reviewed=datetime.date(2026, 1, 1),
    )  # fmt: skip
    matrix = Concept.objects.get(slug="confusion-matrix")
    Teaching.objects.create(lesson=lesson, concept=matrix, position=1)
    ReadMark.objects.create(learner=learner, lesson=lesson, version="1")
    again = deck(learner, CONCEPTS)
    assert found.notes.items() <= again.notes.items()
    assert len(again.notes) == 2


def a_mistake_of_each_question(learner: User) -> list[Answer]:
    """A marked answer that was not right to every question of the bank."""
    attempt = Attempt.objects.create(
        learner=learner, subject="drill:x", title="All", number=1, questions=999
    )
    quiz = Quiz.objects.get()
    answers = []
    for number, one in enumerate((one for bank in whole_bank() for one in bank.questions), start=1):
        question = Question.objects.create(quiz=quiz, slug=f"question-{number}", position=1)
        version = QuestionVersion.objects.create(
            question=question, version="1", kind=one.kind, facts=one.facts, stem_html=one.stem_html,
            placeholders=one.placeholders, explanation_html=one.explanation_html,
        )  # fmt: skip
        drawn = draw_question(
            kind=one.kind,
            facts=one.facts,
            generator=REAL_GENERATORS[one.generator] if one.generator else None,
            seed=question_seed(attempt_seed=number, slug=one.slug),
        )
        right = KINDS[one.kind].right(drawn, one.facts)
        answers.append(
            Answer(
                attempt=attempt, question=question, question_version=version, position=number,
                draw=to_json(drawn), response=right, marked_at=timezone.now(), correct=False,
                score=0, misconceptions=list(one.facts["misconceptions"])[:1],
            )
        )  # fmt: skip
    return Answer.objects.bulk_create(answers)


def test_every_question_of_the_bank_can_be_a_card(learner: User, quiz: Quiz) -> None:
    answers = a_mistake_of_each_question(learner)
    assert {one.question_version.kind for one in answers} == KINDS.keys()
    client = client_of(learner)
    client.get("/reviews/")
    with CaptureQueriesContext(connection) as captured:
        response = client.get(MISTAKES)
    assert len(captured) <= 12
    assert isinstance(response, FileResponse)
    notes = opened(b"".join(response)).notes
    assert len(notes) == min(len(answers), MOST_MISTAKES)
    for question, right, given, why, _, _ in notes.values():
        assert question
        assert why
        text = f"{question}{right}{given}{why}"
        assert not re.search("<math|[\ue000-\uf8ff]", text)
        # Here it was answered as is right.
        assert is_same(words(given), words(right)), (given, right)


def words(text: str) -> str:
    shown = html.unescape(re.sub("<[^>]*>", "|", text))
    return "".join(shown.split()).replace("\N{MINUS SIGN}", "-")


def is_same(given: str, right: str) -> bool:
    """What is right is shown to six digits, or in a grid to four decimals."""
    right = right.split("(giveortake", maxsplit=1)[0]
    both = [re.findall(r"\d+(?:\.\d+)?", text) for text in (given, right)]
    without = [re.sub(r"\d+(?:\.\d+)?", "#", text) for text in (given, right)]
    numbers = [list(map(float, found)) for found in both]
    return without[0] == without[1] and numbers[0] == pytest.approx(numbers[1], rel=1e-5, abs=5e-5)


def test_nothing_of_a_deck_stays_in_the_folder_of_temporary_files(
    attempt: Attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    answer_wrongly(attempt, 1)
    assert client_of(attempt.learner).get(MISTAKES).status_code == 200
    assert list(folder.iterdir()) == []
