"""The churn project's generator, files, own model, readers and texts. Its checks are tested in
``test_customer_churn_verdicts``, its samples run end to end in ``test_verdicts``."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from apps.checks import messy_csv, scoring, stages
from apps.checks.outputs import UnusableOutput
from apps.checks.projects.customer_churn_prediction import (
    PROJECT,
    checks,
    export,
    generator,
    in_house,
    outputs,
    probes,
    report_checks,
    updated,
)
from tests.checks.projects import churn_learner as learner

TEXTS = Path(__file__).parents[3] / "fixtures" / "projects" / PROJECT.slug
SEEDS = [bytes([number]) * 32 for number in range(20)]
IDS = ("C-1", "C-2")


@pytest.fixture(scope="module")
def draw() -> probes.Draw:
    return probes.make_draw(SEEDS[0])


@pytest.fixture(scope="module")
def main(draw: probes.Draw) -> probes.Asked:
    return probes.main_question(draw)


@pytest.fixture(scope="module")
def past(draw: probes.Draw) -> list[learner.Customer]:
    return learner.read_customers(probes.training_csv(draw))


# The generator ---------------------------------------------------------------------------------


def test_starter_data_is_the_same_for_the_same_seed() -> None:
    assert PROJECT.starter_data(SEEDS[0]) == PROJECT.starter_data(SEEDS[0])


def test_two_seeds_make_two_companies() -> None:
    first, second = (generator.draw_process(seed) for seed in SEEDS[:2])
    assert first.plans != second.plans
    assert first.base != second.base
    assert first.costs != second.costs


def test_every_column_leaks_in_some_draw_and_never_all() -> None:
    leaking = [generator.draw_process(seed).leaking for seed in SEEDS]
    assert {name for names in leaking for name in names} == set(updated.UPDATED)
    assert {len(names) for names in leaking} == {1, 2}


@pytest.mark.parametrize("seed", SEEDS[:8], ids=range(8))
def test_every_company_leaves_a_gap_worth_closing(seed: bytes) -> None:
    process = generator.draw_process(seed)
    sample = generator.draw_held_out(process, seed, "held-out 1")
    risk, costs = sample.risk, process.costs
    naive, best = (costs.of(flags, risk).mean() for flags in (costs.naive(risk), costs.best(risk)))
    assert (naive - best) / naive > generator.SMALLEST_GAP * 0.9
    segment = sample.customers.segment
    for number in range(len(generator.SEGMENTS)):
        assert (segment == number).sum() >= 150
        assert risk[segment == number].mean() > 0.5 * generator.SMALLEST_RATE * risk.mean()


def test_customers_leave_with_their_known_risk(draw: probes.Draw) -> None:
    risk, left = draw.past.risk, draw.past.left
    scatter = np.sqrt((risk * (1 - risk)).sum())
    assert abs((left - risk).sum()) < 4 * scatter
    assert 0.08 < left.mean() < 0.2  # the rarer answer


@pytest.mark.parametrize("seed", SEEDS[:8], ids=range(8))
def test_only_leaking_columns_tell_who_left(seed: bytes) -> None:
    """Given the risk: the others may follow what the snapshot has as well."""
    process = generator.draw_process(seed)
    sample = generator.draw_past(process, seed)
    surprise = sample.left - sample.risk
    for name, values in zip(updated.UPDATED, sample.customers.updated.T, strict=True):
        known = np.isfinite(values)
        levels = np.minimum(values[known], 6).round()
        told = max(_z(surprise[known], levels == level) for level in np.unique(levels))
        assert (told > 15) == (name in process.leaking), (name, told)
        assert told > 15 or told < 4.5, (name, told)


def _z(values: np.ndarray[Any, Any], inside: np.ndarray[Any, Any]) -> float:
    """How many standard errors the mean of ``values`` inside is away from 0."""
    count = int(inside.sum())
    return float(abs(values[inside].sum()) / (values.std() * max(count, 1) ** 0.5))


def test_traffic_change_is_that_of_the_medians() -> None:
    usage = np.array([[10, 12, 900, 5, 0, 6.0], [np.nan, np.nan, 8, 4, np.nan, 6]])
    expected = [np.log(6 / 13), np.log(6 / 9)]
    np.testing.assert_allclose(generator.traffic_change(usage), expected)
    lone = np.array([[np.nan, np.nan, np.nan, 4, 5, 6]])
    assert np.isnan(generator.traffic_change(lone)).all()
    rng = np.random.default_rng(1)
    table = rng.gamma(2, 30, (200, 6))
    table[rng.random(table.shape) < 0.2] = np.nan
    table[:, [0, 5]] = 50.0  # so that no half is empty
    ratio = (np.nanmedian(table[:, 3:], axis=1) + 1) / (np.nanmedian(table[:, :3], axis=1) + 1)
    np.testing.assert_allclose(generator.traffic_change(table), np.clip(np.log(ratio), -2, 1))


def test_unpaid_share_counts_recorded_months_only() -> None:
    paid = np.array([[np.nan, 20, 20, 0, 20, 20.0], [np.nan] * 6, [0.0] * 6])
    found = generator.unpaid(paid, np.array([20.0, 20.0, 20.0]))
    np.testing.assert_allclose(found, [0.2, np.nan, 0.5])


# The export ------------------------------------------------------------------------------------


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def test_training_file_has_all_the_mess_of_the_dictionary(draw: probes.Draw) -> None:
    rows = rows_of(probes.training_csv(draw))
    assert tuple(rows[0]) == (*export.COLUMNS, "left")
    assert len(rows) > len({row["id"] for row in rows}) == generator.TRAIN_ROWS
    assert {row["nps"] for row in rows} >= set(messy_csv.MISSING)
    for column, form in (
        ("monthly_fee", r"\d+\.\d\d"), ("monthly_fee", r"\d+,\d\d"), ("paid_m1", r"€\d+\.\d\d"),
        ("paid_m1", r"\d+ ct"), ("usage_m1", r"\d+\.\d"), ("usage_m2", r"\d+\.\d GB"),
        ("usage_m3", r"\d+ MB"), ("usage_m3", "0"), ("joined_on", r"\d{4}-\d\d-\d\d"),
        ("joined_on", r"\d\d\.\d\d\.\d{4}"), ("contract", "12m"), ("contract", "24m"),
        ("contract", "month to month"), ("segment", "SMALL-BUSINESS|small-business"),
        ("region", " .*"), ("plan", "[A-Z0-9 ]+"), ("support_calls", r"-\d"),
        ("credit_notes", r".*ct"),
    ):  # fmt: skip
        assert any(re.fullmatch(form, row[column]) for row in rows), (column, form)


def test_impossible_values_are_few_and_there(draw: probes.Draw) -> None:
    customers = draw.past.customers
    late = (customers.joined > customers.snapshot).mean()
    assert 0 < late < 0.015
    assert 0 < (customers.support_calls < 0).mean() < 0.015


@pytest.mark.parametrize("seed", SEEDS[:3], ids=range(3))
def test_written_customers_mean_what_was_recorded(seed: bytes) -> None:
    draw = probes.make_draw(seed)
    recorded = draw.past.customers
    rows = learner.once(learner.read_customers(probes.training_csv(draw)))
    place = {name: number for number, name in enumerate(draw.past_ids)}
    order = np.array([place[row["id"]] for row in rows])
    customers = recorded.take(order)
    possible = customers.joined <= customers.snapshot
    calls = np.where(customers.support_calls < 0, np.nan, customers.support_calls)
    usage, written = (
        customers.usage,
        np.column_stack([learner.column(rows, name) for name in learner.TRAFFIC]),
    )
    empty = np.isnan(written) & (usage == 0)  # a month without use, left empty
    assert empty.any()
    for name, values in (
        ("joined_on", np.where(possible, customers.joined, np.nan)),
        ("monthly_fee", customers.fee),
        ("paid_m6", customers.paid[:, 0]),
        ("paid_m1", customers.paid[:, -1]),
        ("support_calls", calls),
        ("late_payments", customers.late_payments),
        ("nps", customers.nps),
        ("credit_notes", customers.updated[:, updated.UPDATED.index("credit_notes")]),
        ("left", draw.past.left[order].astype(float)),
    ):
        np.testing.assert_allclose(learner.column(rows, name), values, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(np.where(empty, 0, written), usage, atol=1e-6)
    letters = [re.sub("[^a-z0-9]", "", name.lower()) for name in draw.process.plans]
    assert [row["plan"] for row in rows] == [
        "" if np.isnan(plan) else letters[int(plan)] for plan in customers.plan
    ]


def test_no_input_of_predict_tells_who_left(draw: probes.Draw, main: probes.Asked) -> None:
    files = [
        main,
        *probes.other_costs(draw, main),
        probes.shuffled(draw, main),
        probes.main_question(draw, factor=2),
    ]
    for asked in files:
        rows = rows_of(asked.question.content)
        assert tuple(rows[0]) == export.COLUMNS
        assert {row["cost_missed"] for row in rows} == {f"{asked.costs.missed:g}"}
        assert len({row["id"] for row in rows}) == len(asked.risk)


def test_leaking_columns_are_empty_and_then_shuffled(draw: probes.Draw, main: probes.Asked) -> None:
    """Shuffled, they hold what they hold in the training data, and tell nothing."""
    asked = probes.shuffled(draw, main)
    left = generator.draw_held_out(draw.process, draw.seed, "held-out 1").left
    for name in draw.process.leaking:
        column = updated.UPDATED.index(name)
        assert np.isnan(main.customers.updated[:, column]).all()
        values = asked.customers.updated[:, column]
        known = np.isfinite(values)
        assert 0.6 < known.mean() < 0.95
        correlations = np.corrcoef(values[known], left[known])
        assert abs(correlations[0, 1]) < 0.06
    others = [n for n, name in enumerate(updated.UPDATED) if name not in draw.process.leaking]
    np.testing.assert_array_equal(
        main.customers.updated[:, others], asked.customers.updated[:, others]
    )


def test_later_customers_have_plans_and_regions_that_are_new(
    main: probes.Asked, past: list[learner.Customer]
) -> None:
    asked = learner.read_customers(main.question.content)
    for name, unseen in (("plan", generator.UNSEEN_PLANS), ("region", generator.UNSEEN_REGIONS)):
        new = {row[name] for row in asked} - {row[name] for row in past}
        assert len(new) == unseen


def test_neither_ids_nor_the_order_of_rows_tell_anything(
    draw: probes.Draw, main: probes.Asked, past: list[learner.Customer]
) -> None:
    left = learner.column(past, "left")
    number = np.array([int(row["id"][2:]) for row in past])
    for ranks in (np.arange(len(past)), number, number % 10, number % 2):
        assert abs(np.corrcoef(ranks, left)[0, 1]) < 4 / len(past) ** 0.5
    asked = probes.shuffled(draw, main)
    assert len(set(asked.question.ids) & set(main.question.ids)) < 100  # those of chance
    order = [row["id"] for row in rows_of(main.question.content)]
    places = {name: place for place, name in enumerate(main.question.ids)}
    ranks = np.array([places[name] for name in dict.fromkeys(order)])
    assert abs(np.corrcoef(np.arange(len(ranks)), ranks)[0, 1]) < 4 / len(ranks) ** 0.5


# The checker's own model -----------------------------------------------------------------------


def test_in_house_model_is_logistic_regression(draw: probes.Draw, main: probes.Asked) -> None:
    model = draw.model
    past, asked = (
        (in_house._features(customers, model.typical) - model.centre) / model.spread
        for customers in (draw.past.customers, main.customers)
    )
    oracle = LogisticRegression(C=1 / in_house.RIDGE, tol=1e-8, max_iter=2_000)
    oracle.fit(past, draw.past.left)
    expected = oracle.predict_proba(asked)[:, 1]
    np.testing.assert_allclose(model.risk(main.customers), expected, atol=1e-4)


def test_in_house_model_is_blind_to_what_is_updated_at_any_time(
    draw: probes.Draw, main: probes.Asked
) -> None:
    asked = probes.shuffled(draw, main).customers
    filled = replace(asked, updated=np.ones_like(asked.updated))
    np.testing.assert_array_equal(draw.model.risk(asked), draw.model.risk(filled))


# Reading what the learner wrote ----------------------------------------------------------------

ANSWER = "id,churn_probability,decision\nC-1,0.07,leave\nC-2,0.5,contact\n"


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "output.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        ANSWER,
        "\ufeffid,churn_probability,decision\r\nC-2,5e-1, contact \r\n\r\nC-1,.07,leave",
    ],
)
def test_answers_are_read_in_the_order_of_the_question(tmp_path: Path, content: str) -> None:
    found = outputs.read_answer(write(tmp_path, content), IDS)
    assert (found.probability.tolist(), found.contact.tolist()) == ([0.07, 0.5], [False, True])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id,churn_probability", "id,probability", "must be “id,churn_probability,decision”"),
        ("0.07", "-0.07", "Line 2: churn_probability is -0.07. A probability lies between 0 and 1"),
        ("0.5", "50", "Line 3: churn_probability is 50."),
        ("0.5", "50 %", "“50 %”, not a number"),
        ("0.5", "nan", "Line 3: churn_probability is nan."),
        ("contact", "call", "Line 3: the decision is “call”; it must be contact or leave."),
        ("contact", "CONTACT", "Line 3: the decision is “CONTACT”"),
        ("contact", "1", "Line 3: the decision is “1”"),
        ("C-2", "C-1", "the id C-1 appears a second time"),
        ("C-2", "C-3", "1 of 2 customers have no decision; the first one is C-2."),
        ("\nC-2,0.5,contact", "", "1 of 2 customers have no decision"),
        (ANSWER, ANSWER + "C-3,0.1,leave\n", "“C-3”, which is not in the input"),
        (ANSWER, "", "The file is empty."),
        ("leave", '"leave', "is not CSV"),
    ],
)
def test_unusable_answers_are_told_in_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_answer(write(tmp_path, ANSWER.replace(old, new)), IDS)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "The file is not UTF-8 text."),
        (
            "id,churn_probability,decision\n"
            + "".join(f"{n},0,leave\n" for n in range(outputs.MAX_ROWS + 1)),
            f"more than {outputs.MAX_ROWS} rows",
        ),
        (b"id,churn_probability,decision\n" + b"\n" * (5 * 2**20), "larger than 4 MiB"),
    ],
)
def test_answers_beyond_the_limits_are_refused(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_answer(write(tmp_path, content), IDS)


REPORT: dict[str, Any] = {
    "metric": "log_loss",
    "chosen": "b",
    "models": [
        {"name": name, "mean": mean, "low": mean - 0.1, "high": mean + 0.1}
        for name, mean in (("a", 0.4), ("b", 0.3), ("c", 0.5))
    ],
}
FOLDS = "id,fold,c,a,b\n" + "".join(
    f"{name},{fold},0.{fold}1,0.{fold}2,0.{fold}3\n"
    for fold, name in enumerate(("C-3", "C-1", "C-4", "C-2"))
)
FOUR = ("C-1", "C-2", "C-3", "C-4")


def model_folder(folder: Path, report: object = REPORT, folds: str = FOLDS) -> Path:
    text = report if isinstance(report, str) else json.dumps(report)
    (folder / "report.json").write_text(text, encoding="utf-8")
    (folder / "folds.csv").write_text(folds, encoding="utf-8")
    return folder


def test_report_is_read_with_its_folds_in_the_order_of_the_ids(tmp_path: Path) -> None:
    found = outputs.read_report(model_folder(tmp_path), FOUR)
    assert found.chosen == "b"
    assert found.claims["a"] == outputs.Claim(mean=0.4, low=0.4 - 0.1, high=0.4 + 0.1)
    assert found.probabilities["a"].tolist() == [0.12, 0.32, 0.02, 0.22]


def changed(**keys: object) -> dict[str, object]:
    return {key: value for key, value in (REPORT | keys).items() if value is not None}


def with_model(**keys: object) -> dict[str, object]:
    models: list[dict[str, object]] = [dict(model) for model in REPORT["models"]]
    models[0] |= keys
    return changed(models=models)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ("[1", "report.json: Line 1, column 3: this is not JSON."),
        ("[]", "report.json: It must hold one object"),
        (changed(metric="roc_auc"), "The key metric must be “log_loss”"),
        (changed(metric=None), "The key metric must be “log_loss”"),
        (changed(models={}), "The key models must hold a list of 1 to 20 models."),
        (changed(models=[]), "The key models must hold a list"),
        (changed(models=REPORT["models"] * 7), "The key models must hold a list"),
        (changed(models=REPORT["models"] * 2), "The model “a” stands there twice."),
        (changed(models=["a", "b"]), "Model 1 must be an object with name, mean, low and high."),
        (changed(chosen="d"), "The key chosen must be the name of one of the models."),
        (changed(chosen=["a"]), "The key chosen must be the name of one of the models."),
        (with_model(name=""), "Model 1 needs a name"),
        (with_model(name=3), "Model 1 needs a name"),
        (with_model(mean="0.4"), "The model “a” needs a number as mean."),
        (with_model(low=True), "The model “a” needs a number as low."),
        (with_model(high=None), "The model “a” needs a number as high."),
        (with_model(low=0.45), "Of the model “a”, low must lie below mean and high above it."),
        (with_model(high=0.4), "Of the model “a”, low must lie below mean"),
        (json.dumps(REPORT).replace("0.4,", "NaN,"), "The value NaN does not exist in JSON."),
        (json.dumps(REPORT).replace("0.4,", "1e999,"), "is too large. Write a finite number."),
        ("[" * 50 + "]" * 50, "more than 6 deep"),
        (" " * 70_000, "larger than 64 KiB"),
        (with_model(name="x"), "folds.csv: Its columns after fold must be the models"),
    ],
)
def test_unusable_reports_are_told_in_a_sentence(
    tmp_path: Path, report: object, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_report(model_folder(tmp_path, report), FOUR)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("id,fold", "fold,id"), "must begin with “id,fold”"),
        (lambda text: text.replace(",c,a,b", ",c,a,d"), "“b” is in only one of the two."),
        (lambda text: text.replace(",c,a,b", ",c,a,a"), "appears twice"),
        (lambda text: text.replace("C-4", "C-3"), "the id C-3 appears a second time"),
        (lambda text: text.replace("C-4", "C-5"), "1 of 4 customers have no row"),
        (lambda text: text.replace("0.21", "1.21"), "Line 4: c is 1.21. A probability lies"),
        (lambda text: text.replace("0.21", ""), "Line 4: c is empty."),
        (lambda text: re.sub(r",[123],0", ",0,0", text), "It names 1 folds; cross-validation"),
    ],
)  # fmt: skip
def test_unusable_folds_are_told_in_a_sentence(
    tmp_path: Path, change: Callable[[str], str], sentence: str
) -> None:
    folds = change(FOLDS)
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_report(model_folder(tmp_path, folds=folds), FOUR)


def test_fold_with_more_than_half_of_the_customers_is_refused(tmp_path: Path) -> None:
    ids = tuple(f"C-{number}" for number in range(8))
    folds = "id,fold,c,a,b\n" + "".join(
        f"{name},{max(number - 5, 0)},0.1,0.2,0.3\n" for number, name in enumerate(ids)
    )
    with pytest.raises(UnusableOutput, match="Fold 0 has more than half of the customers"):
        outputs.read_report(model_folder(tmp_path, folds=folds), ids)


def test_model_without_a_report_is_told_what_to_make(tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.write_text("pickled")
    with pytest.raises(UnusableOutput, match=r"wrote one file to {model}. Make a folder there"):
        outputs.read_report(file, FOUR)
    with pytest.raises(UnusableOutput, match=r"There is no report\.json in the folder {model}"):
        outputs.read_report(tmp_path, FOUR)
    (tmp_path / "report.json").mkdir()
    (tmp_path / "folds.csv").write_text(FOLDS)
    with pytest.raises(UnusableOutput, match=r"report\.json: The output is not an ordinary file"):
        outputs.read_report(tmp_path, FOUR)


def test_reproducibility_compares_probabilities_in_the_order_of_ids(tmp_path: Path) -> None:
    lines = ANSWER.splitlines()
    path = write(tmp_path, "\n".join([lines[0], lines[2], lines[1]]))
    assert PROJECT.read_predictions(path) == [0.07, 0.5]


# The texts -------------------------------------------------------------------------------------


def brief() -> str:
    return (TEXTS / "brief.md").read_text(encoding="utf-8")


def test_brief_tells_every_check_with_its_points() -> None:
    scored = [spec for spec in (*stages.BEFORE_BEHAVIOUR, *PROJECT.checks) if spec.max_score]
    for spec in (*scored, *stages.AFTER_BEHAVIOUR):
        assert re.search(rf"\| `{spec.name}` \| {spec.max_score:g} \|", brief()), spec.name
    assert sum(spec.max_score for spec in (*scored, *stages.AFTER_BEHAVIOUR)) == 100


def test_brief_tells_the_limits_of_each_command() -> None:
    for command, limits in PROJECT.limits.items():
        figures = (
            f"{limits.wall_s:g} s | {limits.cpu_s:g} s | {limits.memory_mb:,} MB | {limits.pids} |"
        )
        assert re.search(
            rf"^\| [^|]*`{command}`[^|]* \| {re.escape(figures)}$", brief(), re.MULTILINE
        )


def test_brief_tells_the_thresholds_of_the_code() -> None:
    rows = generator.HELD_OUT_ROWS
    for sentence in (
        f"{rows:,} customers that your code has never seen",
        f"asked about {rows * scoring.MORE_ROWS_FACTOR:,} others",
        f"less {100 * checks.MARGIN:.0f} percentage points",
        f"less {100 * checks.OTHER_COSTS_MARGIN:.0f} percentage points",
        "a third of how many more the checker's own model contacts",
        f"{probes.CHEAPER:g} and {probes.DEARER:g} times",
        f"at most {100 * checks.MOVED_AT_MOST:.0f} % of the gap",
        f"at most {100 * checks.SEGMENT_BEHIND_AT_MOST:.0f} % of the gap more",
        f"names {outputs.FEWEST_MODELS} to {outputs.MAX_MODELS} models",
        f"within {report_checks.FIGURE_WITHIN}",
        f"{outputs.FEWEST_FOLDS} folds or more, none with more than half",
        f"within {report_checks.CLAIM_WITHIN} standard errors",
        f"up to {outputs.MAX_ROWS:,} rows and {outputs.MAX_BYTES // 2**20} MB",
        f"{checks.CUSTOMERS:,} customers",
    ):
        assert sentence in re.sub(r"\s+", " ", brief()), sentence


def test_brief_front_matter_names_the_project() -> None:
    _, front, _ = brief().split("+++\n", 2)
    matter = tomllib.loads(front)
    assert TEXTS.name == PROJECT.slug
    assert {c for spec in PROJECT.checks for c in spec.concepts} <= set(matter["concepts"])


def test_dictionary_tells_every_column_mark_and_word() -> None:
    text = (TEXTS / "data-dictionary.md").read_text(encoding="utf-8")
    series = re.compile(r"(usage|paid)_m\d")
    for column in (*export.COLUMNS, "left"):
        if not series.fullmatch(column):
            assert f"| `{column}` |" in text, column
    assert "`usage_m6` … `usage_m1`" in text
    assert "`paid_m6` … `paid_m1`" in text
    for mark in messy_csv.MISSING[1:]:
        assert f"`{mark}`" in text, mark
    for word in (*generator.SEGMENTS, *generator.CONTRACTS, *sum(updated.WORDS.values(), ())):
        assert word in text, word
    assert f"{generator.TRAIN_ROWS:,} customers before repetition" in text
