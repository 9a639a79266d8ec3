"""The house-price project without a sandbox. Its samples run end to end in test_verdicts.py."""

import csv
import io
import math
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from apps.checks import messy_csv, scoring, stages
from apps.checks.outputs import UnusableOutput
from apps.checks.projects.house_price_prediction import (
    PROJECT,
    checks,
    export,
    generator,
    in_house,
    outputs,
    probes,
)
from apps.checks.scoring import Floats, gap_share
from tests.checks.projects import house_learner as learner

TEXTS = Path(__file__).parents[3] / "fixtures" / "projects" / PROJECT.slug
SEEDS = [bytes([number]) * 32 for number in range(20)]
IDS = ("H-1", "H-2")


@pytest.fixture(scope="module")
def draw() -> probes.Draw:
    return probes.make_draw(SEEDS[0])


@pytest.fixture(scope="module")
def main(draw: probes.Draw) -> probes.Main:
    return probes.main_question(draw)


# The generator ---------------------------------------------------------------------------------


def test_starter_data_is_the_same_for_the_same_seed() -> None:
    assert PROJECT.starter_data(SEEDS[0]) == PROJECT.starter_data(SEEDS[0])


def test_two_seeds_make_two_towns() -> None:
    first, second = (generator.draw_process(seed) for seed in SEEDS[:2])
    assert first.locations != second.locations
    assert first.base != second.base


def test_streams_of_two_purposes_are_unrelated() -> None:
    first, second = (generator.stream(SEEDS[0], name).random(1000) for name in ("a", "b"))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


@pytest.mark.parametrize("seed", SEEDS[:8], ids=range(8))
def test_every_town_leaves_a_gap_worth_closing(seed: bytes) -> None:
    process = generator.draw_process(seed)
    expected = generator.draw_held_out(process, seed, "held-out").expected
    assert np.std(expected) > generator.SMALLEST_GAP * 0.9


@pytest.mark.parametrize("seed", SEEDS[:8], ids=range(8))
def test_expected_price_rises_with_size_and_falls_with_age(seed: bytes) -> None:
    effects = probes.main_question(probes.make_draw(seed)).effects
    assert math.expm1(effects.size_effect) > 5 * checks.LARGER_AT_LEAST
    assert -math.expm1(effects.age_effect) > 2 * checks.OLDER_AT_LEAST


def test_sales_scatter_around_the_expectation_with_the_noise_of_the_town(
    draw: probes.Draw, main: probes.Main
) -> None:
    luck = main.held_out.realised - main.held_out.expected
    assert abs(luck.mean()) < 4 * draw.process.noise / math.sqrt(len(luck))
    assert luck.std() == pytest.approx(draw.process.noise, rel=0.1)


@pytest.mark.parametrize("seed", SEEDS[:8], ids=range(8))
def test_typed_zeros_too_many_are_exactly_what_the_dictionary_says(seed: bytes) -> None:
    sales = probes.make_draw(seed).sales
    size, price = sales.houses.size, sales.price
    size_typos = size > generator.LARGEST_SIZE
    mended = np.where(size_typos, size / 10, size)
    assert mended.min() >= generator.SMALLEST_SIZE
    assert 0 < size_typos.mean() < 0.01
    price_typos = price / mended > generator.HIGHEST_PRICE_PER_M2
    assert 0 < price_typos.mean() < 0.01
    assert (price[price_typos] / 10 / mended[price_typos] < generator.HIGHEST_PRICE_PER_M2).all()


def test_energy_labels_come_late(draw: probes.Draw) -> None:
    houses = draw.sales.houses
    late = houses.listed >= draw.process.label_day
    missing = np.isnan(houses.energy_label)
    assert missing[~late].mean() > 0.9
    assert missing[late].mean() < 0.1


def test_held_out_houses_are_complete(main: probes.Main) -> None:
    assert main.held_out.expected.shape == (generator.HELD_OUT_ROWS,)
    assert np.isfinite(main.held_out.expected).all()


# The export ------------------------------------------------------------------------------------


def test_training_file_has_all_the_mess_of_the_dictionary(draw: probes.Draw) -> None:
    content = probes.training_csv(draw)
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert "é".encode() in content
    rows = list(csv.DictReader(io.StringIO(content.decode("latin-1"))))
    assert tuple(rows[0]) == (*export.COLUMNS, "price")
    assert len(rows) > len({row["id"] for row in rows}) == generator.TRAIN_ROWS
    assert {row["energy_label"] for row in rows} >= set(messy_csv.MISSING)
    assert any("sq ft" in row["size"] for row in rows)
    assert any(re.fullmatch(r"\d\d\.\d\d\.\d{4}", row["listed_on"]) for row in rows)


@pytest.mark.parametrize("seed", SEEDS[:4], ids=range(4))
def test_dirty_rows_mean_the_same_as_tidy_ones(seed: bytes) -> None:
    draw = probes.make_draw(seed)
    houses = generator.draw_houses(draw.process, generator.stream(seed, "test"), rows=300)
    tidy, dirty = (
        learner.read_houses(
            export.write_csv(
                houses,
                ids=[f"H-{number}" for number in range(300)],
                locations=draw.process.locations,
                writing=writing,
                rng=generator.stream(seed, "writing"),
            )
        )
        for writing in (export.TIDY, export.DIRTY)
    )
    by_id = {house["id"]: house for house in tidy}
    assert len(dirty) > len(tidy) == 300
    for house in dirty:
        same = by_id[house["id"]]
        assert house["location"] == same["location"]
        for name in (*learner.NUMBERS, "energy_label"):
            assert house[name] == pytest.approx(same[name], rel=2e-3, abs=0.01)


def test_no_input_of_predict_holds_a_price(draw: probes.Draw, main: probes.Main) -> None:
    files = [
        main.question,
        probes.dirty_question(draw, main).question,
        probes.unseen_question(draw, main).question,
        probes.explain_question(draw, main),
        probes.more_held_out(draw, 4)[0],
    ]
    for question in files:
        header = question.content.splitlines()[0].decode()
        assert tuple(header.split(",")) == export.COLUMNS


def test_unseen_locations_are_in_no_training_data(draw: probes.Draw, main: probes.Main) -> None:
    known = {house["location"] for house in learner.read_houses(probes.training_csv(draw))}
    unseen = probes.unseen_question(draw, main).question
    asked = {house["location"] for house in learner.read_houses(unseen.content)}
    assert len(known) == generator.LOCATION_COUNT
    assert not known & asked


def test_explained_houses_are_those_of_the_first_question(
    draw: probes.Draw, main: probes.Main
) -> None:
    asked = learner.read_houses(probes.explain_question(draw, main).content)
    first = {house["id"]: house for house in learner.read_houses(main.question.content)}
    assert [first[house["id"]] for house in asked] == asked


# The checker's own model -----------------------------------------------------------------------


def test_in_house_model_is_ridge_regression(draw: probes.Draw, main: probes.Main) -> None:
    houses, price = in_house._without_typos(draw.sales)
    model = draw.model
    features = (in_house._features(houses, model.typical) - model.centre) / model.spread
    ridge = Ridge(alpha=in_house.RIDGE).fit(features, np.log(price))
    asked = main.held_out.houses
    table = (in_house._features(asked, model.typical) - model.centre) / model.spread
    np.testing.assert_allclose(model.log_price(asked), ridge.predict(table), rtol=1e-8)


# Reading what the learner wrote ----------------------------------------------------------------

EXPLAINED = "id,scale,base,size,location,year_built\nH-1,log_price,12,0.1,0.2,-0.1\n"


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "output.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "id,price\nH-1,100000\nH-2,2.5e5\n",
        "\ufeffid,price\r\nH-2,250000.0\r\n\r\nH-1,1e5",
        'id,price\n"H-1"," 100000 "\nH-2,+250000',
    ],
)
def test_predictions_are_read_as_log_prices_by_id(tmp_path: Path, content: str) -> None:
    found = outputs.read_predictions(write(tmp_path, content), IDS)
    assert found["H-1"] == pytest.approx(math.log(100_000))
    assert found["H-2"] == pytest.approx(math.log(250_000))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty."),
        (b"\xff\xfe\x00", "The file is not UTF-8 text."),
        ("price,id\n1,H-1\n", "must be “id,price”"),
        ("id,price\nH-1,1\nH-2\n", "Line 3 has 1 cells; the first line has 2."),
        ("id,price\nH-1,1\nH-2,nan\n", "Line 3: price is nan."),
        ("id,price\nH-1,1\nH-2,\n", "Line 3: price is empty."),
        ("id,price\nH-1,inf\nH-2,1\n", "Line 2: price is infinite."),
        ("id,price\nH-1,1e999\nH-2,1\n", "Line 2: price is infinite."),
        ("id,price\nH-1,0\nH-2,1\n", "A price must be between 1"),
        ("id,price\nH-1,-5\nH-2,1\n", "A price must be between 1"),
        ("id,price\nH-1,1_000\nH-2,1\n", "“1_000”, not a number"),
        ("id,price\nH-1,١٢\nH-2,1\n", "not a number"),
        ("id,price\nH-1,1\n", "1 of 2 houses have no prediction; the first one is H-2."),
        ("id,price\nH-1,1\nH-1,1\nH-2,1\n", "the id H-1 appears a second time"),
        ("id,price\nH-1,1\nH-2,1\nH-3,1\n", "“H-3”, which is not in the input"),
        ('id,price\nH-1,1\n"H-2,1\n', "is not CSV"),
        ("id,price\nH-1," + "1" * 201, "Line 2 has a cell of more than 200 characters."),
        ("id,price\n" + "".join(f"{n},1\n" for n in range(20_001)), "more than 20000 rows"),
        (b"id,price\n" + b"\n" * (5 * 2**20), "larger than 4 MiB"),
    ],
)
def test_unusable_predictions_are_told_in_a_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_predictions(write(tmp_path, content), IDS)


def test_output_that_is_no_file_is_refused(tmp_path: Path) -> None:
    target = write(tmp_path, "id,price\nH-1,1\nH-2,1\n")
    link = tmp_path / "link"
    link.symlink_to(target)
    for path in (tmp_path, link, tmp_path / "absent"):
        with pytest.raises(UnusableOutput, match="not an ordinary file"):
            outputs.read_predictions(path, IDS)


def test_explanations_add_up_on_either_scale(tmp_path: Path) -> None:
    found = outputs.read_explanations(write(tmp_path, EXPLAINED), ("H-1",))["H-1"]
    assert found.log_price == pytest.approx(12.2)
    money = EXPLAINED.replace("log_price,12,0.1,0.2,-0.1", "price,1000,500,100,-200")
    found = outputs.read_explanations(write(tmp_path, money), ("H-1",))["H-1"]
    assert found.log_price == pytest.approx(math.log(1400))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id,scale,base", "id,base,scale", "must begin with “id,scale,base”"),
        ("location", "loc", "“loc” is no column of the data dictionary"),
        ("year_built", "rooms", "no column year_built"),
        ("year_built", "size", "appears twice"),
        ("log_price,", "log,", "the scale is “log”"),
        ("0.2", "NaN", "location is NaN"),
        ("0.2", "-1.1e12", "Line 2: a number is beyond a million million."),
        ("12,0.1", "1e308,1e308", "Line 2: a number is beyond a million million."),
    ],
)
def test_unusable_explanations_are_told_in_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_explanations(write(tmp_path, EXPLAINED.replace(old, new)), ("H-1",))


# The checks ------------------------------------------------------------------------------------


def run(seed: bytes, folder: Path, predict: learner.Predict) -> learner.LearnerSession:
    session = learner.LearnerSession(seed, folder, predict)
    PROJECT.behaviour(session)
    return session


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_competent_learner_passes_and_naive_one_fails(seed: bytes, tmp_path: Path) -> None:
    session = run(seed, tmp_path, learner.competent)
    assert {test.name: test.status for test in session.tests} == {
        spec.name: "passed" for spec in PROJECT.checks
    }
    metric = next(metric for metric in session.metrics if metric.name == "gap_closed")
    assert metric.threshold is not None
    assert metric.value - metric.threshold >= 5  # percentage points
    session = run(seed, tmp_path, learner.naive)
    failed = {test.name for test in session.tests if test.status == "failed"}
    # One price for every house can also be absurd for a house in an unseen location.
    assert {"gap_closed", "effect_signs"} <= failed
    assert not failed & {"dirty_rows", "explain_adds_up"}


def test_pass_is_confirmed_in_a_second_town(draw: probes.Draw, tmp_path: Path) -> None:
    """Whoever knows the first town by heart has learned nothing of the second one."""
    known = learner.once(learner.read_houses(probes.training_csv(draw)))

    def by_heart(sales: list[learner.House], houses: list[learner.House]) -> Floats:
        same = learner.once(sales)[0]["id"] == known[0]["id"]
        return (learner.competent if same else learner.naive)(sales, houses)

    test = next(t for t in run(draw.seed, tmp_path, by_heart).tests if t.name == "gap_closed")
    assert test.status == "failed"
    assert test.output.startswith(
        "In a first town you closed 94 % (needed: 80 %). In a second one,"
    )
    assert "you closed 0 % of the gap" in test.output


def test_share_at_the_threshold_is_measured_on_more_rows(
    draw: probes.Draw, main: probes.Main, tmp_path: Path
) -> None:
    shift = _shift_to_the_threshold(draw, main)

    def shifted(sales: list[learner.House], houses: list[learner.House]) -> Floats:
        return learner.competent(sales, houses) + shift

    decided = run(draw.seed, tmp_path, learner.competent)
    undecided = run(draw.seed, tmp_path, shifted)
    assert decided.calls[:3] == ["train", "predict", "train"]  # the last one in the second town
    assert undecided.calls[:3] == ["train", "predict", "predict"]


def _shift_to_the_threshold(draw: probes.Draw, main: probes.Main) -> float:
    """What to add to the competent log prices so that they close exactly what is needed."""
    sales = learner.read_houses(probes.training_csv(draw))
    houses = learner.read_houses(main.question.content)
    prices = learner.competent(sales, houses).tolist()
    by_id = dict(zip((house["id"] for house in houses), prices, strict=True))
    expected = main.held_out.expected
    errors = checks.in_order(by_id, main.held_out_ids) - expected
    in_house = gap_share(
        (draw.model.log_price(main.held_out.houses) - expected) ** 2,
        naive=(draw.baseline - expected) ** 2,
        root=True,
    )
    wanted = (1 - in_house.share + checks.MARGIN) * in_house.naive_loss
    bias, square = float(errors.mean()), float((errors**2).mean())
    return math.sqrt(bias**2 - square + wanted**2) - bias


@pytest.mark.parametrize(
    ("broken", "failed", "unreached"),
    [
        ("train", {"gap_closed"}, 4),
        ("predict", {"gap_closed"}, 4),
        ("explain", {"explain_adds_up"}, 0),
    ],
)
def test_command_that_stops_fails_its_check_and_names_the_unreached(
    tmp_path: Path, broken: str, failed: set[str], unreached: int
) -> None:
    session = learner.LearnerSession(
        SEEDS[0], tmp_path, learner.competent, broken=frozenset({broken})
    )
    PROJECT.behaviour(session)
    assert [test.name for test in session.tests] == [spec.name for spec in PROJECT.checks]
    ran = {test.name for test in session.tests if test.ran and test.status == "failed"}
    assert ran == failed
    assert sum(not test.ran for test in session.tests) == unreached


def test_shifted_dirty_rows_fail_in_shares(draw: probes.Draw, main: probes.Main) -> None:
    asked = probes.dirty_question(draw, main)
    tidy = dict.fromkeys(main.question.ids, 12.0)
    dirty = dict.fromkeys(asked.question.ids, 12.0)
    assert checks.judge_dirty(tidy, dirty, asked).status == "passed"
    for _, house in asked.rewritten[:20]:
        dirty[house] = 12.1
    assert "For 10 % of them" in checks.judge_dirty(tidy, dirty, asked).output
    dirty = dict.fromkeys(asked.question.ids, 12.0) | {house: 13.0 for _, house in asked.gappy[:9]}
    assert "for 9 % of 100 houses" in checks.judge_dirty(tidy, dirty, asked).output


def test_absurd_prices_of_unseen_locations_fail(draw: probes.Draw, main: probes.Main) -> None:
    asked = probes.unseen_question(draw, main)
    right = dict(zip(asked.question.ids, asked.expected.tolist(), strict=True))
    assert checks.judge_unseen(right, asked).status == "passed"
    wrong = {house: price - 1 for house, price in right.items()}
    assert checks.judge_unseen(wrong, asked).status == "failed"


@pytest.mark.parametrize("total", [11.99, 12.01, math.nan])
def test_explanation_that_misses_the_prediction_fails(total: float) -> None:
    said = outputs.Explanation(scale="log_price", base=total, contributions={"size": 0.0})
    assert checks.judge_explanations({"H-1": said}, {"H-1": 12.0}).status == "failed"
    right = replace(said, base=12.0002)
    assert checks.judge_explanations({"H-1": right}, {"H-1": 12.0}).status == "passed"


def test_explanation_with_a_base_of_its_own_for_each_house_fails() -> None:
    """Else the whole prediction could be called base, and nothing explained."""
    said = {
        house: outputs.Explanation(scale="log_price", base=base, contributions={"size": 0.5})
        for house, base in (("H-1", 11.5), ("H-2", 11.7))
    }
    predictions = {"H-1": 12.0, "H-2": 12.2}
    test = checks.judge_explanations(said, predictions)
    assert test.status == "failed"
    assert test.output.startswith("The base takes 2 values on 2 houses")


@pytest.mark.parametrize(
    ("larger", "older", "contributions", "hint"),
    [
        (0.1, -0.05, (0.1, -0.05), ""),
        (0.1, -0.05, None, ""),
        (-0.1, -0.05, None, "larger house must be dearer"),
        (0.1, 0.0, None, "older house must be cheaper"),
        (0.1, -0.05, (-0.1, -0.05), "contribution of size"),
        (0.1, -0.05, (0.1, 0.05), "contribution of year_built"),
    ],
)
def test_wrong_sign_fails_and_says_which(
    main: probes.Main,
    larger: float,
    older: float,
    contributions: tuple[float, float] | None,
    hint: str,
) -> None:
    effects = main.effects
    predictions = (
        dict.fromkeys(effects.plain_ids, 12.0)
        | dict.fromkeys(effects.larger_ids, 12.0 + larger)
        | dict.fromkeys(effects.older_ids, 12.0 + older)
    )
    test = checks.judge_signs(predictions, effects, contributions)
    assert (test.status == "failed") == bool(hint)
    assert hint in test.hint


def test_verdict_gives_away_neither_seed_nor_held_out_features(tmp_path: Path) -> None:
    session = run(SEEDS[0], tmp_path, learner.naive)
    told = repr((session.tests, session.metrics, session.charts))
    assert SEEDS[0].hex() not in told
    assert not any(location in told for location in probes.make_draw(SEEDS[0]).process.locations)


def test_reproducibility_compares_log_prices_in_the_order_of_ids(tmp_path: Path) -> None:
    path = write(tmp_path, "id,price\nH-2,20\nH-1,10\n")
    assert PROJECT.read_predictions(path) == pytest.approx([math.log(10), math.log(20)])


# The texts -------------------------------------------------------------------------------------


def test_brief_tells_every_check_with_its_points() -> None:
    brief = (TEXTS / "brief.md").read_text(encoding="utf-8")
    scored = [spec for spec in (*stages.BEFORE_BEHAVIOUR, *PROJECT.checks) if spec.max_score]
    for spec in (*scored, *stages.AFTER_BEHAVIOUR):
        assert re.search(rf"\| `{spec.name}` \| {spec.max_score:g} \|", brief), spec.name


def test_brief_tells_the_limits_of_each_command() -> None:
    brief = (TEXTS / "brief.md").read_text(encoding="utf-8")
    for command, limits in PROJECT.limits.items():
        figures = (
            f"{limits.wall_s:g} s | {limits.cpu_s:g} s | {limits.memory_mb:,} MB | {limits.pids} |"
        )
        assert re.search(
            rf"^\| [^|]*`{command}`[^|]* \| {re.escape(figures)}$", brief, re.MULTILINE
        )


def test_brief_tells_the_thresholds_of_the_code() -> None:
    brief = (TEXTS / "brief.md").read_text(encoding="utf-8")
    share, larger = 100 * checks.SHARE_WITHIN, 100 * (probes.SIGN_SIZE_FACTOR - 1)
    for sentence in (
        f"{generator.HELD_OUT_ROWS:,} houses that your code has never seen",
        f"asked about {generator.HELD_OUT_ROWS * scoring.MORE_ROWS_FACTOR:,} more",
        "confirmed in a second town",
        f"less {100 * checks.MARGIN:.0f} percentage points",
        f"{share:.0f} % of the houses within {100 * checks.SHIFT_ALLOWED:.0f} %",
        f"{share:.0f} % within a factor of {checks.GAP_FACTOR:g}",
        f"within a factor of {checks.UNSEEN_FACTOR:g}",
        f"within {100 * checks.ADDS_UP_WITHIN:.1f} %",
        f"{larger:.0f} % larger is dearer by {100 * checks.LARGER_AT_LEAST:.0f} %",
        f"{probes.SIGN_YEARS} years earlier cheaper by {100 * checks.OLDER_AT_LEAST:.0f} %",
        f"up to {outputs.MAX_ROWS:,} rows and {outputs.MAX_BYTES // 2**20} MB",
    ):
        assert sentence in brief, sentence


def test_brief_front_matter_names_the_project() -> None:
    _, front, _ = (TEXTS / "brief.md").read_text(encoding="utf-8").split("+++\n", 2)
    matter = tomllib.loads(front)
    assert TEXTS.name == PROJECT.slug
    assert {c for spec in PROJECT.checks for c in spec.concepts} <= set(matter["concepts"])


def test_dictionary_tells_every_column_mark_and_rule() -> None:
    text = (TEXTS / "data-dictionary.md").read_text(encoding="utf-8")
    for column in (*export.COLUMNS, "price"):
        assert f"| `{column}` |" in text, column
    for mark in messy_csv.MISSING[1:]:
        assert f"- `{mark}`" in text, mark
    for figure in (
        f"from {generator.SMALLEST_SIZE:g} to {generator.LARGEST_SIZE:g} m²",
        f"no home is larger than {generator.LARGEST_SIZE:g} m²",
        f"no home costs more than {generator.HIGHEST_PRICE_PER_M2:,.0f} for each m²",
        f"One square metre is {export.SQUARE_FEET} square feet",
        f"{generator.TRAIN_ROWS:,} sales before repetition",
    ):
        assert figure in text, figure
