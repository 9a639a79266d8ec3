"""What of other people is found alike, what is not, and that no verdict depends on it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.checks.projects import PROJECTS
from apps.checks.results import Outcome, to_json
from apps.checks.snapshot import SourceFile
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery, pipeline, queries, similarity
from apps.submissions.models import Fingerprints, Similarity, Snapshot, State, Submission
from apps.submissions.services import delete_submissions
from apps.submissions.similarity import IDIOM_PEOPLE, look_for_similar
from apps.submissions.snapshots import pack
from apps.submissions.tasks import compare_missed
from tests.checks.copies import disguised, independent, reference, with_token
from tests.checks.test_similarity import made_up
from tests.submissions.samples import SLUG, make_brief, make_learner, make_result, make_submission

pytestmark = pytest.mark.django_db
type Files = Sequence[SourceFile]


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return reference(tmp_path_factory.mktemp("solution") / "files")


def handed_in(
    brief: ProjectBrief,
    files: Files,
    *,
    by: User | None = None,
    outcome: Outcome = Outcome.FAILED,
) -> Submission:
    """Checked, with its files kept, and looked at."""
    submission = make_submission(by or make_learner(), brief, outcome=outcome)
    Snapshot.objects.create(submission=submission, commit="abc", packed=pack(files))
    look_for_similar(submission_id=submission.pk)
    return submission


def found_for(submission: Submission) -> list[tuple[Submission, float]]:
    rows = Similarity.objects.filter(submission=submission).select_related("other")
    return [(row.other, row.share) for row in rows]


def python(text: str, path: str = "a.py") -> SourceFile:
    return SourceFile(path=path, size=len(text), text=text)


def test_classmates_repository_with_the_token_changed_is_found(
    brief: ProjectBrief, solution: Files
) -> None:
    first = handed_in(brief, with_token(solution, "mp_" + "1" * 32))
    second = handed_in(brief, with_token(solution, "mp_" + "2" * 32))
    assert found_for(first) == []
    assert found_for(second) == [(first, 1.0)]
    places = Similarity.objects.get().places
    assert 1 <= len(places) <= 5
    assert all(one[0] == other[0] and one[1] <= one[2] for one, other in places)


def test_copy_in_disguise_is_found(brief: ProjectBrief, solution: Files) -> None:
    first = handed_in(brief, solution)
    ((other, share),) = found_for(handed_in(brief, disguised(solution)))
    assert other == first
    assert 0.6 < share < 1


def test_answers_of_their_own_are_not_found(brief: ProjectBrief, solution: Files) -> None:
    handed_in(brief, solution)
    handed_in(brief, independent("script"))
    handed_in(brief, independent("pipeline"))
    assert Fingerprints.objects.count() == 3
    assert not Similarity.objects.exists()


def test_own_tries_and_other_projects_are_not_compared(
    learner: User, brief: ProjectBrief, solution: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_brief("spam-email-classifier")
    monkeypatch.setitem(PROJECTS, other.slug, replace(PROJECTS[SLUG], slug=other.slug))
    handed_in(brief, solution, by=learner)
    handed_in(brief, solution, by=learner)
    handed_in(other, solution)
    assert not Similarity.objects.exists()


def test_of_each_person_the_try_that_is_most_alike_is_found(
    learner: User, brief: ProjectBrief, solution: Files
) -> None:
    half = [one for one in solution if one.path != "housing/cleaning.py"]
    handed_in(brief, half, by=learner)
    whole = handed_in(brief, solution, by=learner)
    handed_in(brief, solution, by=learner)
    third = handed_in(brief, disguised(solution))
    fourth = handed_in(brief, solution)
    assert [other for other, _ in found_for(fourth)] == [whole, third]


def test_what_a_dead_worker_left_is_compared_later(
    brief: ProjectBrief, solution: Files, settings: LazySettings
) -> None:
    first = handed_in(brief, solution)
    left, half_done, recent, old = (
        make_submission(make_learner(), brief, outcome=Outcome.PASSED) for _ in range(4)
    )
    for one in (left, half_done, recent, old):
        Snapshot.objects.create(submission=one, commit="abc", packed=pack(solution))
    Fingerprints.objects.create(submission=half_done, hashes=[1])
    ago = {first: 20, left: 20, half_done: 15, recent: 1, old: 25 * 60}
    for one, minutes in ago.items():
        finished = Now() - timedelta(minutes=minutes)
        Submission.objects.filter(pk=one.pk).update(finished=finished)

    compare_missed()
    assert first in [other for other, _ in found_for(left)]
    assert {first, left} == {other for other, _ in found_for(half_done)}
    assert found_for(recent) == found_for(old) == []
    assert similarity.not_compared() == []
    assert settings.CELERY_BEAT_SCHEDULE["compare-missed"]["task"] == compare_missed.name


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.INVALID_SUBMISSION])
def test_what_was_not_judged_is_passed_over(
    brief: ProjectBrief, solution: Files, outcome: Outcome
) -> None:
    handed_in(brief, solution, outcome=outcome)
    assert not Fingerprints.objects.exists()


def test_submission_without_files_or_gone_is_passed_over(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief, outcome=Outcome.PASSED)
    look_for_similar(submission_id=submission.pk)
    look_for_similar(submission_id=submission.pk + 1)
    assert not Fingerprints.objects.exists()


def test_starter_code_and_code_of_the_texts_are_left_out(
    brief: ProjectBrief, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter, shown = made_up(1, lines=80), made_up(2, lines=80)
    project = replace(
        PROJECTS[SLUG],
        starter_data=lambda seed: {"train.csv": b"id\n", "starter.py": starter.encode()},
    )
    monkeypatch.setitem(PROJECTS, SLUG, project)
    settings.CONTENT_FOLDER = tmp_path
    text = tmp_path / "projects" / SLUG / "brief.md"
    text.parent.mkdir(parents=True)
    text.write_text(f"# Begin\n\n```python\n{shown}```\n")
    files = [python(starter, "starter.py"), python(shown, "src/shown.py")]
    handed_in(brief, files)
    handed_in(brief, files)
    assert [row.hashes for row in Fingerprints.objects.all()] == [[], []]
    assert not Similarity.objects.exists()


def test_what_many_people_wrote_says_nothing(brief: ProjectBrief) -> None:
    """Up to four people with the same are found; from the fifth on it is how one writes it."""
    common = python(made_up(1, lines=100))
    counts = [len(found_for(handed_in(brief, [common]))) for _ in range(IDIOM_PEOPLE + 3)]
    assert counts == [0, 1, 2, 3, 4, 0, 0, 0]


def test_idiom_is_measured_against_all_people(brief: ProjectBrief) -> None:
    common = python(made_up(1, lines=100))
    for number in range(40):
        handed_in(brief, [python(made_up(100 + number, lines=40))])
    counts = [len(found_for(handed_in(brief, [common]))) for _ in range(8)]
    assert counts == [0, 1, 2, 3, 4, 5, 6, 7]


def test_looking_twice_keeps_one(brief: ProjectBrief, solution: Files) -> None:
    handed_in(brief, solution)
    second = handed_in(brief, solution)
    look_for_similar(submission_id=second.pk)
    assert len(found_for(second)) == 1


def test_account_takes_what_was_found_with_it(
    learner: User, brief: ProjectBrief, solution: Files
) -> None:
    """Of both sides."""
    other = handed_in(brief, solution)
    handed_in(brief, solution, by=learner)
    last = handed_in(brief, solution)
    assert Similarity.objects.count() == 3
    delete_submissions(learner=learner)
    assert found_for(last) == [(other, 1.0)]
    assert Fingerprints.objects.count() == 2
    assert "similarities" not in queries.own_data(learner=learner)


def test_candidates_are_found_by_the_index(brief: ProjectBrief, learner: User) -> None:
    for number in range(30):
        handed_in(brief, [python(made_up(number, lines=40))])
    values: dict[str, Any] = {
        "hashes": [1, 2],
        "project": SLUG,
        "learner": learner.pk,
        "least": 1,
        "most": 1,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {similarity._ALIKE}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Bitmap Index Scan on fingerprints_by_hash" in plan


def test_database_refuses_what_cannot_be(brief: ProjectBrief, solution: Files) -> None:
    one, other = handed_in(brief, solution), handed_in(brief, independent("script"))
    for pair, share in (((one, one), 0.5), ((one, other), 0.0), ((one, other), 1.1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Similarity.objects.create(submission=pair[0], other=pair[1], share=share, places=[])


@pytest.mark.parametrize("packed", [b"no zlib", pack([])])
def test_failure_of_the_comparison_never_costs_the_verdict(
    learner: User, brief: ProjectBrief, packed: bytes
) -> None:
    submission = make_submission(learner, brief)
    Snapshot.objects.create(submission=submission, commit="abc", packed=packed)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    delivery.store_result(lease, document=to_json(make_result(Outcome.PASSED)))
    delivery.give_back(lease)
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.outcome) == (State.FINISHED, Outcome.PASSED)
    assert not Fingerprints.objects.exists()
