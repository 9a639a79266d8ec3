"""What READMEs state, taken again: an honest figure is found, one of a leaking model is not."""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss, root_mean_squared_error

from apps.checks.outputs import UnusableOutput
from apps.checks.project import Estimate, Remeasurement
from apps.checks.projects import PROJECTS
from apps.checks.projects.customer_churn_prediction import probes as churn_probes
from apps.checks.projects.house_price_prediction import probes as house_probes
from apps.checks.readme import ALLOWED_ERRORS, ALLOWED_SHARE, claimed
from apps.checks.scoring import Floats
from tests.checks.projects import churn_learner, house_learner
from tests.checks.projects.churn_learner import Customer
from tests.checks.projects.house_learner import House

SEEDS = [hashlib.sha256(f"readme figure {number}".encode()).digest() for number in range(6)]
HOUSES = PROJECTS["house-price-prediction"].readme_figure
TEXTS = Path(__file__).parents[3] / "fixtures/projects"
CHURN = PROJECTS["customer-churn-prediction"].readme_figure


def put_aside[Row](rows: list[Row], *, seed: bytes) -> tuple[list[Row], list[Row]]:
    """Four fifths to fit, and a fifth to measure on."""
    order = np.random.default_rng(list(seed)).permutation(len(rows))
    cut = len(rows) * 4 // 5
    return [rows[i] for i in order[:cut]], [rows[i] for i in order[cut:]]


def holds(claim: float, found: Estimate) -> bool:
    return abs(claim - found.value) <= ALLOWED_ERRORS * found.error + ALLOWED_SHARE * found.value


def houses_again(again: Remeasurement, predict: house_learner.Predict, folder: Path) -> Estimate:
    sales = house_learner.once(house_learner.read_houses(again.data["data"]))
    asked = house_learner.once(house_learner.read_houses(again.question["input"]))
    path = folder / "output.csv"
    path.write_text(house_learner.prices(asked, predict(sales, asked)), encoding="utf-8")
    return again.measure(path)


def rmse_of(sales: list[House], log_prices: Floats) -> float:
    return float(root_mean_squared_error(np.log([sale["price"] for sale in sales]), log_prices))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("predict", [house_learner.competent, house_learner.naive])
def test_honest_rmse_is_found_again(
    predict: house_learner.Predict, seed: bytes, tmp_path: Path
) -> None:
    again = HOUSES.remeasure(seed)
    found = houses_again(again, predict, tmp_path)
    sales = house_learner.once(house_learner.read_houses(again.data["data"]))
    fitted, aside = put_aside(sales, seed=seed)
    sound = [
        sale for sale in aside if sale["size"] < 300 and sale["price"] <= 12_000 * sale["size"]
    ]
    assert holds(rmse_of(sound, predict(fitted, sound)), found)


def test_rmse_is_that_of_scikit_learn(tmp_path: Path) -> None:
    found = houses_again(HOUSES.remeasure(SEEDS[0]), house_learner.naive, tmp_path)
    draw = house_probes.make_draw(SEEDS[0])
    paid = house_probes.later_sales(draw).log_price
    naive = np.full(len(paid), np.log(np.median(draw.sales.price)))
    assert found.value == pytest.approx(root_mean_squared_error(paid, naive), rel=0.01)


def churn_again(
    again: Remeasurement, predict: Callable[[list[Customer], list[Customer]], Floats], folder: Path
) -> Estimate:
    past = churn_learner.once(churn_learner.read_customers(again.data["data"]))
    asked = churn_learner.once(churn_learner.read_customers(again.question["input"]))
    probability = predict(past, asked)
    path = folder / "output.csv"
    path.write_text(churn_learner.answer(asked, probability, probability > 0.5), encoding="utf-8")
    return again.measure(path)


def log_loss_aside(
    again: Remeasurement, predict: Callable[[list[Customer], list[Customer]], Floats], seed: bytes
) -> float:
    past = churn_learner.once(churn_learner.read_customers(again.data["data"]))
    fitted, aside = put_aside(past, seed=seed)
    left = [customer["left"] for customer in aside]
    return float(log_loss(left, predict(fitted, aside)))


@pytest.mark.parametrize("seed", SEEDS)
def test_honest_log_loss_is_found_again_and_that_of_a_leak_is_not(
    seed: bytes, tmp_path: Path
) -> None:
    again = CHURN.remeasure(seed)
    for predict, honest in ((churn_learner.competent, True), (churn_learner.leaking, False)):
        found = churn_again(again, predict, tmp_path)
        assert holds(log_loss_aside(again, predict, seed), found) is honest


def test_log_loss_is_that_of_scikit_learn_over_the_known_risk(tmp_path: Path) -> None:
    again = CHURN.remeasure(SEEDS[0])
    found = churn_again(again, lambda past, asked: np.full(len(asked), 0.2), tmp_path)
    risk = churn_probes.main_question(churn_probes.make_draw(SEEDS[0])).risk
    weights = np.concatenate([risk, 1 - risk])
    labels = np.repeat([1, 0], len(risk))
    oracle = log_loss(labels, np.full(len(labels), 0.2), sample_weight=weights)
    assert found.value == pytest.approx(oracle)
    spread = math.sqrt(float(risk.mean() * (1 - risk.mean()))) * math.log(0.8 / 0.2)
    assert found.error == pytest.approx(spread / math.sqrt(6_000 / 5))


@pytest.mark.parametrize("slug", PROJECTS)
def test_answer_that_cannot_be_read_is_told(slug: str, tmp_path: Path) -> None:
    path = tmp_path / "output.csv"
    path.write_text("id\n", encoding="utf-8")
    with pytest.raises(UnusableOutput):
        PROJECTS[slug].readme_figure.remeasure(SEEDS[0]).measure(path)


@pytest.mark.parametrize("slug", PROJECTS)
def test_brief_tells_the_figure_as_it_is_read(slug: str) -> None:
    figure = PROJECTS[slug].readme_figure
    brief = (TEXTS / slug / "brief.md").read_text(encoding="utf-8")
    assert figure.example in brief
    assert len(claimed(figure.example, figure.words)) == 1
