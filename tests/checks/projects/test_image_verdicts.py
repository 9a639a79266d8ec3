"""The checks of the image project in one process: with planted faults, and in what they say. How
often a verdict on accuracy is wrong: ``test_image_error_rates``."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from apps.checks.draws import second_seed
from apps.checks.projects.image_classification import (
    PROJECT,
    checks,
    disturb,
    probes,
)
from apps.checks.results import Test
from tests.checks.projects import image_learner as learner

SEED = hashlib.sha256(b"image verdicts").digest()
NAMES = [spec.name for spec in PROJECT.checks]
FIGURES = [figure.spec.name for figure in checks.FIGURES]
type Draws = list[tuple[probes.Draw, probes.Asked]]
type Change = Callable[[probes.Draw, probes.Asked], "np.ndarray[tuple[int], np.dtype[np.int64]]"]


@pytest.fixture(scope="module")
def draws() -> Draws:
    """The first factory and the second one, with their main questions."""
    with threadpool_limits(1):
        made = [probes.make_draw(seed) for seed in (SEED, second_seed(SEED))]
        return [(draw, probes.main_question(draw)) for draw in made]


def as_in_house(
    _draw: probes.Draw, asked: probes.Asked
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return asked.in_house


def knows(
    draws: Iterable[tuple[probes.Draw, probes.Asked]], change: Change = as_in_house
) -> learner.Label:
    """The label of each picture that it has seen, and nothing of any other file."""
    said = {
        file.content: draw.process.names[line]
        for draw, asked in draws
        for file, line in zip(asked.files, change(draw, asked), strict=True)
    }
    return lambda content: said.get(content, "")


def responds(draws: Draws, label: learner.Label) -> learner.Respond:
    names = draws[0][0].process.names

    def respond(content: bytes | None) -> tuple[int, object]:
        found = label(content) if content is not None else ""
        if not found:
            return 422, {"error": "This file cannot be used."}
        rest = 0.2 / (len(names) - 1)
        return 200, {
            "label": found,
            "probabilities": {name: 0.8 if name == found else rest for name in names},
        }

    return respond


def run(
    folder: Path,
    draws: Draws,
    *,
    label: learner.Label | None = None,
    respond: learner.Respond | None = None,
    breaks: Callable[[str, int], bool] = lambda _command, _call: False,
) -> learner.LearnerSession:
    root = folder / "repository"
    root.mkdir()
    label = label or knows(draws)
    respond = respond or responds(draws, label)
    session = learner.LearnerSession(SEED, folder, root, label, respond, breaks)
    PROJECT.behaviour(session)
    assert sorted(test.name for test in session.tests) == sorted(NAMES)
    return session


def failed(session: learner.LearnerSession) -> set[str]:
    return {test.name for test in session.tests if test.status == "failed"}


def told(session: learner.LearnerSession, name: str) -> Test:
    return next(test for test in session.tests if test.name == name)


# Whole runs --------------------------------------------------------------------------------------


def test_learner_as_good_as_the_in_house_network_passes(draws: Draws, tmp_path: Path) -> None:
    session = run(tmp_path, draws)
    assert failed(session) == set()
    assert session.calls == ["train", "predict", "predict", "serve", "train", "predict"]
    assert [metric.name for metric in session.metrics] == FIGURES
    assert {chart.name for chart in session.charts} == {
        *FIGURES,
        "bad_files",
        "upload",
        "bad_uploads",
    }
    assert sum(test.max_score for test in session.tests) == 65


def test_linear_model_fails_on_quality(draws: Draws, tmp_path: Path) -> None:
    session = run(tmp_path, draws, label=knows(draws, lambda _draw, asked: asked.linear))
    assert failed(session) == set(FIGURES)
    assert session.calls.count("train") == 1
    output = told(session, "clean").output
    assert "30,000 tiles a year" in output
    assert "Needed for this draw" in output


def test_pass_is_confirmed_in_a_second_factory(draws: Draws, tmp_path: Path) -> None:
    session = run(tmp_path, draws, label=knows(draws[:1]))
    assert failed(session) == set(FIGURES)
    assert told(session, "blur").output.startswith("In a first factory it was")


@pytest.mark.parametrize("condition", disturb.CONDITIONS[1:])
def test_fault_in_one_condition_fails_that_check_alone(
    draws: Draws, tmp_path: Path, condition: str
) -> None:
    def change(
        draw: probes.Draw, asked: probes.Asked
    ) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        rng = np.random.default_rng(1)
        spoilt = asked.rows(condition) & (rng.random(len(asked.line)) < 0.3)
        return np.where(spoilt, (asked.line + 1) % len(draw.process.names), asked.in_house)

    session = run(tmp_path, draws, label=knows(draws, change))
    assert failed(session) == {condition}
    assert "augmentation" in told(session, condition).hint


def test_form_that_is_not_read_is_named(draws: Draws, tmp_path: Path) -> None:
    known = knows(draws)
    refused = {file.content for _, asked in draws for file in asked.files if file.form == "alpha"}
    session = run(
        tmp_path, draws, label=lambda content: "" if content in refused else known(content)
    )
    assert "clean" in failed(session)
    assert "alpha" in told(session, "clean").hint


@pytest.mark.parametrize(
    ("breaks", "missed", "unreached"),
    [
        (lambda command, call: command == "train", ["clean"], NAMES[2:]),
        (lambda command, call: command == "predict", ["clean"], NAMES[2:]),
        (lambda command, call: (command, call) == ("predict", 1), ["bad_files"], []),
        (lambda command, call: (command, call) == ("train", 1), FIGURES, []),
        (lambda command, call: (command, call) == ("predict", 2), FIGURES, []),
    ],
    ids=["train", "predict", "bad files", "second train", "second predict"],
)
def test_command_that_stops_fails_its_check_and_names_the_unreached(
    draws: Draws,
    tmp_path: Path,
    breaks: Callable[[str, int], bool],
    missed: list[str],
    unreached: list[str],
) -> None:
    session = run(tmp_path, draws, breaks=breaks)
    assert sorted(test.name for test in session.tests if not test.ran) == sorted(unreached)
    assert failed(session) == {*missed, *unreached}
    for name in missed:
        assert told(session, name).output == "It stopped."
        assert told(session, name).hint


def test_verdict_gives_away_neither_seed_nor_files(draws: Draws, tmp_path: Path) -> None:
    session = run(tmp_path, draws, label=knows(draws, lambda _draw, asked: asked.linear))
    text = repr((session.tests, session.metrics, session.charts))
    assert SEED.hex() not in text
    assert not any(name in text for name in draws[0][1].question.ids)


# Files and uploads -------------------------------------------------------------------------------


def test_line_for_a_bad_file_fails_and_names_its_kind(draws: Draws, tmp_path: Path) -> None:
    known, guess = knows(draws), draws[0][0].process.names[0]
    session = run(
        tmp_path,
        draws,
        label=lambda content: known(content) or guess,
        respond=responds(draws, known),
    )
    assert failed(session) == {"bad_files"}
    assert told(session, "bad_files").evidence["named_a_line"] == 24
    assert "cut off" in told(session, "bad_files").output


def test_answers_that_move_with_the_other_files_fail(draws: Draws, tmp_path: Path) -> None:
    known, names = knows(draws), draws[0][0].process.names
    calls = [0]

    def label(content: bytes) -> str:
        calls[0] += 1
        found = known(content)
        asked_again = len(draws[0][1].files) < calls[0] <= len(draws[0][1].files) + 144
        late = asked_again and calls[0] % 7 == 0
        return names[(names.index(found) + 1) % len(names)] if found and late else found

    session = run(tmp_path, draws, label=label, respond=responds(draws, known))
    assert "bad_files" in failed(session)
    assert "own file only" in told(session, "bad_files").hint


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda status, value: (500, value), "answered 500"),
        (lambda status, value: (200, b"no json"), "not JSON"),
        (lambda status, value: (200, [1]), "no JSON object"),
        (lambda status, value: (200, value | {"label": 7}), "label is “7”"),
        (lambda status, value: (200, {"label": value["label"]}), "exactly one entry"),
        (
            lambda status, value: (
                200,
                value | {"probabilities": dict.fromkeys(value["probabilities"], "0.2")},
            ),
            "not a number from 0 to 1",
        ),
        (
            lambda status, value: (
                200,
                value | {"probabilities": dict.fromkeys(value["probabilities"], 0.9)},
            ),
            "add up to",
        ),
        (
            lambda status, value: (
                200,
                value
                | {
                    "probabilities": {
                        name: 0.0
                        if name == value["label"]
                        else 1 / (len(value["probabilities"]) - 1)
                        for name in value["probabilities"]
                    }
                },
            ),
            "larger probability",
        ),
    ],
)  # fmt: skip
def test_answer_of_another_form_fails(
    draws: Draws, tmp_path: Path, spoil: Callable[[int, object], tuple[int, object]], said: str
) -> None:
    right = responds(draws, knows(draws))

    def respond(content: bytes | None) -> tuple[int, object]:
        status, value = right(content)
        return spoil(status, value) if status == 200 else (status, value)

    session = run(tmp_path, draws, respond=respond)
    assert "upload" in failed(session)
    assert failed(session) <= {"upload", "bad_uploads"}
    assert said in told(session, "upload").output


def test_server_that_names_another_line_than_predict_fails(draws: Draws, tmp_path: Path) -> None:
    known, names = knows(draws), draws[0][0].process.names

    def other(content: bytes) -> str:
        found = known(content)
        return names[(names.index(found) + 1) % len(names)] if found else ""

    session = run(tmp_path, draws, respond=responds(draws, other))
    assert failed(session) == {"upload"}
    assert "another line than predict" in told(session, "upload").output


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, {"error": "It broke."}), "answered 500"),
        ((200, {"label": "Fern"}), "answered 200"),
        ((400, {"detail": "It broke."}), "error of the answer is missing"),
        ((400, {"error": "bad"}), "not a sentence"),
        ((400, b"bad"), "not JSON"),
    ],
)
def test_wrong_answer_to_a_bad_upload_fails(
    draws: Draws, tmp_path: Path, answer: tuple[int, object], said: str
) -> None:
    right = responds(draws, knows(draws))

    def respond(content: bytes | None) -> tuple[int, object]:
        status, value = right(content)
        return (status, value) if status == 200 else answer

    session = run(tmp_path, draws, respond=respond)
    assert failed(session) == {"bad_uploads"}
    assert said in told(session, "bad_uploads").output
    assert told(session, "bad_uploads").evidence["wrong"] == 11


def test_good_upload_after_a_bad_one_is_to_be_answered_as_before(
    draws: Draws, tmp_path: Path
) -> None:
    right, broken = responds(draws, knows(draws)), [False]

    def respond(content: bytes | None) -> tuple[int, object]:
        status, value = right(content)
        if broken[0] and status == 200:
            return 503, {"error": "Out of order."}
        broken[0] = broken[0] or status != 200
        return status, value

    session = run(tmp_path, draws, respond=respond)
    assert failed(session) == {"bad_uploads"}
    assert "was not answered as before" in told(session, "bad_uploads").output
