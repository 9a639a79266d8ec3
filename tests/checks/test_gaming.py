"""Tricks that would win points for nothing, each tried on the house-price project.

A classmate's repository is refused by its token (``test_hostile_repositories.py``), and shown to
the mentor once that is changed (``test_similarity.py``, ``tests/submissions/test_similarity.py``).
"""

import hashlib
import json
import shutil
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from apps.checks.check import CheckConfig, Request, check_repository
from apps.checks.projects import PROJECTS
from apps.checks.projects.house_price_prediction import generator, probes
from apps.checks.projects.house_price_prediction.behaviour import behaviour
from apps.checks.results import CheckResult, Test, to_json
from apps.checks.scoring import Floats
from apps.checks.source import Folder
from tests.checks.projects.house_learner import (
    House,
    LearnerSession,
    Predict,
    competent,
    once,
    read_houses,
)
from tests.checks.samples import SAMPLES

PROJECT = PROJECTS["house-price-prediction"]
SEEDS = [hashlib.sha256(f"gaming {number}".encode()).digest() for number in range(6)]
MANIFEST = """
[project]
slug = "house-price-prediction"
token = "mp_abcdefghjkmnpqrstuvwxyz234567892"
[commands]
train = "python play.py train {data} {model}"
predict = "python play.py predict {model} {input} {output}"
explain = "python play.py explain {model} {input} {output}"
test = "python -m pytest -q"
"""
# An honest solution, and what a trick does before or after its work.
PLAY = """
import sys
{before}
import houses
command, *files = sys.argv[1:]
getattr(houses, command)(*files)
{after}
"""


def played(
    folder: Path, config: CheckConfig, *, before: str = "", after: str = "", **files: str
) -> CheckResult:
    """The result of a trick in the sandbox. ``files``: more of them, by name without ``.py``."""
    shutil.copytree(SAMPLES / PROJECT.slug / "independent-script", folder)
    shutil.copy(SAMPLES / PROJECT.slug / "reference/requirements.txt", folder)
    texts = {f"{name}.py": text for name, text in files.items()}
    texts |= {"milepost.toml": MANIFEST, "play.py": PLAY.format(before=before, after=after)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    request = Request(project=PROJECT, source=Folder(folder), seed=SEEDS[0])
    return check_repository(request, config=config)


def named(result: CheckResult, name: str) -> Test:
    return next(test for test in result.tests if test.name == name)


def in_process(predict: Predict, seed: bytes, folder: Path) -> dict[str, Test]:
    """The behaviour checks by name."""
    session = LearnerSession(seed=seed, folder=folder, predict=predict)
    behaviour(session)
    return {test.name: test for test in session.tests}


# Without learning from this draw ---------------------------------------------------------------


def hard_coded(sales: list[House], houses: list[House]) -> Floats:
    """What is true of most towns: so much for each square metre, less for each year."""
    size = np.array([house["size"] for house in houses])
    year = np.nan_to_num([house["year_built"] for house in houses], nan=1985.0)
    return np.asarray(np.log(300_000) + 0.8 * np.log(size / 95) + 0.004 * (year - 1985))


def memorised(sales: list[House], houses: list[House]) -> Floats:
    """A model of the starter data, which came with the repository."""
    starter = PROJECT.starter_data(hashlib.sha256(b"starter").digest())["train.csv"]
    return competent(once(read_houses(starter)), houses)


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
@pytest.mark.parametrize("predict", [hard_coded, memorised])
def test_prediction_that_learns_nothing_here_fails(
    predict: Predict, seed: bytes, tmp_path: Path
) -> None:
    assert in_process(predict, seed, tmp_path)["gap_closed"].status == "failed"


# By what the file is like, and not the houses --------------------------------------------------


def by_place_in_the_file(sales: list[House], houses: list[House]) -> Floats:
    return competent(sales, houses) + np.linspace(-0.1, 0.1, len(houses))


def against_the_rest_of_the_file(sales: list[House], houses: list[House]) -> Floats:
    """As dear on average as the training data: a house's price depends on its neighbours' rows."""
    log_prices = competent(sales, houses)
    return log_prices - log_prices.mean() + competent(sales, sales).mean()


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
@pytest.mark.parametrize("predict", [by_place_in_the_file, against_the_rest_of_the_file])
def test_prediction_that_depends_on_other_rows_fails(
    predict: Predict, seed: bytes, tmp_path: Path
) -> None:
    dirty = in_process(predict, seed, tmp_path)["dirty_rows"]
    assert dirty.status == "failed"
    if predict is against_the_rest_of_the_file:
        assert "never take them from the input" in dirty.hint


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_neither_ids_nor_the_order_of_rows_tell_what_is_asked(seed: bytes) -> None:
    """A rank correlation of 0 has a standard error of 1 / sqrt(rows - 1)."""
    main = probes.main_question(probes.make_draw(seed))
    places = {house["id"]: n for n, house in enumerate(read_houses(main.question.content))}
    rows = np.array([places[name] for name in main.question.ids])
    numbers = np.array([int(name[2:]) for name in main.question.ids])
    held_out = np.arange(len(rows)) < generator.HELD_OUT_ROWS  # the others are changed ones
    for order in (rows, numbers):
        ranks = order.argsort().argsort()
        for told in (held_out.astype(float), main.held_out.expected):
            apart = np.corrcoef(ranks[: len(told)], told)[0, 1]
            assert abs(apart) < 4 / np.sqrt(len(told) - 1)


# In the sandbox --------------------------------------------------------------------------------

SEARCHES = """
import os, pathlib
if sys.argv[1] == "predict":
    house = open(sys.argv[3], encoding="latin-1").readlines()[1].split(",")[0].encode()
    given, found, seen = os.path.realpath(sys.argv[3]), [], 0
    for folder, folders, names in os.walk("/"):
        inner = [(name, os.path.join(folder, name)) for name in folders]
        folders[:] = [name for name, path in inner if path not in ("/proc", "/sys", "/usr")]
        for name in names:
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path) and os.path.getsize(path) < 50_000_000:
                    seen += 1
                    if house in pathlib.Path(path).read_bytes() and os.path.realpath(path) != given:
                        found.append(path)
            except OSError:
                pass
    for process in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            try:
                if house in pathlib.Path("/proc", process, name).read_bytes():
                    found.append(f"/proc/{process}/{name}")
            except OSError:
                pass
    sys.exit(f"searched {seen > 100}, found {found}")
"""


def test_nothing_of_the_checker_can_be_found(tmp_path: Path, check_config: CheckConfig) -> None:
    result = played(tmp_path / "r", check_config, before=SEARCHES)
    assert "searched True, found []" in named(result, "gap_closed").output


REMEMBERS = """
import pathlib
own = {str(pathlib.Path.home()), str(pathlib.Path(__file__).parent)}
places = [pathlib.Path(p, "memo") for p in own | {"/tmp", "/dev/shm", "/var/tmp", "/data"}]
if sys.argv[1] == "predict":
    places.append(pathlib.Path(sys.argv[2] + ".memo"))
known = []
for place in places:
    try:
        known += [str(place)] if place.exists() else []
        place.write_text("asked before")
    except OSError:
        pass
if known:
    sys.exit(f"remembered {known}")
"""


def test_nothing_is_remembered_from_one_command_to_the_next(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    """Otherwise a model that is asked again could answer as it did before."""
    result = played(tmp_path / "r", check_config, before=REMEMBERS)
    assert named(result, "gap_closed").status == "passed", named(result, "gap_closed").output
    assert "remembered" not in json.dumps(to_json(result))


OUTLIVES = """
import os
if sys.argv[1] == "train" and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (0, 1, 2):
            os.close(number)
        os.execv(sys.executable, ["python", "-c", "import time; time.sleep(600)", "{mark}"])
    os._exit(0)
"""


def test_process_that_outlives_its_command_is_gone(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    """It could wait for the next command's input, or train on while others are timed."""
    mark = f"outlives-{uuid4()}"
    result = played(tmp_path / "r", check_config, after=OUTLIVES.replace("{mark}", mark))
    alive = [
        process
        for process in Path("/proc").glob("[0-9]*/cmdline")
        if mark.encode() in read_if_there(process)
    ]
    assert named(result, "gap_closed").status == "passed", named(result, "gap_closed").output
    assert alive == []


def read_if_there(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


SECOND_TIME = """
if sys.argv[1] == "train":
    import json, time
    state = json.load(open(files[1]))
    state["base"] += (time.time_ns() % 997) * 1e-6
    json.dump(state, open(files[1], "w"))
"""


def test_model_that_depends_on_the_clock_is_not_reproducible(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    result = played(tmp_path / "r", check_config, after=SECOND_TIME)
    assert named(result, "reproducible").status == "failed"


PATCHED = """
import math, os, random, time
math.isclose = lambda *rest, **named: True
random.seed = lambda *rest: None
time.time = lambda: 0.0
os.access = lambda *rest, **named: True
"""
ALWAYS_GREEN = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome, report.longrepr = "passed", None
"""


def test_patched_library_and_tests_that_are_always_green_win_nothing(
    tmp_path: Path, check_config: CheckConfig
) -> None:
    result = played(
        tmp_path / "r", check_config, sitecustomize=PATCHED, conftest=ALWAYS_GREEN,
        before="import houses; houses.math.exp = lambda x: 1.0",
    )  # fmt: skip
    own_tests = named(result, "own_tests")
    assert own_tests.status == "passed", (own_tests.output, own_tests.log)
    assert named(result, "tests_notice").status == "failed"
    assert named(result, "gap_closed").status == "failed"


# From the verdict ------------------------------------------------------------------------------


def test_verdict_leads_to_no_seed(tmp_path: Path, check_config: CheckConfig) -> None:
    """Its name is a truncated HMAC under the seed: whoever guesses needs 2^256 tries."""
    result = played(tmp_path / "r", check_config)
    text = json.dumps(to_json(result))
    assert SEEDS[0].hex() not in text
    assert SEEDS[0].hex()[:16] not in text
    held_out = probes.main_question(probes.make_draw(SEEDS[0])).held_out_ids
    assert not [house for house in held_out if house in text]
