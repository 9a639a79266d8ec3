"""A believable cohort, so that every page has something to show: thirty people along the road.

The same people with the same records every time, but for their days, which count back from today.
Their results are those that the checker gave to the sample repositories in ``fixtures/demo/``.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.demo import PASSWORD
from apps.accounts.models import User
from apps.checks.results import CheckResult, Outcome, from_json
from apps.checks.snapshot import SourceFile
from apps.curriculum.models import Lesson, ProjectBrief
from apps.exercises import evidence as exercise_evidence
from apps.exercises.models import Exercise, Run
from apps.exercises.models import Outcome as RunOutcome
from apps.exercises.models import State as RunState
from apps.mentoring.models import Cohort, Decision, Membership
from apps.mentoring.services import add_comment, ask_for_review, claim_review, decide_review
from apps.progress.models import Evidence, ReadMark
from apps.progress.services import choose_plan, mark_read, pause_plan
from apps.quizzes import drawing
from apps.quizzes.kinds import KINDS
from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.queries import asked_question
from apps.quizzes.services import answer_question, start_attempt
from apps.submissions import evidence, verdict
from apps.submissions.models import Snapshot, Source, State, Submission
from apps.submissions.snapshots import pack

COHORT = "Autumn cohort"
SAMPLES = settings.BASE_DIR / "fixtures" / "demo"
PROJECT = "house-price-prediction"
# First to last try; how far somebody gets is drawn.
TRIES = ("weak", "flawed-readme", "flawed-dirty-rows", "reference")
NAMES = (
    "Amara Okafor", "Ben Fischer", "Chiara Conti", "Dmitri Volkov", "Elif Aydin",
    "Farid Haddad", "Grace Mbeki", "Hana Sato", "Ivan Petrov", "Jana Nováková",
    "Kwame Boateng", "Lucía Romero", "Mateusz Nowak", "Nadia Rahman", "Oskar Lindqvist",
    "Priya Nair", "Quentin Moreau", "Rosa Almeida", "Samir Benali", "Thandi Dlamini",
    "Umut Kaya", "Valeria Rossi", "Wei Zhang", "Ximena Torres", "Yusuf Demir",
    "Zofia Kowalska", "Aisha Bello", "Bruno Costa", "Clara Jensen", "Diego Herrera",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far one person has come."""

    days: int  # since the start
    hours_a_week: int
    lessons: int  # read
    quizzes: int  # taken
    exercises: int  # passed
    skill: float  # share of answers that are right
    tries: int  # at the project
    passed: bool
    paused: bool


def walks() -> list[Walk]:
    """One for each name, always the same: some fast, some slow, some hardly begun, one paused."""
    source = random.Random(2026)  # noqa: S311  # a story, not a secret
    drawn = []
    for number in range(len(NAMES)):
        reach = (number + source.random()) / len(NAMES)
        passed = reach > 0.45
        drawn.append(
            Walk(
                days=source.randint(5, 25) + int(reach * 45),
                hours_a_week=source.choice((5, 8, 10, 10, 12, 15)),
                lessons=min(3, int(reach * 4)),
                quizzes=min(2, int(reach * 3)),
                exercises=int(reach * 20),
                skill=0.45 + 0.5 * source.random(),
                tries=source.randint(1, 4) if reach > 0.25 else 0,
                passed=passed,
                paused=number == 7,
            )
        )
    return drawn


@transaction.atomic
def create_cohort(*, mentor: User) -> list[User]:
    """Create whoever of the cohort is missing; leave everyone else as they are."""
    cohort, _ = Cohort.objects.get_or_create(name=COHORT)
    cohort.mentors.add(mentor)
    people = []
    for number, (name, walk) in enumerate(zip(NAMES, walks(), strict=True), start=1):
        email = f"learner-{number:02}@example.org"
        person = User.objects.filter(email=email).first()
        if person is None:
            person = User.objects.create_user(email, PASSWORD, name=name)
            EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
            Membership.objects.create(cohort=cohort, learner=person)
            _walk(person, walk, source=random.Random(number))  # noqa: S311
            _review(person, mentor=mentor, number=number)
        people.append(person)
    return people


def _walk(person: User, walk: Walk, *, source: random.Random) -> None:
    today = timezone.localdate()
    start = today - timedelta(days=walk.days)
    choose_plan(learner=person, start=start, hours_a_week=walk.hours_a_week)
    if walk.paused:
        pause_plan(learner=person, today=today - timedelta(days=6))
    for place, lesson in enumerate(Lesson.objects.all()[: walk.lessons], start=1):
        mark_read(learner=person, lesson=lesson)
        when = _when(walk, share=place / (walk.lessons + 1))
        ReadMark.objects.filter(learner=person, lesson=lesson).update(read=when)
    for place, quiz in enumerate(Quiz.objects.all()[: walk.quizzes], start=1):
        _take_quiz(person, quiz, walk, when=_when(walk, share=place / 3), source=source)
    for place, exercise in enumerate(Exercise.objects.all()[: walk.exercises], start=1):
        _pass(person, exercise, when=_when(walk, share=place / (walk.exercises + 1)))
    samples = (*TRIES[: walk.tries - 1], "reference") if walk.passed else TRIES[: walk.tries]
    for place, sample in enumerate(samples if walk.tries else (), start=1):
        _submit(person, sample, number=place, when=_when(walk, share=0.5 + place / 10))


def _when(walk: Walk, *, share: float) -> datetime:
    """A moment after ``share`` of the days that a person has walked."""
    return timezone.now() - timedelta(days=walk.days * (1 - share), minutes=37)


def _take_quiz(
    person: User, quiz: Quiz, walk: Walk, *, when: datetime, source: random.Random
) -> None:
    attempt = start_attempt(learner=person, quiz=quiz, seed=source.getrandbits(62))
    answers = Answer.objects.filter(attempt=attempt)
    for answer in answers.select_related("question_version"):
        right = source.random() < walk.skill
        asked = asked_question(
            learner=person, public_id=attempt.public_id, position=answer.position
        )
        if asked is not None:
            response = _response(answer, right=right)
            answer_question(learner=person, asked=asked, response=response)
    # Less than a minute for each question.
    given = F("position") * timedelta(seconds=50) + (when - timedelta(minutes=14))
    answers.update(marked_at=given, saved_at=given)
    Attempt.objects.filter(pk=attempt.pk).update(
        started=when - timedelta(minutes=14), finished=when
    )
    told = Evidence.objects.filter(learner=person, key__startswith=f"{attempt.public_id}:")
    told.update(at=when)


def _pass(person: User, exercise: Exercise, *, when: datetime) -> None:
    """By the author's own solution, which passes every case, at the first try."""
    run = Run.objects.create(
        learner=person,
        exercise=exercise,
        code=exercise.solution,
        created=when,
        state=RunState.FINISHED,
        delivery=1,
        started=when,
        finished=when + timedelta(seconds=1),
        outcome=RunOutcome.PASSED,
        result={"cases": [], "problem": "", "told": "", "seconds": 0.3},
    )
    exercise_evidence.record(run)
    Evidence.objects.filter(learner=person, key=exercise.slug).update(at=when)


def _review(person: User, *, mentor: User, number: int) -> None:
    """Of those who passed: most are approved, some wait, one reads that changes are asked for."""
    passed = Submission.objects.filter(learner=person, outcome=Outcome.PASSED).last()
    if passed is None or number % 6 == 0:
        return
    ask_for_review(submission=passed)
    if number % 3 == 0:
        return
    review = claim_review(submission=passed, mentor=mentor)
    add_comment(
        review=review,
        path="housing/model.py",
        line=1,
        quoted="",
        text="Say in a sentence why a linear model is enough here. Your README has the figures.",
    )
    if number % 5 == 0:
        return
    changes = number % 7 == 0
    decide_review(
        review=review,
        decision=Decision.CHANGES if changes else Decision.APPROVED,
        summary=(
            "The model holds. One test is missing: a row without a size."
            if changes
            else "Clean, and the README answers what a stranger would ask. On to the next project."
        ),
    )


def _response(answer: Answer, *, right: bool) -> Mapping[str, Sequence[str]]:
    version, drawn = answer.question_version, drawing.from_json(answer.draw)
    kind = KINDS[version.kind]
    response = kind.right(drawn, version.facts)
    if right:
        return response
    if version.kind == "numeric":
        wrong = [*drawn.distractors.values(), 0][0]
        return {name: [repr(wrong)] for name in response}
    if version.facts.get("options"):
        places = {str(place) for place in range(len(drawn.order))} - {*response["option"]}
        return {"option": [min(places)]}
    # What was given for one is given for the next; a text of its own is none that is right.
    values = [*response.values()]
    turned = values[1:] + values[:1] if len(values) > 1 else [["0"]]
    return dict(zip(response, turned, strict=True))


def _submit(person: User, sample: str, *, number: int, when: datetime) -> None:
    result = _result(sample)
    read = verdict.read(result)
    submission = Submission.objects.create(
        learner=person,
        brief=ProjectBrief.objects.get(slug=PROJECT),
        number=number,
        source=Source.URL,
        url=f"https://git.example.org/{person.email.split('@')[0]}/house-prices",
        state=State.FINISHED,
        started=when,
        finished=when + timedelta(seconds=result.execution_time),
        delivery=1,
        result=json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8")),
        outcome=read.outcome,
        code=read.code,
        verdict=read.sentence,
        charged=read.outcome.charged,
        charge_reason=read.charge_reason,
        first_failure=read.first_failure,
        next_step=read.next_step,
        checker_version=read.checker_version,
    )
    Submission.objects.filter(pk=submission.pk).update(created=when)
    commit = result.provenance.commit or f"{person.pk:08x}{number:08x}"
    Snapshot.objects.create(submission=submission, commit=commit, packed=pack(_files(sample)))
    evidence.record(submission, result)


def _result(sample: str) -> CheckResult:
    return from_json(json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8")))


def _files(sample: str) -> list[SourceFile]:
    rows = json.loads(Path(SAMPLES / f"{sample}.files.json").read_text(encoding="utf-8"))
    return [SourceFile(path=path, size=size, text=text) for path, size, text in rows]
