"""A threshold on a curve: drawn, marked by what it costs, habits recognised."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.draws import Draw
from apps.quizzes.generators.thresholds import threshold_by_cost
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.marking import mark
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.content import whole_bank
from tests.quizzes import samples
from tests.quizzes.samples import write_quiz
from tests.quizzes.test_secrecy import asked, html, without_answer

TEXT = """\
+++
kind = "threshold"
position = 1
concepts = ["accuracy"]
generator = "curve"
plot = "roc"
unit = "€"
[misconceptions]
default-threshold = "You keep 0.5."
highest-f1 = "You trust F1."
closest-to-corner = "You want the corner."
highest-accuracy = "You count errors."
+++

A false alarm costs {{ alarm }} €. Where do you cut?

## Explanation

Where it is cheapest.
"""
ALL = dict.fromkeys(
    ("default-threshold", "highest-f1", "highest-accuracy", "closest-to-corner"), "…"
)
# Of 100 positives and 1,000 negatives: threshold, tp, fp. The corner is nearest at 0.2, F1 best at
# 0.6, accuracy at 0.8; by cost (1 and 20) it is 0.1.
COUNTS = [(0.9, 5, 1), (0.8, 30, 5), (0.6, 50, 30), (0.5, 60, 60), (0.2, 85, 200), (0.1, 96, 300)]
COUNTS += [(0.05, 100, 900)]


def curve(counts: list[tuple[float, int, int]] = COUNTS, **more: Any) -> dict[str, Any]:
    points = [
        {"threshold": threshold, "tp": tp, "fp": fp, "fn": 100 - tp, "tn": 1000 - fp}
        for threshold, tp, fp in counts
    ]
    return {"points": points, "cost_fp": 1, "cost_fn": 20, **more}


def draw_curve(seed: int = 0) -> Draw:
    return Draw(parameters={"alarm": 1}, answer=5, shown=curve(cost_fn=20 + seed % 5))


def read(folder: Path, draw: Callable[[int], Draw] = draw_curve, text: str = TEXT) -> Question:
    write_quiz(folder, questions={"cut": text})
    generators = {**samples.GENERATORS, "curve": draw}
    return read_quizzes(folder, generators=generators)[0].questions[0]


def asked_with(question: Question, seed: int = 1) -> Any:
    return asked(question, seed=seed, generators={"curve": draw_curve})


def marked(point: str, *, shown: dict[str, Any] | None = None, answer: int = 5) -> Marked:
    drawn = Drawn(parameters={}, answer=answer, shown=shown or curve())
    facts = {"plot": "roc", "unit": "", "misconceptions": ALL}
    return mark(kind="threshold", drawn=drawn, facts=facts, response={"point": [point]})


@pytest.mark.parametrize(
    ("point", "credit", "names"),
    [
        ("0", 0, ()),  # costs 1901, far more than 860 at 0.5
        ("1", 0, ("highest-accuracy",)),  # 1405
        ("2", 0, ("highest-f1",)),  # 1030
        ("3", 0, ("default-threshold",)),
        ("4", 1 - (500 - 380) / (860 - 380), ("closest-to-corner",)),
        ("6", 0, ()),  # 900
    ],
)
def test_credit_falls_with_what_the_choice_costs(
    point: str, credit: float, names: tuple[str, ...]
) -> None:
    assert marked(point) == Marked(correct=False, misconceptions=names, credit=credit)


def test_cheapest_point_is_right() -> None:
    assert marked("5") == Marked(correct=True)
    assert marked(" 5 ").correct


def test_dearer_end_is_worth_nothing_where_the_usual_threshold_is_the_cheapest() -> None:
    shown = curve(cost_fp=2, cost_fn=7)  # 667, 500, 410, 400, 505, 628, 1800
    assert marked("3", shown=shown, answer=3) == Marked(correct=True)
    assert marked("6", shown=shown, answer=3).credit == 0
    assert marked("4", shown=shown, answer=3) == Marked(
        correct=False, misconceptions=("closest-to-corner",), credit=1 - 105 / 1400
    )


def test_rule_that_chooses_the_cheapest_is_no_mistake() -> None:
    shown = curve(cost_fp=2, cost_fn=7)
    for point in range(7):
        assert "default-threshold" not in marked(str(point), shown=shown, answer=3).misconceptions


def test_recognised_only_if_the_question_names_it() -> None:
    drawn = Drawn(parameters={}, answer=5, shown=curve())
    facts = {"plot": "roc", "unit": "", "misconceptions": {"highest-f1": "…"}}
    for point, names in (("3", ()), ("2", ("highest-f1",))):
        verdict = mark(kind="threshold", drawn=drawn, facts=facts, response={"point": [point]})
        assert verdict.misconceptions == names


@pytest.mark.parametrize("text", ["", "7", "-1", "1.0", "x", "²", "٣", "0005", "9" * 200])
def test_point_that_is_none_is_told(text: str) -> None:
    with pytest.raises(NotMarked, match=r"^Choose one of the thresholds\.$") as caught:
        marked(text)
    assert caught.value.input == "point"


@given(
    st.dictionaries(
        st.sampled_from(["point", "x"]), st.lists(st.text("0123456789²-. x\0", max_size=5))
    )
)
def test_any_response_gets_a_verdict_or_a_sentence(response: Response) -> None:
    drawn = Drawn(parameters={}, answer=5, shown=curve())
    facts = {"plot": "roc", "unit": "", "misconceptions": ALL}
    with suppress(NotMarked):
        verdict = mark(kind="threshold", drawn=drawn, facts=facts, response=response)
        assert verdict.correct or 0 <= verdict.credit < 1


# Authored files ----------------------------------------------------------------------------------


def test_sound_question_is_read(tmp_path: Path) -> None:
    assert read(tmp_path).facts["unit"] == "€"


def test_generator_is_needed(tmp_path: Path) -> None:
    text = TEXT.replace('generator = "curve"\n', "").replace("{{ alarm }}", "1")
    with pytest.raises(ContentError, match=r"Nothing draws the points\. Name a generator"):
        read(tmp_path, text=text)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('plot = "roc"\n', "", "plot is missing from the facts of a threshold question."),
        ('"roc"', '"lift"', "plot must be one of"),
        ('"roc"', '"pr"', "closest-to-corner is never recognised. Known are default-threshold, "),
        ('unit = "€"', "unit = 1", "unit must be a text in quotes."),
        ("highest-f1 =", "best-f1 =", "best-f1 is never recognised. Known are default-threshold,"),
    ],
)
def test_what_an_author_has_to_mend_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text=TEXT.replace(old, new))
    assert told in str(caught.value)


def test_rule_that_is_always_right_is_told(tmp_path: Path) -> None:
    def draw(seed: int) -> Draw:
        shown = curve(cost_fp=2, cost_fn=7)
        return Draw(parameters={"alarm": 1}, answer=3, shown=shown)

    with pytest.raises(ContentError, match="default-threshold chooses the cheapest point in every"):
        read(tmp_path, draw)


def changed(place: int, **counts: Any) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(json.dumps(curve()))
    shown["points"][place] |= counts
    return shown


@pytest.mark.parametrize(
    ("shown", "answer", "told"),
    [
        ({"points": []}, 5, "shown must hold points, a list of 5 to 41."),
        (curve(COUNTS[:4]), 3, "shown must hold points, a list of 5 to 41."),
        (changed(0, tp=1.0), 5, "A point must be a dictionary of threshold, tp, fp, fn, tn,"),
        (changed(0, tn=-1), 5, "A point must be a dictionary of threshold, tp, fp, fn, tn,"),
        (changed(0, more=1), 5, "A point must be a dictionary of threshold, tp, fp, fn, tn,"),
        (curve(cost_fp=0), 5, "shown must hold cost_fp, an int from 1 to 10,000,000."),
        (curve(cost_fn=2.5), 5, "shown must hold cost_fn, an int from 1 to 10,000,000."),
        (changed(1, threshold=0.9), 5, "The thresholds must fall from one point to the next."),
        (changed(1, tn=994), 5, "The counts of all points must add up to the same positives"),
        (changed(1, tp=4, fn=96), 5, "A lower threshold flags no fewer cases: tp and fp must"),
        (changed(1, fp=0, tn=1000), 5, "A lower threshold flags no fewer cases: tp and fp must"),
        (curve(cost_fn=3, cost_fp=1), 2, "For some draws two points cost the least."),
        (curve(), 4, "The answer is 4; the cheapest point is 5."),
        (curve(), 5.0, "The answer is 5.0; the cheapest point is 5."),
    ],
)
def test_unsound_draw_is_told(
    tmp_path: Path, shown: dict[str, Any], answer: Any, told: str
) -> None:
    with pytest.raises(ContentError) as caught:
        read(tmp_path, lambda seed: Draw(parameters={"alarm": 1}, answer=answer, shown=shown))
    assert told in str(caught.value)


def test_precision_needs_something_flagged(tmp_path: Path) -> None:
    text = TEXT.replace('"roc"', '"pr"').replace('closest-to-corner = "You want the corner."\n', "")
    shown = changed(0, tp=0, fn=100, fp=0, tn=1000)

    def draw(seed: int) -> Draw:
        return Draw(parameters={"alarm": 1}, answer=5, shown=shown)

    with pytest.raises(ContentError, match="Where nothing is flagged there is no precision"):
        read(tmp_path, draw, text=text)
    assert read(tmp_path, draw).facts["plot"] == "roc"


# The page ----------------------------------------------------------------------------------------


def test_page_before_marking(tmp_path: Path) -> None:
    page = html(asked_with(read(tmp_path)))
    # Without the script the list is sent, with it the slider; never both.
    assert re.search(r'<select id="point-list" name="point" [^>]*>', page)
    assert re.search(r'<input type="range" id="point" name="point"[^>]* disabled>', page)
    assert 'min="0" max="6" step="1" value="3"' in page
    assert page.count("<option") == 7
    assert page.count(" selected>") == 1
    assert "0.5: recall 60.0 %, false positive rate 6.0 %, cost " in page
    assert page.count("data-words=") == 7
    assert 'src="/static/js/threshold.js" defer' in page
    assert 'visibility="hidden"' in page
    assert "heapest" not in page.split("<form")[1].split("</form>")[0]


def test_page_keeps_the_choice(tmp_path: Path) -> None:
    one = replace(asked_with(read(tmp_path)), response={"point": ["4"]})
    page = html(one)
    assert 'value="4" selected' in page
    assert 'step="1" value="4"' in page
    wrong = question_page(one, response={"point": ["x"]}, error=NotMarked("Choose.", input="point"))
    told = render_to_string("quizzes/question.html", {"page": wrong})
    assert told.count('aria-describedby="answer-error"') == 2


def test_page_after_marking_shows_both_points(tmp_path: Path) -> None:
    one = asked_with(read(tmp_path), seed=1)
    wrong = html(replace(one, score=0.5, response={"point": ["4"]}))
    assert ">Yours: 0.2</text>" in wrong
    assert ">Cheapest: 0.1</text>" in wrong
    assert "Yours: 0.2; Cheapest: 0.1." in wrong
    right = html(replace(one, score=1.0, response={"point": ["5"]}))
    assert ">Yours, the cheapest: 0.1</text>" in right
    for page in (wrong, right):
        assert "<select" not in page
        assert "threshold.js" not in page
        assert "hidden" not in page.split('<svg class="chart"')[1].split("</svg>")[0]


def test_marked_page_without_a_choice_stands_in_the_middle(tmp_path: Path) -> None:
    assert ">Yours: 0.5</text>" in html(replace(asked_with(read(tmp_path)), score=0.0))


def test_precision_recall_curve_is_drawn_with_the_base_rate(tmp_path: Path) -> None:
    text = TEXT.replace('"roc"', '"pr"').replace('closest-to-corner = "You want the corner."\n', "")
    page = html(asked_with(read(tmp_path, text=text)))
    assert '<title id="curve-title">Precision-recall curve</title>' in page
    assert (
        "7 thresholds, from 0.9 to 0.05. Recall goes from 5.0 % to 100.0 %, precision from 83.3 % "
        "to 10.0 %." in page
    )
    guess = re.search(r'<line class="guess" x1="74.0" y1="([\d.]+)" x2="530.0" y2="\1"/>', page)
    assert guess is not None
    assert float(guess[1]) == pytest.approx(56 + 260 * (1 - 100 / 1100), abs=0.06)


def test_every_place_of_a_curve_lies_in_the_picture(tmp_path: Path) -> None:
    page = html(asked_with(read(tmp_path)))
    for x, y in re.findall(r'data-x="([\d.]+)" data-y="([\d.]+)"', page):
        assert 74 <= float(x) <= 530
        assert 56 <= float(y) <= 316


def test_page_is_the_same_whatever_the_answer_is(tmp_path: Path) -> None:
    question = read(tmp_path)
    real = read_real()
    for seed in range(40):
        for one in (asked_with(question, seed), asked(real, seed=seed)):
            assert html(one) == html(without_answer(one))
            # Nor does the answer that the page shows depend on where the cheapest point is.
            moved = replace(one, draw={**one.draw, "answer": 0})
            assert html(one) == html(moved)
            marked_page = replace(one, score=0.0, response={"point": ["1"]})
            assert html(one) != html(marked_page)


def read_real() -> Question:
    return next(
        question
        for quiz in whole_bank()
        for question in quiz.questions
        if question.generator == threshold_by_cost.__name__
    )


def test_real_draws_are_marked_as_they_are_meant() -> None:
    question = read_real()
    for seed in range(40):
        draw = threshold_by_cost(seed)
        drawn = Drawn(parameters={}, answer=draw.answer, shown=draw.shown)
        thresholds = [point["threshold"] for point in draw.shown["points"]]

        def answer(threshold: float, drawn: Drawn = drawn, known: Any = thresholds) -> Marked:
            response = {"point": [str(known.index(threshold))]}
            return mark(kind="threshold", drawn=drawn, facts=question.facts, response=response)

        worked: dict[str, Any] = dict(draw.worked)
        assert answer(worked["cheapest"]).correct
        assert answer(0.5) == Marked(correct=False, misconceptions=("default-threshold",))
        assert answer(worked["f1_threshold"]).misconceptions == ("highest-f1",)
        assert answer(worked["accuracy_threshold"]).misconceptions == ("highest-accuracy",)
