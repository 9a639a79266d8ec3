import json
import math

import pytest

from apps.checks.results import (
    Chart,
    CheckResult,
    Metric,
    Outcome,
    Phase,
    Provenance,
    ReferenceLine,
    Stage,
    Test,
    from_json,
    to_json,
)

RESULT = CheckResult(
    outcome=Outcome.FAILED,
    output="One check is left to mend: predicts well.",
    execution_time=12.5,
    tests=(
        Test(
            name="gap_closed",
            title="Predicts well",
            stage=Stage.BEHAVIOUR,
            status="failed",
            score=0,
            max_score=30,
            concepts=("regression-metrics",),
            evidence={"share": 0.5},
        ),
    ),
    metrics=(Metric(name="share", title="Gap closed", value=0.5, threshold=0.75),),
    artifacts=(
        Chart(
            name="scatter",
            kind="scatter",
            title="Predicted and expected",
            summary="Points lie above the diagonal.",
            x_label="expected",
            y_label="predicted",
            points=((1.0, 2.0), (2.0, 3.0)),
            lines=(ReferenceLine(label="perfect", axis="diagonal"),),
        ),
    ),
    provenance=Provenance(
        seed_id="ab12",
        limits={"train": {"wall_s": 60}},
        phases=(Phase(stage=Stage.TESTS, started=1.0, ended=2.0),),
    ),
)


def test_result_survives_json() -> None:
    assert from_json(json.loads(json.dumps(to_json(RESULT)))) == RESULT


def test_result_has_gradescopes_keys() -> None:
    document = to_json(RESULT)
    gradescope = {
        "score",
        "execution_time",
        "output",
        "output_format",
        "visibility",
        "tests",
        "leaderboard",
    }
    assert gradescope <= set(document)
    assert {
        "name",
        "score",
        "max_score",
        "status",
        "output",
        "output_format",
        "tags",
        "visibility",
    } <= set(document["tests"][0])


def test_result_in_json_has_no_nan() -> None:
    odd = CheckResult(
        outcome=Outcome.FAILED,
        output="",
        metrics=(Metric(name="m", title="m", value=math.nan, ci_high=math.inf),),
    )
    text = json.dumps(to_json(odd), allow_nan=False)
    assert '"value": null' in text


def test_result_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="schema version 99"):
        from_json({**to_json(RESULT), "schema_version": 99})


@pytest.mark.parametrize(
    ("outcome", "charged"),
    [
        (Outcome.PASSED, True),
        (Outcome.FAILED, True),
        (Outcome.TIMEOUT, True),
        (Outcome.OUT_OF_MEMORY, True),
        (Outcome.OUTPUT_LIMIT, True),
        (Outcome.DISK_LIMIT, True),
        (Outcome.PROCESS_LIMIT, True),
        (Outcome.INVALID_SUBMISSION, False),
        (Outcome.PLATFORM_ERROR, False),
        (Outcome.CANCELLED, False),
    ],
)
def test_outcome_is_charged_only_when_the_learner_fell_short_or_passed(
    outcome: Outcome, charged: bool
) -> None:
    assert outcome.charged is charged
