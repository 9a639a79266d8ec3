"""The checks of the spam project in one process: with planted faults, with attempts to get round
them, and in what they say. How often a verdict is wrong: ``test_spam_email_error_rates``."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from apps.checks.asking import Question
from apps.checks.draws import second_seed
from apps.checks.projects.spam_email_classifier import (
    PROJECT,
    checks,
    form_checks,
    generator,
    probes,
)
from apps.checks.projects.spam_email_classifier.outputs import Answer
from apps.checks.results import Test
from apps.checks.scoring import Floats
from tests.checks.projects import spam_learner as learner

SEED = bytes([7]) * 32
NAMES = [spec.name for spec in PROJECT.checks]
FIGURES, FORMS = NAMES[:3], NAMES[3:6]
type Change = Callable[[Floats], Floats]


@pytest.fixture(scope="module")
def mains() -> list[probes.Asked]:
    """The main question of the first firm, and of the second one."""
    return [probes.main_question(probes.make_draw(seed)) for seed in (SEED, second_seed(SEED))]


def informed(
    mains: Sequence[probes.Asked], change: Change = lambda probability: probability
) -> learner.Predict:
    """Says of a mail that it has seen what the checker's own model says, changed, and of all others
    the same; that costs no time, and the form of a mail makes no difference."""
    said = {
        raw: value
        for asked in mains
        for raw, value in zip(asked.raws, change(asked.in_house).tolist(), strict=True)
    }
    return lambda _past, now: np.array([said.get(row.raw, 0.05) for row in now])


def run(
    folder: Path,
    predict: learner.Predict,
    *,
    decide: learner.Decide = learner.by_costs,
    breaks: Callable[[str, int], bool] = lambda _command, _call: False,
) -> learner.LearnerSession:
    session = learner.LearnerSession(SEED, folder, predict, decide, breaks)
    PROJECT.behaviour(session)
    assert [test.name for test in session.tests] == NAMES
    return session


def failed(session: learner.LearnerSession) -> set[str]:
    return {test.name for test in session.tests if test.status == "failed"}


def told(session: learner.LearnerSession, name: str) -> Test:
    return next(test for test in session.tests if test.name == name)


# Whole runs --------------------------------------------------------------------------------------


def test_competent_learner_passes_with_room(tmp_path: Path) -> None:
    session = run(tmp_path, learner.competent)
    assert failed(session) == set()
    assert session.calls == ["train", "predict", "train", "predict", *["predict"] * 4]
    for metric in session.metrics:
        assert metric.threshold is not None
        assert metric.value - metric.threshold > 2  # percentage points
    assert [metric.name for metric in session.metrics] == FIGURES
    assert [chart.name for chart in session.charts] == [
        "precision_recall",
        "cost_by_threshold",
        "calibration",
        *FORMS,
        "extreme_mails",
    ]


def test_base_rate_for_every_mail_fails(tmp_path: Path) -> None:
    session = run(tmp_path, learner.naive)
    assert failed(session) == {"average_precision", "cost_regret"}
    assert "Every mail gets the same probability" in told(session, "average_precision").hint
    assert session.metrics[0].value == pytest.approx(0, abs=0.5)
    assert session.metrics[1].value == 0


def test_pass_is_confirmed_in_a_second_firm(mains: list[probes.Asked], tmp_path: Path) -> None:
    """Whoever knows the first firm by heart has learned nothing of the second one."""
    session = run(tmp_path, informed(mains[:1]))
    assert failed(session) == {"average_precision", "cost_regret", "calibration"}
    for name in FIGURES:
        output = told(session, name).output
        assert output.startswith("In a first firm you closed")
        assert "drawn to rule out luck" in output
    assert session.calls.count("train") == 2


def test_share_near_the_needed_one_is_measured_on_more_mails(
    mains: list[probes.Asked], tmp_path: Path
) -> None:
    share = checks.measure_cost(mains[0], as_in_house(mains[0])).in_house.share
    lucky = np.random.default_rng(1).random

    def decide(probability: Floats) -> generator.Flags:
        delivered = lucky(len(probability)) < checks.MODEL_MARGINS["cost_regret"] / share
        return learner.by_costs(probability) & ~delivered

    session = run(tmp_path, informed(mains), decide=decide)
    assert session.calls[:2] == ["train", "predict"]
    assert told(session, "cost_regret").evidence["mails"] == 4 * generator.HELD_OUT_MAILS
    assert told(session, "average_precision").evidence["mails"] == generator.HELD_OUT_MAILS


@pytest.mark.parametrize(
    ("breaks", "missed", "unreached"),
    [
        (lambda command, call: command == "train", NAMES[:1], NAMES[1:]),
        (lambda command, call: command == "predict", NAMES[:1], NAMES[1:]),
        (lambda command, call: (command, call) == ("train", 1), FIGURES, []),
        (lambda command, call: (command, call) == ("predict", 1), FIGURES, []),
        (lambda command, call: (command, call) == ("predict", 2), ["html_mail"], []),
        (lambda command, call: (command, call) == ("predict", 5), ["extreme_mails"], []),
    ],
    ids=["train", "predict", "second train", "second predict", "form", "extremes"],
)
def test_command_that_stops_fails_its_check_and_names_the_unreached(
    mains: list[probes.Asked],
    tmp_path: Path,
    breaks: Callable[[str, int], bool],
    missed: list[str],
    unreached: list[str],
) -> None:
    session = run(tmp_path, informed(mains), breaks=breaks)
    assert [test.name for test in session.tests if not test.ran] == unreached
    assert failed(session) == {*missed, *unreached}
    for name in missed:
        assert told(session, name).output == "It stopped."
        assert told(session, name).hint


def test_verdict_gives_away_neither_seed_nor_mails(
    mains: list[probes.Asked], tmp_path: Path
) -> None:
    session = run(tmp_path, learner.naive)
    text = repr((session.tests, session.metrics, session.charts))
    assert SEED.hex() not in text
    process = generator.draw_process(SEED)
    assert not any(domain in text for domain in (*process.domains, process.own_domain))
    assert not any(name in text for name in mains[0].question.ids)


# One fault each ----------------------------------------------------------------------------------


def as_if_balanced(probability: Floats) -> Floats:
    """As a model with class weights says it."""
    return 10 * probability / (10 * probability + 1 - probability)


def in_two_classes(probability: Floats) -> Floats:
    high = learner.by_costs(probability)
    return np.where(high, probability[high].mean(), probability[~high].mean())


@pytest.mark.parametrize(
    ("change", "decide", "fails", "hint"),
    [
        (
            lambda probability: probability,
            lambda probability: probability > 0.5,
            "cost_regret",
            "with the threshold that the two costs ask for you would have closed",
        ),
        (
            as_if_balanced,
            lambda probability: probability > 50 / 51,
            "calibration",
            "On the whole you say too much.",
        ),
        (
            lambda probability: probability / 2,
            lambda probability: probability > 5 / 12,
            "calibration",
            "On the whole you say too little.",
        ),
        (
            in_two_classes,
            lambda probability: probability > 0.5,
            "average_precision",
            "Write what the model says of each mail, unrounded.",
        ),
    ],
    ids=["threshold 0.5", "class weights", "halved", "two classes"],
)
def test_fault_fails_its_own_check_with_its_own_hint(
    mains: list[probes.Asked],
    tmp_path: Path,
    change: Change,
    decide: learner.Decide,
    fails: str,
    hint: str,
) -> None:
    session = run(tmp_path, informed(mains, change), decide=decide)
    assert failed(session) == {fails}
    assert hint in told(session, fails).hint


def as_in_house(asked: probes.Asked, held: generator.Flags | None = None) -> Answer:
    own = generator.best_decisions(asked.in_house)
    return Answer(probability=asked.in_house, held=own if held is None else held)


def judged(name: str, asked: probes.Asked, answer: Answer) -> Test:
    figure = next(figure for figure in checks.FIGURES if figure.spec.name == name)
    found = figure.measure(asked, answer)
    return checks.judge(figure, found, confirmed=None, asked=asked, answer=answer)


def test_hint_of_dear_decisions_tells_calibration_and_model_apart(
    mains: list[probes.Asked],
) -> None:
    asked = mains[0]
    weighted = as_if_balanced(asked.in_house)
    test = judged(
        "cost_regret", asked, Answer(probability=weighted, held=learner.by_costs(weighted))
    )
    assert "the probabilities are not calibrated" in test.hint
    blind = np.full(len(asked.known), 0.1)
    test = judged("cost_regret", asked, Answer(probability=blind, held=learner.by_costs(blind)))
    assert "mend the model first" in test.hint
    assert "customers who wait for an answer" in test.output


def test_hint_of_a_spread_that_is_wrong_is_another_one(mains: list[probes.Asked]) -> None:
    asked = mains[0]
    rng = np.random.default_rng(2)
    mixed = rng.permutation(asked.in_house)  # the same mean, and nothing behind it
    test = judged("calibration", asked, Answer(probability=mixed, held=learner.by_costs(mixed)))
    assert "The mean is right, and the spread is not." in test.hint


def test_known_probabilities_close_each_gap_and_the_naive_filter_none(
    mains: list[probes.Asked],
) -> None:
    asked = mains[0]
    best = Answer(probability=asked.known, held=generator.best_decisions(asked.known))
    naive = Answer(probability=np.zeros(len(asked.known)), held=np.zeros(len(asked.known), bool))
    for figure in checks.FIGURES:
        assert figure.measure(asked, best).measured.share == pytest.approx(1)
        assert figure.measure(asked, naive).measured.share == pytest.approx(0, abs=0.002)
        assert figure.measure(asked, as_in_house(asked)).decision == "pass"


# Getting round the checks ------------------------------------------------------------------------


def by_order(_past: Sequence[learner.Row], now: Sequence[learner.Row]) -> Floats:
    return np.linspace(1, 0, len(now))


def by_id(_past: Sequence[learner.Row], now: Sequence[learner.Row]) -> Floats:
    return np.array([int(row.id[2:]) % 1_000 / 1_000 for row in now])


def by_heart(past: Sequence[learner.Row], now: Sequence[learner.Row]) -> Floats:
    known = {row.raw: float(row.label == "spam") for row in past}
    return np.array([known.get(row.raw, 0.09) for row in now])


def by_length(_past: Sequence[learner.Row], now: Sequence[learner.Row]) -> Floats:
    return np.array([1 / (1 + len(row.raw)) for row in now])


@pytest.mark.parametrize("predict", [by_order, by_id, by_heart, by_length])
def test_probabilities_that_know_nothing_close_nothing(
    tmp_path: Path, predict: learner.Predict
) -> None:
    session = run(tmp_path, predict)
    assert {"average_precision", "cost_regret"} <= failed(session)
    assert session.metrics[0].value < 10
    assert session.metrics[1].value < 1


# The form of a mail ------------------------------------------------------------------------------


def pairs_of(kinds: Sequence[str]) -> probes.Pairs:
    question = Question(content=b"", ids=())
    return probes.Pairs(question=question, kinds=tuple(kinds))


@pytest.mark.parametrize("check", form_checks.FORMS, ids=lambda check: check.spec.name)
def test_each_kind_that_is_not_read_is_named_with_what_to_do(
    check: form_checks.FormCheck,
) -> None:
    draw = probes.make_draw(SEED)
    kinds = np.array(check.make(draw).kinds)
    for kind in np.unique(kinds):
        probability = np.full(2 * len(kinds), 0.5)
        probability[len(kinds) :][kinds == kind] -= check.within + 0.01
        test = form_checks.judge_form(check, pairs_of(kinds.tolist()), probability)
        kept = test.evidence["share_kept_by_kind"]
        assert isinstance(kept, dict)
        assert kept[kind] == 0
        if test.status == "failed":
            assert f"Of those with {kind}, 0 % do." in test.output
            assert test.hint == check.hints.get(kind, check.hints[""])
    assert set(check.hints) - {""} <= set(kinds)


def test_share_of_mails_that_keep_their_probability_decides() -> None:
    check = form_checks.FORMS[0]
    for moved, status in ((5, "passed"), (6, "failed")):
        probability = np.full(200, 0.5)
        probability[100 : 100 + moved] += check.within + 0.001
        test = form_checks.judge_form(check, pairs_of(["tags"] * 100), probability)
        assert test.status == status
    moves = form_checks.movements(probability)
    chart = form_checks.movement_chart(check.spec, moves, within=check.within, share=check.share)
    assert sum(chart.values) == 100
    assert chart.summary == "94 % of the mails stay within 0.05; 95 % must."


def test_mail_that_moves_with_its_neighbours_fails() -> None:
    extremes = probes.Extremes(question=Question(content=b"", ids=()), ordinary=3)
    before = np.array([0.1, 0.5, 0.9, 0.2])
    same = np.array([0.1, 0.5, 0.9, 0.0, 1.0])
    still = form_checks.neighbours(extremes, before, same)
    assert form_checks.judge_extremes(extremes, still).status == "passed"
    moved = same.copy()
    moved[1] += 0.0002
    test = form_checks.judge_extremes(extremes, form_checks.neighbours(extremes, before, moved))
    assert test.status == "failed"
    assert "Of the others, 1 move by more than 0.0001." in test.output
