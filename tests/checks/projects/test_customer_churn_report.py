"""The checks of the churn project on the learner's report: models compared, figures claimed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss

from apps.checks.projects.customer_churn_prediction import charts, generator, probes, report_checks
from apps.checks.projects.customer_churn_prediction.outputs import Claim, Report
from apps.checks.results import Test
from tests.checks.projects.churn_learner import honest, report_of

SEEDS = [bytes([number]) * 32 for number in range(5)]


@pytest.fixture(scope="module")
def draw() -> probes.Draw:
    return probes.make_draw(SEEDS[0])


def judge_models(report: Report, past: generator.Sample) -> Test:
    return report_checks.judge_models(report, report_checks.remeasured(report, past))


def judge_claims(report: Report, past: generator.Sample) -> Test:
    return report_checks.judge_claims(report, report_checks.remeasured(report, past))


@pytest.fixture(scope="module")
def report(draw: probes.Draw) -> Report:
    return report_of(
        draw.past, {name: honest(draw.past, 0.3 * n, n) for n, name in enumerate("abc", start=1)}
    )


def test_honest_report_passes(draw: probes.Draw, report: Report) -> None:
    assert judge_models(report, draw.past).status == "passed"
    assert judge_claims(report, draw.past).status == "passed"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda claim: replace(claim, mean=claim.mean - 0.004), "report.json claims a log loss"),
        (lambda claim: replace(claim, mean=claim.mean + 0.004), "report.json claims a log loss"),
        (lambda claim: replace(claim, high=claim.mean + 1e-4, low=claim.mean - 1e-4), "interval"),
        (lambda claim: replace(claim, high=claim.mean + 1, low=claim.mean - 1), "interval"),
    ],
)
def test_claim_that_the_folds_do_not_give_fails(
    draw: probes.Draw, report: Report, change: Callable[[Claim], Claim], sentence: str
) -> None:
    spoiled = replace(report, claims={**report.claims, "b": change(report.claims["b"])})
    test = judge_models(spoiled, draw.past)
    assert test.status == "failed"
    assert test.output.startswith("For b, ")
    assert sentence in test.output


def test_two_models_are_no_comparison_of_three(draw: probes.Draw, report: Report) -> None:
    two = {name: report.probabilities[name] for name in "ab"}
    test = judge_models(report_of(draw.past, two), draw.past)
    assert test.output == "The report names 2 models; 3 or more are asked for."
    copied = report_of(draw.past, {**two, "c": two["a"] + 1e-9})
    test = judge_models(copied, draw.past)
    assert test.output == "The models a and c give the same probabilities for every customer."


def test_figures_are_those_of_scikit_learn(draw: probes.Draw, report: Report) -> None:
    probability, left = report.probabilities["b"], draw.past.left
    found = report_checks.remeasure(probability, draw.past)
    assert found.realised == pytest.approx(log_loss(left, probability))
    certain = np.where(np.arange(len(left)) < 50, 0.0, probability)
    found = report_checks.remeasure(certain, draw.past)
    assert found.realised == pytest.approx(log_loss(left, certain))


def test_honest_figures_scatter_around_the_expected_one_as_computed(
    draw: probes.Draw, report: Report
) -> None:
    """Over labels that the process could have given to the same customers."""
    rng = np.random.default_rng(5)
    z = []
    for _ in range(3_000):
        left = rng.random(len(draw.past.risk)) < draw.past.risk
        found = report_checks.remeasure(report.probabilities["b"], replace(draw.past, left=left))
        z.append((found.realised - found.expected) / found.luck)
    assert abs(np.mean(z)) < 0.1
    assert np.std(z) == pytest.approx(1, abs=0.06)
    assert np.mean(np.abs(z) > report_checks.CLAIM_WITHIN) < 0.003


@pytest.mark.parametrize("seed", SEEDS, ids=range(5))
def test_probabilities_that_saw_the_answer_are_found(seed: bytes) -> None:
    """A little of the answer in each is enough: as a fit on the same rows has it."""
    past = probes.make_draw(seed).past
    blurred = honest(past, 0.6, 1)
    logit = np.log(blurred / (1 - blurred)) + np.where(past.left, 0.7, -0.35)
    seen = 1 / (1 + np.exp(-logit))
    test = judge_claims(
        report_of(past, {"a": blurred, "b": honest(past, 0.4, 2), "tree": seen}), past
    )
    assert test.status == "failed"
    assert test.output.startswith("For tree you claim")
    assert "Put the whole preparation inside the fold." in test.hint


def test_figure_worse_than_its_probabilities_deserve_fails_with_another_hint(
    draw: probes.Draw,
) -> None:
    """Labels and probabilities of different customers."""
    past = draw.past
    mixed = replace(past, left=np.roll(past.left, 1))
    test = judge_claims(report_of(mixed, {"a": honest(past, 0.3, 1)}), mixed)
    assert test.status == "failed"
    assert "belong to the same customers" in test.hint


def test_pictures_stand_claims_beside_what_was_measured(draw: probes.Draw, report: Report) -> None:
    found = report_checks.remeasured(report, draw.past)
    for chart, again in (
        (charts.models_chart(report, found), found["c"].realised),
        (charts.claims_chart(report, found), found["c"].expected),
    ):
        bars = dict(zip(chart.labels, chart.values, strict=True))
        assert len(bars) == 6
        assert bars["c: claimed"] == pytest.approx(report.claims["c"].mean, abs=1e-4)
        assert bars["c: measured"] == pytest.approx(again, abs=1e-4)
