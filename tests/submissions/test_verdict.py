from dataclasses import replace

import pytest

from apps.checks.results import CheckResult, Outcome
from apps.submissions import verdict
from tests.submissions.samples import make_result


def test_read_names_the_first_required_failure_and_its_hint() -> None:
    read = verdict.read(make_result(Outcome.FAILED))
    assert (read.first_failure, read.next_step) == ("readme", "Give it a heading of its own.")
    assert read.sentence == "One check is left to mend."


def test_first_failure_prefers_a_required_check() -> None:
    result = make_result(Outcome.FAILED)
    bonus = replace(result.tests[1], name="bonus", required=False)
    failure = verdict.first_failure(replace(result, tests=(bonus, *result.tests)))
    assert failure is not None
    assert failure.name == "readme"


def test_first_failure_is_never_one_that_did_not_run() -> None:
    result = make_result(Outcome.FAILED)
    assert verdict.first_failure(replace(result, tests=result.tests[2:])) is None


def test_read_repeats_nothing_where_the_sentence_says_what_to_change() -> None:
    result = make_result(Outcome.INVALID_SUBMISSION)
    without_hint = tuple(replace(test, hint="") for test in result.tests)
    assert verdict.read(replace(result, tests=without_hint)).next_step == ""


@pytest.mark.parametrize("outcome", list(Outcome))
def test_read_says_why_an_attempt_counts_or_not(outcome: Outcome) -> None:
    read = verdict.read(make_result(outcome))
    assert read.outcome is outcome
    assert read.charge_reason.startswith("It counts" if outcome.charged else "It does not count")


def test_read_keeps_the_operators_words_from_the_learner() -> None:
    secret = CheckResult(outcome=Outcome.PLATFORM_ERROR, output="/srv/home is full", code="full")
    read = verdict.read(secret)
    assert read.sentence == verdict.OURS
    assert read.code == "full"
