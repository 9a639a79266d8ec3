"""The recommendation project's process, its own models and the files that it writes.

Its reader and texts are tested in ``test_recommendation_outputs``, its checks in
``test_recommendation_verdicts``, how often these err in ``test_recommendation_error_rates``; its
samples run end to end in ``test_verdicts``.
"""

import itertools
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.linear_model import Ridge

from apps.checks import messy_csv
from apps.checks.folder_input import pack, unpack
from apps.checks.projects.recommendation_system import (
    PROJECT,
    events,
    export,
    generator,
    in_house,
    probes,
)
from tests.checks.projects import recommendation_learner as learner

SEEDS = [bytes([number]) * 32 for number in range(2)]


@dataclass(frozen=True, slots=True)
class Service:
    draw: probes.Draw
    models: in_house.InHouseModels
    asked: probes.Asked


def service(seed: bytes) -> Service:
    draw = probes.make_draw(seed)
    models = in_house.train(draw.histories, draw.titles, draw.listeners)
    return Service(draw, models, probes.ask_about(draw, models))


@pytest.fixture(scope="module")
def first() -> Service:
    return service(SEEDS[0])


@pytest.fixture(scope="module")
def files(first: Service) -> dict[str, bytes]:
    return probes.training_files(first.draw)


@pytest.fixture(scope="module")
def today(first: Service) -> dict[str, bytes]:
    return unpack(first.asked.question.content)


# The process -------------------------------------------------------------------------------------


def test_starter_data_are_the_same_for_the_same_seed(files: dict[str, bytes]) -> None:
    probes.make_draw.cache_clear()
    probes.training_folder.cache_clear()
    assert PROJECT.starter_data(SEEDS[0]) == files


def test_reproducibility_asks_what_the_behaviour_check_asks(
    first: Service, files: dict[str, bytes]
) -> None:
    data, question = PROJECT.reproducibility_inputs(SEEDS[0])
    assert unpack(data["data"]) == files
    assert question["input"] == first.asked.question.content


def test_two_seeds_make_two_services() -> None:
    one, other = (generator.draw_process(seed) for seed in SEEDS)
    assert one.genres != other.genres
    assert one.narrators != other.narrators
    assert one.popularity_spread != other.popularity_spread


def test_histories_follow_the_known_probabilities() -> None:
    """First choices of very many listeners of one kind, against the logit."""
    process = generator.draw_process(SEEDS[0])
    titles = generator.draw_titles(process, SEEDS[0])
    one = np.random.default_rng(1).normal(0, 1, generator.TITLES + generator.NEW_TITLES)
    liking = np.tile(one.astype(np.float32), (generator.KNOWN, 1))
    counts = np.zeros(generator.TITLES)
    rounds = 4
    for number in range(rounds):
        found = generator.draw_histories(titles, liking, bytes([number]) * 32)
        _, starts = np.unique(found.listener, return_index=True)
        starts = starts[~found.accidental[starts]]
        counts += np.bincount(found.title[starts], minlength=generator.TITLES)
    new = np.tile(titles.new, (1, 1))
    probability = generator.choice_probabilities(liking[:1], titles.popularity, new)[0]
    expected = probability[: generator.TITLES] * counts.sum()
    common = expected > 30
    z = (counts - expected)[common] / np.sqrt(expected[common])
    assert common.sum() > 50
    assert abs(z.mean()) < 4 / np.sqrt(common.sum())
    assert z.std() == pytest.approx(1, abs=0.25)


def test_probabilities_add_up_and_heard_titles_have_none(first: Service) -> None:
    asked = first.asked
    np.testing.assert_allclose(asked.probability.sum(axis=1), 1, rtol=1e-4)
    assert not asked.probability[asked.heard].any()
    assert asked.heard[: asked.warm].any(axis=1).all()
    assert not asked.heard[asked.warm :].any()


def test_rows_asked_are_a_quarter_and_then_all(first: Service) -> None:
    few, all_of_them = (probes.rows_asked(first.draw, factor=factor) for factor in (1, 4))
    for some, everybody in zip(few, all_of_them, strict=True):
        assert len(everybody) == 4 * len(some)
        assert set(some.tolist()) <= set(everybody.tolist())
    assert set(all_of_them[0].tolist()) == set(range(generator.LISTED))


# The checker's own models ------------------------------------------------------------------------


def test_item_weights_are_ridge_regressions_on_the_other_titles(first: Service) -> None:
    heard = first.models.heard[:, :60].astype(float)
    weights = in_house.item_weights(heard.astype(np.float32))
    for title in (0, 7, 59):
        others = np.delete(np.arange(60), title)
        oracle = Ridge(alpha=in_house.ITEM_RIDGE, fit_intercept=False)
        oracle.fit(heard[:, others], heard[:, title])
        np.testing.assert_allclose(weights[others, title], oracle.coef_, atol=1e-4)
        assert weights[title, title] == 0


def test_taste_step_is_newtons_on_the_penalised_logit(first: Service) -> None:
    models = first.models
    features = models.features[: generator.TITLES].astype(float)
    share, heard = models.listening_share.astype(float), models.heard[3].astype(float)

    def loss(taste: np.ndarray) -> float:
        utility = features @ taste + np.log(np.maximum(share, 1e-12))
        chosen = heard @ (utility - np.log(np.exp(utility).sum()))
        return float(in_house.TASTE_RIDGE / 2 * taste @ taste - chosen)

    def gradient(taste: np.ndarray) -> np.ndarray:
        return np.asarray(approx_fprime(taste, loss, 1e-5))

    zero = np.zeros(features.shape[1])
    curvature = approx_fprime(zero, gradient, 1e-3)
    expected = np.linalg.solve(curvature, -gradient(zero))
    found = in_house.newton_step(models.heard[3:4], models.features[: generator.TITLES],
                                 models.listening_share)  # fmt: skip
    np.testing.assert_allclose(found[0], expected, atol=0.02)


def test_sign_up_weights_are_a_ridge_regression(first: Service) -> None:
    models = first.models
    oracle = Ridge(alpha=in_house.SIGN_UP_RIDGE, fit_intercept=False)
    oracle.fit(models.answers[: generator.KNOWN], models.heard)
    np.testing.assert_allclose(models.sign_up_weights, oracle.coef_.T, atol=1e-3)


# The files ---------------------------------------------------------------------------------------


def test_every_form_of_the_dictionary_is_there(
    files: dict[str, bytes], today: dict[str, bytes]
) -> None:
    for name, column, form in (
        ("interactions.csv", "started_at", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("interactions.csv", "started_at", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0\d:00"),
        ("interactions.csv", "minutes", r"\d+\.\d"), ("interactions.csv", "minutes", r"\d+,\d"),
        ("interactions.csv", "minutes", r"-\d.*"), ("items.csv", "length_min", r"\d+"),
        ("items.csv", "length_min", r"\d+ h \d+ min"), ("items.csv", "genre", r"[A-Z ]+"),
        ("items.csv", "narrator", r"[A-Z][a-z]+, [A-Z][a-z]+"), ("items.csv", "replaces", r"T-.*"),
        ("items.csv", "narrator", r"[A-Z]+ [A-Z]+"), ("items.csv", "tags", r".*;.*;.*"),
        ("items.csv", "description", r".+\..+\."), ("items.csv", "description", ""),
        ("items.csv", "published_on", r"\d{4}-\d\d-\d\d"), ("users.csv", "favourites", r".*;.*"),
    ):  # fmt: skip
        rows = learner.rows_of(files[name])
        assert any(re.fullmatch(form, row[column]) for row in rows), (column, form)
    for content, names in (
        (files["interactions.csv"], export.EVENT_COLUMNS),
        *((folder["items.csv"], export.ITEM_COLUMNS) for folder in (files, today)),
        *((folder["users.csv"], export.USER_COLUMNS) for folder in (files, today)),
    ):
        assert content.split(b"\n", 1)[0].decode() == ",".join(names)
    for mark in messy_csv.MISSING[1:]:
        assert f",{mark}\n".encode() in files["interactions.csv"]


def test_written_events_are_those_that_were_drawn(first: Service, files: dict[str, bytes]) -> None:
    """Every listener, title and moment can be read back, and the copies are found."""
    draw = first.draw
    sent = events.draw_events(draw.process, draw.titles, draw.listeners, draw.histories, draw.seed)
    rows = learner.rows_of(files["interactions.csv"])
    assert len(rows) == len(sent.listener)
    former = learner.earlier_ids(learner.rows_of(files["items.csv"]))
    past = learner.Past(former, {}, {}, np.zeros((0, 0)), [])
    names = np.array([*draw.user_ids[: events.TESTER], draw.user_ids[-1]])[sent.listener].tolist()
    titles = export.item_id(draw.issues.ids[sent.title, 0])
    expected = Counter(zip(names, titles, sent.moment.tolist(), strict=True))
    found = Counter(
        (row["user_id"], past.first_id(row["item_id"], {}), int(learner.moment(row["started_at"])))
        for row in rows
    )
    assert found == expected
    assert sum(found.values()) - len(found) >= sent.sent_twice.sum() > 0


def test_histories_that_are_read_back_are_those_that_were_drawn(
    first: Service, files: dict[str, bytes]
) -> None:
    past = learner.read_past(pack(files))
    draw = first.draw
    assert set(past.users) == set(draw.user_ids[: generator.KNOWN])
    order = [past.users[name] for name in draw.user_ids[: generator.KNOWN]]
    titles = export.item_id(draw.issues.ids[: generator.TITLES, 0])
    heard = draw.histories.heard()[: generator.KNOWN, : generator.TITLES]
    columns = [past.titles[title] for title in titles if title in past.titles]
    known = [number for number, title in enumerate(titles) if title in past.titles]
    np.testing.assert_array_equal(past.heard[np.ix_(order, columns)], heard[:, known])
    assert heard[:, known].sum() == heard.sum()


def test_written_titles_are_those_that_were_drawn(first: Service, today: dict[str, bytes]) -> None:
    draw = first.draw
    rows = {row["item_id"]: row for row in learner.rows_of(today["items.csv"])}
    assert set(rows) == set(first.asked.items)
    titles = draw.titles
    for title, name in zip(np.flatnonzero(titles.offered), first.asked.items, strict=True):
        row, known = rows[name], {column: flags[title] for column, flags in titles.known.items()}
        genre = draw.process.genres[titles.genre[title]].lower()
        tags = {draw.process.tags[number] for number in np.flatnonzero(titles.tags[title])}
        reader = draw.process.narrators[titles.narrator[title]].lower()
        assert learner.word(row["genre"]) == (genre if known["genre"] else "")
        assert set(learner.words(row["tags"])) == (tags if known["tags"] else set())
        assert learner.narrator(row["narrator"]) == (reader if known["narrator"] else "")
        assert bool(row["description"]) == known["description"]
        if known["length"]:
            assert learner.length(row["length_min"]) == titles.length[title]


def test_re_issues_go_up_to_two_steps_and_the_last_one_may_be_of_today(first: Service) -> None:
    issues = first.draw.issues
    assert set(issues.count.tolist()) == {1, 2, 3}
    today = (issues.before < issues.count) & (issues.before > 0)
    assert 10 < today.sum() < (issues.count > 1).sum()
    assert first.asked.renamed.any()
    assert len(np.unique(issues.ids)) == issues.ids.size


def test_withdrawn_gone_and_new_titles_are_where_they_belong(
    first: Service, files: dict[str, bytes], today: dict[str, bytes]
) -> None:
    before, after, heard = (
        {row["item_id"] for row in learner.rows_of(content)}
        for content in (files["items.csv"], today["items.csv"], files["interactions.csv"])
    )
    assert heard - before  # withdrawn
    assert before - after  # gone, or sold under another id
    draw = first.draw
    new = set(export.item_id(draw.issues.ids[draw.titles.new, 0]))
    assert len(new) == generator.NEW_TITLES
    assert new <= after
    assert not new & (before | heard)


def test_test_account_stands_out_and_is_nobody_with_a_form(files: dict[str, bytes]) -> None:
    rows = learner.rows_of(files["interactions.csv"])
    heard: dict[str, set[str]] = {}
    for row in rows:
        heard.setdefault(row["user_id"], set()).add(row["item_id"])
    sizes = {user: len(titles) for user, titles in heard.items()}
    (tester,) = [user for user, size in sizes.items() if size > generator.TITLES / 2]
    assert max(size for user, size in sizes.items() if user != tester) <= 100  # with re-issues
    forms = {row["user_id"] for row in learner.rows_of(files["users.csv"])}
    assert len(set(heard) - forms) == generator.UNLISTED + 1


def test_neither_ids_nor_the_order_of_rows_tell_anything(first: Service) -> None:
    popularity = np.bincount(first.draw.histories.title, minlength=generator.TITLES)
    number = first.draw.issues.ids[: generator.TITLES, 0]
    heard = np.bincount(first.draw.histories.listener)
    user = np.array([int(name[2:]) for name in first.draw.user_ids[: generator.KNOWN]])
    for ids, tells in ((number, popularity), (user, heard), (np.arange(len(user)), heard)):
        assert abs(np.corrcoef(ids, tells)[0, 1]) < 4 / len(ids) ** 0.5


def test_history_is_in_the_order_of_time(first: Service) -> None:
    """What was chosen first was heard first: a cut by time is an honest one."""
    draw = first.draw
    rng = np.random.default_rng(0)
    moments = events._first_moments(draw.process, draw.listeners, draw.histories, rng)
    listener = draw.histories.listener
    pairs = itertools.pairwise(range(2_000))
    assert all(moments[a] <= moments[b] for a, b in pairs if listener[a] == listener[b])
