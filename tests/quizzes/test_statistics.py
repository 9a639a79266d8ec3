"""What answers say of questions: flaws are planted, and have to be found where they are."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.quizzes.blueprints import difficulty_of
from apps.quizzes.models import (
    Answer,
    Attempt,
    Flag,
    QuestionStatistics,
    QuestionVersion,
    Quiz,
)
from apps.quizzes.statistics import count_answers, flags_of, variants_that_differ
from tests.quizzes.samples import (
    answer_at,
    begin,
    load,
    make_learner,
    right_response,
    write_quiz,
    wrong_response,
)

LEARNERS = 200
# Slugs of the sample quiz, by position.
SLUGS = ("majority", "readers", "share", "counts")
type Scores = Mapping[str, float]


def people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"answers-{number}@example.org", password="!", name="Ada")
        for number in range(count)
    )


def store(
    quiz: Quiz,
    everyone: Sequence[User],
    scores: Callable[[int], Scores],
    *,
    seconds: int = 40,
    draw: Callable[[int], dict[str, Any]] = lambda number: {},
    misconceptions: Callable[[int], list[str]] = lambda number: [],
    start: datetime | None = None,
    again: int = 1,
) -> None:
    """An attempt of each of ``everyone``, as it would have been stored: fast, for there are many.

    ``scores``, ``draw`` and ``misconceptions`` take the number of the learner; the last two are of
    "majority".
    """
    start = start or timezone.now() - timedelta(days=1)
    asked = QuestionVersion.objects.filter(question__quiz=quiz, current=True)
    versions = {version.question.slug: version for version in asked.select_related("question")}
    attempts = Attempt.objects.bulk_create(
        Attempt(
            learner=learner, quiz=quiz, subject="quiz:judging", title="Judging", number=again,
            questions=4, marked=4, finished=start + timedelta(hours=1), started=start,
        )
        for learner in everyone
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(
            attempt=attempt,
            question=versions[slug].question,
            question_version=versions[slug],
            position=position,
            draw={"parameters": draw(number) if slug == "majority" else {}},
            response={"option": ["0"]},
            marked_at=start + timedelta(seconds=seconds * position),
            correct=score == 1,
            score=score,
            misconceptions=misconceptions(number) if slug == "majority" else [],
        )
        for number, attempt in enumerate(attempts)
        for position, (slug, score) in enumerate(scores(number).items(), start=1)
    )


def able(*, majority: Callable[[float, random.Random], bool]) -> Callable[[int], Scores]:
    """Scores of learners of different ability; ``majority`` says who is right there."""

    def scores(number: int) -> Scores:
        source = random.Random(number)
        ability = (number + 0.5) / LEARNERS
        own = float(majority(ability, source))
        others = {slug: float(source.random() < 0.1 + 0.8 * ability) for slug in SLUGS[1:]}
        return {"majority": own} | others

    return scores


def reversed_key(ability: float, source: random.Random) -> bool:
    return source.random() > 0.1 + 0.8 * ability


def of(slug: str) -> QuestionStatistics:
    return QuestionStatistics.objects.get(question_version__question__slug=slug)


def test_sound_question_has_figures_and_no_flag(quiz: Quiz) -> None:
    def believes(number: int) -> list[str]:
        return ["counts-the-rare"] if number % 4 == 0 else []

    scores = able(majority=lambda ability, source: source.random() < 0.1 + 0.8 * ability)
    store(quiz, people(LEARNERS), scores, misconceptions=believes)
    assert count_answers() == 4

    found = of("majority")
    right = [scores(number)["majority"] for number in range(LEARNERS)]
    assert found.answers == LEARNERS
    assert found.mean_score == pytest.approx(sum(right) / LEARNERS)
    assert found.discrimination is not None
    assert 0.1 < found.discrimination < 0.6
    assert found.seconds == pytest.approx(40)
    assert found.misconceptions == {"counts-the-rare": 0.25}
    assert (found.flags, found.variants) == ([], [])


def test_discrimination_is_the_correlation_with_the_rest(quiz: Quiz) -> None:
    scores = able(majority=lambda ability, source: source.random() < ability)
    store(quiz, people(60), scores)
    count_answers()
    table = np.array([list(scores(number).values()) for number in range(60)])
    for column, slug in enumerate(SLUGS):
        rest = np.delete(table, column, axis=1).mean(axis=1)
        expected = np.corrcoef(table[:, column], rest)[0, 1]
        assert of(slug).discrimination == pytest.approx(expected)


@pytest.mark.parametrize(
    ("majority", "flag"),
    [
        pytest.param(reversed_key, Flag.NEGATIVE, id="wrong key"),
        pytest.param(lambda ability, _: ability > 0.02, Flag.EVERYONE, id="given away"),
        pytest.param(lambda ability, _: ability > 0.95, Flag.NOBODY, id="unanswerable"),
    ],
)
def test_planted_flaw_is_flagged_there_alone(
    quiz: Quiz, majority: Callable[[float, random.Random], bool], flag: Flag
) -> None:
    store(quiz, people(LEARNERS), able(majority=majority))
    count_answers()
    assert [Flag(name) for name in of("majority").flags] == [flag]
    assert all(of(slug).flags == [] for slug in SLUGS[1:])


def test_numbers_that_make_a_question_harder_are_named(quiz: Quiz) -> None:
    def scores(number: int) -> Scores:
        source = random.Random(number)
        ability = source.uniform(-0.3, 0.3)
        own = source.random() < (0.7 if number < 250 else 0.3) + ability
        others = {slug: float(source.random() < 0.5 + ability) for slug in SLUGS[1:]}
        return {"majority": float(own)} | others

    def drawn(number: int) -> dict[str, Any]:
        return {"total": number, "word": ("ham", "spam")[number % 2]}

    store(quiz, people(500), scores, draw=drawn)
    count_answers()
    found = of("majority")
    assert found.flags == [Flag.VARIANTS]
    (variant,) = found.variants
    assert (variant["name"], variant["condition"]) == ("total", "at most 249.5")
    assert variant["mean_score"] > variant["other_mean_score"] + 0.2
    assert variant["answers"] == variant["other_answers"] == 250


def test_variant_may_be_a_word_or_one_of_two_numbers() -> None:
    words = [
        ({"shape": ("linear", "curved", "flat")[n % 3]}, float(n % 3 == 1)) for n in range(150)
    ]
    assert {
        v.condition: (v.mean_score, v.other_mean_score) for v in variants_that_differ(words)
    } == {
        "“curved”": (1.0, 0.0),
        "“flat”": (0.0, 0.5),
        "“linear”": (0.0, 0.5),
    }
    numbers = [({"heads": (4, 8)[n % 3 > 0]}, float(n % 3 > 0)) for n in range(150)]
    (variant,) = variants_that_differ(numbers)
    assert (variant.condition, variant.answers, variant.other_answers) == ("at most 4", 50, 100)


def test_numbers_of_a_fair_question_are_not_accused() -> None:
    accused = 0
    for seed in range(200):
        source = random.Random(seed)
        drawn = [
            ({"a": source.random(), "b": source.choice("xyz")}, float(source.random() < 0.6))
            for _ in range(100)
        ]
        accused += bool(variants_that_differ(drawn))
    assert accused <= 2  # of 200, at one in a thousand each


def test_nothing_is_said_before_there_are_answers_enough(quiz: Quiz) -> None:
    store(quiz, people(29), lambda number: dict.fromkeys(SLUGS, float(number % 2)))
    count_answers()
    found = of("majority")
    assert (found.answers, found.discrimination, found.flags) == (29, None, [])


def test_chance_alone_is_no_negative_discrimination() -> None:
    def flags(discrimination: float) -> list[Flag]:
        return flags_of(
            answers=100, mean_score=0.5, discrimination=discrimination, compared=100, variants=[]
        )

    assert flags(-0.1) == []
    assert flags(-0.2) == [Flag.NEGATIVE]
    assert flags(-1.0) == [Flag.NEGATIVE]


def test_only_the_first_answer_counts(quiz: Quiz) -> None:
    everyone = people(40)
    first = timezone.now() - timedelta(days=3)
    store(quiz, everyone, lambda _: dict.fromkeys(SLUGS, 0.0), start=first)
    store(quiz, everyone, lambda _: dict.fromkeys(SLUGS, 1.0), again=2)
    count_answers()
    assert (of("share").answers, of("share").mean_score) == (40, 0.0)


def test_left_out_in_an_exam_is_no_answer_and_what_comes_later_is_not_the_first(
    quiz: Quiz,
) -> None:
    everyone = people(3)
    first = timezone.now() - timedelta(days=3)
    store(quiz, everyone, lambda _: dict.fromkeys(SLUGS, 0.0), start=first)
    Attempt.objects.update(subject="exam:judging", ends_at=first + timedelta(hours=1))
    saved = first + timedelta(seconds=90)
    Answer.objects.update(marked_at=first + timedelta(hours=1), saved_at=saved)
    Answer.objects.filter(position=1).update(response={}, saved_at=None)
    store(quiz, everyone, lambda _: dict.fromkeys(SLUGS, 1.0), again=2)
    count_answers()
    assert not QuestionStatistics.objects.filter(question_version__question__slug="majority")
    assert (of("readers").answers, of("readers").mean_score) == (3, 0.0)
    assert of("readers").seconds == pytest.approx(90)  # until it was saved, not until the end


def test_away_for_long_is_not_the_time_an_answer_takes(quiz: Quiz) -> None:
    everyone = people(3)
    store(quiz, everyone[:2], lambda _: dict.fromkeys(SLUGS, 1.0), seconds=30)
    store(quiz, everyone[2:], lambda _: dict.fromkeys(SLUGS, 1.0), seconds=3600)
    count_answers()
    assert of("counts").seconds == pytest.approx(30)


def test_real_answers_are_counted_again_without_doubling(quiz: Quiz) -> None:
    client, learner = Client(), make_learner()
    client.force_login(learner)
    attempt = begin(learner, quiz)
    for position in range(1, 5):
        answer = answer_at(attempt, position)
        response = wrong_response(answer) if position == 3 else right_response(answer)
        url = f"/attempts/{attempt.public_id}/questions/{position}/answer/"
        assert client.post(url, response).status_code == 302
    begin(learner, quiz)  # open: nothing of it counts
    assert count_answers() == count_answers() == 4
    assert of("share").misconceptions == {"counts-the-rare": 1.0}
    assert [of(slug).mean_score for slug in SLUGS] == [1.0, 1.0, 0.0, 1.0]


# What comes of it ---------------------------------------------------------------------------------


def test_measured_difficulty_takes_the_place_of_that_of_the_kind(quiz: Quiz, learner: User) -> None:
    assert difficulty_of("single", answers=29, mean_score=0.1) == 1
    assert difficulty_of("single", answers=30, mean_score=0.1) == 3
    assert difficulty_of("numeric", answers=30, mean_score=0.5) == 2
    assert difficulty_of("matrix", answers=30, mean_score=0.8) == 1


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("staff@example.org", "correct horse", role=Role.STAFF)


def test_staff_see_what_is_flagged_first_and_why(quiz: Quiz, client: Client, staff: User) -> None:
    store(
        quiz,
        people(LEARNERS),
        able(majority=reversed_key),
        draw=lambda number: {"total": number},
        misconceptions=lambda number: ["counts-the-rare"] if number >= LEARNERS / 2 else [],
    )
    client.force_login(staff)
    before = client.get("/statistics/").content.decode()
    assert "No answers yet" in before
    count_answers()
    page = client.get("/statistics/").content.decode()
    assert "1 to look at, of 4 answered" in page
    assert page.index("Better learners fail it") < page.index(">readers</a>")
    assert 'href="/statistics/judging/majority/"' in page

    one = client.get("/statistics/judging/majority/").content.decode()
    assert "Better learners fail it" in one
    assert "Its numbers make it easier or harder" in one
    assert re.search(
        r"Mean score \d\d % where total is at most 99.5 \(100 answers\), \d\d % elsewhere \(100\)",
        one,
    )
    assert one.index("counts-the-rare</strong><span>50 %") < one.index("needs-a-model")
    assert "An example, answered right" in one


def test_page_of_a_question_keeps_its_earlier_versions(
    quiz: Quiz, client: Client, staff: User, folder: Any
) -> None:
    store(quiz, people(3), lambda _: dict.fromkeys(SLUGS, 1.0))
    path = folder / "quizzes" / "judging" / "readers.md"
    path.write_text(path.read_text().replace("Which of these", "Which of all these"))
    load(folder)
    count_answers()
    client.force_login(staff)
    page = client.get("/statistics/judging/readers/").content.decode()
    assert page.index("As it is asked now") < page.index("Nobody has answered it yet")
    assert page.index("Nobody has answered it yet") < page.index("Earlier version")
    assert "4 questions without" not in client.get("/statistics/").content.decode()


def test_pages_are_for_staff_alone(quiz: Quiz, client: Client, staff: User, learner: User) -> None:
    urls = ("/statistics/", "/statistics/judging/share/")
    for person, status in ((None, 302), (learner, 404), (staff, 200)):
        client.logout()
        if person:
            client.force_login(person)
        assert [client.get(url).status_code for url in urls] == [status] * 2
    assert client.get("/statistics/judging/no-such/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_the_database_little(
    folder: Any, client: Client, staff: User, count: int
) -> None:
    for number in range(count):
        write_quiz(folder, f"judging-{number}", position=number + 2)
    quiz = load(folder)
    store(quiz, people(2), lambda _: dict.fromkeys(SLUGS, 1.0))
    count_answers()
    client.force_login(staff)
    for url in ("/statistics/", f"/statistics/{quiz.slug}/share/"):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        assert len(captured) <= 12, [q["sql"] for q in captured]
