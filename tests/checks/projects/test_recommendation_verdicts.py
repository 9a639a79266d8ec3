"""The checks of the recommendation project in one process: whole runs, planted faults, attempts to
get round them, and what each verdict says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apps.checks.folder_input import pack
from apps.checks.projects.recommendation_system import (
    PROJECT,
    charts,
    checks,
    generator,
    in_house,
    judgements,
    outputs,
    probes,
)
from apps.checks.projects.recommendation_system.checks import Found, Scored
from apps.checks.ranking import EMPTY, Lists
from apps.checks.results import Test
from apps.checks.scoring import Floats
from tests.checks.projects import recommendation_learner as learner

SEED = bytes([3]) * 32
NAMES = [spec.name for spec in PROJECT.checks]
SCORED = {scored.spec.name: scored for scored in checks.SCORED}


def run(
    folder: Path, solution: learner.Solution, broken: frozenset[str] = frozenset()
) -> learner.LearnerSession:
    session = learner.LearnerSession(SEED, folder, solution, broken)
    PROJECT.behaviour(session)
    assert [test.name for test in session.tests] == NAMES
    return session


def failed(session: learner.LearnerSession) -> set[str]:
    return {test.name for test in session.tests if test.status == "failed"}


# Whole runs ------------------------------------------------------------------------------------


def test_competent_learner_passes_with_room(tmp_path: Path) -> None:
    session = run(tmp_path, learner.competent)
    assert failed(session) == set()
    assert session.calls == ["train", "predict", "train", "predict"]
    for metric in session.metrics:
        assert metric.threshold is not None
        assert metric.value - metric.threshold >= 2.5, metric.name  # percentage points
    told = [test.output for test in session.tests[2:]]
    assert all(output.startswith("On a first service you closed ") for output in told)
    assert {chart.test for chart in session.charts} == set(NAMES)


def test_bestsellers_for_everybody_fail_all_that_is_scored(tmp_path: Path) -> None:
    session = run(tmp_path, learner.popular)
    assert failed(session) == set(SCORED)
    assert session.calls == ["train", "predict"]  # nothing to confirm, and no doubt
    assert {metric.value for metric in session.metrics} == {0}
    text = repr((session.tests, session.metrics, session.charts))
    assert SEED.hex() not in text
    assert "T-" not in text
    assert "U-" not in text


def test_pass_is_confirmed_on_a_second_service(tmp_path: Path) -> None:
    """Whoever knows the first service by heart has learned nothing of the second one."""
    first = set(probes.make_draw(SEED).user_ids)

    def by_heart(today: learner.Today) -> learner.Lists3:
        known = {row["user_id"] for row in today.users} <= first
        return (learner.competent if known else learner.popular)(today)

    session = run(tmp_path, by_heart)
    assert failed(session) == set(SCORED)
    assert session.tests[2].output.startswith("On a first service you closed ")


@pytest.mark.parametrize("command", ["train", "predict"])
def test_command_that_stops_fails_the_first_check_and_names_the_unreached(
    tmp_path: Path, command: str
) -> None:
    session = run(tmp_path, learner.popular, broken=frozenset({command}))
    assert {test.name for test in session.tests if not test.ran} == set(NAMES[1:])
    assert session.tests[0].hint.startswith(f"Run the {command} command by hand")


def test_starter_data_tell_nothing_of_another_service(tmp_path: Path) -> None:
    starter = learner.read_past(pack(PROJECT.starter_data(bytes([9]) * 32)))

    def memorised(today: learner.Today) -> learner.Lists3:
        """Likeness of titles as it was in the starter data, by their numbers."""
        made = learner.popular(today)
        weights = starter.heard.T @ starter.heard
        size = min(len(weights), today.history.shape[1])
        scores = np.zeros_like(today.history)
        scores[:, :size] = today.history[:, :size] @ weights[:size, :size]
        made["collaborative"][: today.warm] = today.best(today.of_today(scores, fill=-np.inf))
        return made

    assert "collaborative" in failed(run(tmp_path, memorised))


# One check at a time ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked() -> probes.Asked:
    draw = probes.make_draw(SEED)
    return probes.ask_about(draw, in_house.train(draw.histories, draw.titles, draw.listeners))


def answer(asked: probes.Asked, **lists: Lists) -> outputs.Answer:
    """The checker's own lists, but for those that are given."""
    made = {name: asked.bestsellers.copy() for name in probes.METHODS}
    for name, table in {**asked.in_house, **lists}.items():
        made[name][: len(table)] = table
    return outputs.Answer(lists=made, faults=())


def judge(asked: probes.Asked, name: str, **lists: Lists) -> Test:
    return judgements.judge_scored(SCORED[name], found(asked, SCORED[name], **lists), None)


def found(asked: probes.Asked, scored: Scored, **lists: Lists) -> Found:
    made = answer(asked, **lists)
    figures = {name: checks.measure(asked, made, scored, name) for name in scored.figures}
    return checks.find(asked, made, scored, figures)


@pytest.mark.parametrize("name", SCORED)
def test_shares_are_0_for_bestsellers_and_1_for_the_best_possible(
    asked: probes.Asked, name: str
) -> None:
    method = SCORED[name].method
    for lists, share in ((asked.bestsellers, 0), (asked.ideal, 1)):
        figures = found(asked, SCORED[name], **{method: lists}).figures
        assert [figure.measured.share for figure in figures.values()] == pytest.approx(
            [share] * len(figures)
        )


@pytest.mark.parametrize("name", SCORED)
def test_own_lists_are_enough_and_bestsellers_are_not(asked: probes.Asked, name: str) -> None:
    assert judge(asked, name).status == "passed"
    test = judge(asked, name, **{SCORED[name].method: asked.bestsellers})
    assert test.status == "failed"
    assert "You closed 0 % " in test.output
    assert test.hint


def rare(asked: probes.Asked) -> Lists:
    """For everybody the ten titles with the fewest listeners, but some."""
    fewest = np.flatnonzero(asked.counts > 0)[np.argsort(asked.counts[asked.counts > 0])[:10]]
    return np.tile(fewest, (len(asked.rows), 1))


def of_others(method: str) -> Callable[[probes.Asked], Lists]:
    """The checker's own lists, but of other people."""
    return lambda asked: np.roll(asked.in_house[method], 7, axis=0)


def no_lists(asked: probes.Asked) -> Lists:
    return np.full_like(asked.bestsellers, EMPTY)


def new_to_anybody(asked: probes.Asked) -> Lists:
    """New titles in many lists, but the least likely ones."""
    lists = asked.bestsellers.copy()
    unlikely = np.where(asked.new, -asked.probability, -np.inf).argmax(axis=1)
    lists[:, -1] = unlikely
    return lists


def shuffled_newcomers(asked: probes.Asked) -> Lists:
    lists = asked.in_house[probes.SERVED].copy()
    lists[asked.warm :] = np.roll(np.sort(lists[asked.warm :], axis=1), 5, axis=0)
    swapped = asked.bestsellers.copy()
    swapped[asked.warm :, :9] = lists[asked.warm :, ::-1][:, :9]
    return swapped


@pytest.mark.parametrize(
    ("name", "lists", "hint"),
    [
        ("collaborative", lambda asked: asked.bestsellers, "what everybody hears"),
        ("collaborative", rare, "very few listeners"),
        ("collaborative", of_others("collaborative"), "not the right ones for each listener"),
        ("collaborative", no_lists, "100 % of these listeners have no collaborative list"),
        ("content", lambda asked: asked.bestsellers, "Popularity outweighs the taste"),
        ("content", rare, "Nearness alone"),
        ("content", of_others("content"), "weigh genre, tags and narrator apart"),
        ("cold_listeners", lambda asked: asked.bestsellers, "All newcomers get the same list"),
        ("cold_listeners", no_lists, "100 % of these listeners have no served list"),
        ("cold_listeners", shuffled_newcomers, "do not fit what people said"),
        ("cold_titles", lambda asked: asked.bestsellers, "unknown and not zero"),
        ("cold_titles", new_to_anybody, "with the wrong people"),
        ("coverage", lambda asked: asked.bestsellers, "the same few titles to everybody"),
        ("coverage", of_others("collaborative"), "at the cost of what people want to hear"),
    ],
)
def test_hint_names_the_one_thing_to_do(
    asked: probes.Asked, name: str, lists: Callable[[probes.Asked], Lists], hint: str
) -> None:
    test = judge(asked, name, **{SCORED[name].method: lists(asked)})
    assert test.status == "failed"
    assert hint in test.hint


def test_failure_says_what_it_costs(asked: probes.Asked) -> None:
    test = judge(asked, "collaborative", collaborative=no_lists(asked))
    assert "Of 10,000 who open the page, 0 would find their next title on it" in test.output
    test = judge(asked, "coverage", served=asked.bestsellers)
    assert "of the titles are paid for and shown to nobody" in test.output
    test = judge(asked, "cold_titles", content=asked.bestsellers)
    assert "0 would find a title of this morning on it" in test.output


@pytest.mark.parametrize("method", [probes.COLLABORATIVE, probes.CONTENT])
def test_one_method_under_two_names_fails(asked: probes.Asked, method: str) -> None:
    lists = asked.in_house[method]
    test = judge(asked, "content", collaborative=lists, content=lists)
    assert test.status == "failed"
    assert "100 % of their places are those of your collaborative lists" in test.output
    assert "One method stands under two names" in test.hint


def test_variety_alone_is_not_coverage_with_quality(asked: probes.Asked) -> None:
    """Every title is shown to somebody, at random."""
    rng = np.random.default_rng(1)
    lists = rng.permuted(np.tile(np.arange(len(asked.items)), (len(asked.rows), 1)), axis=1)[:, :10]
    spread = found(asked, SCORED["coverage"], served=lists).spread
    assert spread is not None
    assert spread.enough
    assert judge(asked, "coverage", served=lists).status == "failed"


def test_title_that_was_heard_is_worth_nothing(asked: probes.Asked) -> None:
    rows = slice(0, asked.warm)
    heard = np.argsort(~asked.heard, axis=1, kind="stable")[rows, :1]
    lists = np.concatenate([heard, asked.ideal[rows, :9]], axis=1)
    lost: Floats = checks.losses(lists, asked, rows, checks.RECALL)
    expected = 1 - np.take_along_axis(asked.probability[rows], asked.ideal[rows, :9], axis=1).sum(1)
    np.testing.assert_allclose(lost, expected, rtol=1e-5)


# Form and repetition ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", outputs.FAULTS)
def test_each_fault_is_told_with_its_remedy(asked: probes.Asked, kind: str) -> None:
    fault = outputs.Fault(kind=kind, count=3, first="line 5 is the first")
    spoiled = replace(answer(asked), faults=(fault,))
    test = judgements.judge_form(asked, spoiled)
    assert test.status == "failed"
    assert f"3 {outputs.FAULTS[kind]} (line 5 is the first)" in test.output
    assert test.hint
    assert charts.form_chart(spoiled).values.count(3.0) == 1


def test_lists_with_heard_titles_are_counted_by_method(asked: probes.Asked) -> None:
    heard = np.argsort(~asked.heard, axis=1, kind="stable")[:5, 0]
    content = asked.in_house[probes.CONTENT].copy()
    content[:5, 4] = heard
    test = judgements.judge_twice(asked, answer(asked, content=content))
    assert test.status == "failed"
    assert "5 lists hold a title that their listener has heard: 0 in collaborative, 5 in" in (
        test.output
    )
    assert judgements.judge_twice(asked, answer(asked)).status == "passed"


def test_title_under_an_earlier_id_has_a_hint_of_its_own(asked: probes.Asked) -> None:
    rows = np.flatnonzero(asked.renamed.any(axis=1))[:20]
    content = asked.in_house[probes.CONTENT].copy()
    content[rows, 0] = asked.renamed[rows].argmax(axis=1)
    test = judgements.judge_twice(asked, answer(asked, content=content))
    assert "20 of them hold one that was heard under an earlier id" in test.output
    assert "map it by the column replaces of items.csv in the input" in test.hint


def test_places_of_bestsellers_are_crowded(asked: probes.Asked) -> None:
    scored = SCORED["coverage"]
    own, crowded = (
        charts.places_chart(scored, found(asked, scored, **lists))
        for lists in ({}, {"served": asked.bestsellers})
    )
    assert crowded.points[5][1] == 100
    assert own.points[5][1] < 90
    assert own.points[-1] == (100, 100)


def test_process_is_not_in_what_is_told(asked: probes.Asked) -> None:
    process = generator.draw_process(SEED)
    text = repr([judge(asked, name, **{SCORED[name].method: rare(asked)}) for name in SCORED])
    assert not any(name in text for name in (*process.genres, *process.tags, *process.narrators))
