"""The metric for a business case: one choice, and what follows from each."""

from dataclasses import replace
from pathlib import Path

import pytest

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds.choice import OptionView
from apps.quizzes.kinds.kind import Marked
from apps.quizzes.marking import mark
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes.samples import GENERATORS, write_quiz
from tests.quizzes.test_secrecy import asked, html

TEXT = """\
+++
kind = "metric"
position = 1
concepts = ["accuracy", "confusion-matrix"]
generator = "majority"
[[options]]
text = "Recall at the alerts that {{ positives }} people can read"
correct = true
consequence = "{{ positives }} of {{ total }} are read; {{ share:.2f }} of all stay away."
[[options]]
text = "Accuracy"
misconception = "rare-class"
consequence = "One that lets all pass reaches {{ answer:.1f }} %: [useless](concept:accuracy)."
[[options]]
text = "Precision"
misconception = "quiet-filter"
consequence = "A filter that stops one mail reaches 100 %."
[misconceptions]
rare-class = "You count the {{ negatives }} ordinary mails."
quiet-filter = "You forget what was missed."
+++

Of {{ total }} mails {{ positives }} are spam. By which figure do you choose the filter?

## Explanation

By recall.
"""


def read(folder: Path, text: str = TEXT) -> Question:
    write_quiz(folder, questions={"filter": text})
    return read_quizzes(folder, generators=GENERATORS)[0].questions[0]


def test_consequences_show_once_it_is_marked(tmp_path: Path) -> None:
    question = read(tmp_path)
    one = asked(question, seed=3)
    before = html(one)
    marked = question_page(replace(one, score=0.0))

    assert "reaches" not in before
    options: tuple[OptionView, ...] = marked.input.options
    assert [bool(option.consequence) for option in options] == [True] * 3
    by_text = {option.html: option.consequence for option in options}
    total = one.draw["parameters"]["total"]
    assert by_text["Precision"] == "A filter that stops one mail reaches 100 %."
    assert any(f"of {total} are read" in consequence for consequence in by_text.values())
    assert '<a href="/concepts/accuracy/"' in by_text["Accuracy"]


def test_it_is_marked_as_one_choice(tmp_path: Path) -> None:
    question = read(tmp_path)
    drawn = asked(question, seed=3).draw
    order = drawn["order"]

    def answer(index: int) -> Marked:
        response = {"option": [str(order.index(index))]}
        return mark(kind="metric", drawn=from_json(drawn), facts=question.facts, response=response)

    assert answer(0) == Marked(correct=True)
    assert answer(1) == Marked(correct=False, misconceptions=("rare-class",))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'consequence = "A filter that stops one mail reaches 100 %."\n',
            "",
            "options number 3 has a consequence that must be a text in quotes.",
        ),
        ("{{ share:.2f }}", "{{ nothing }}", "The draw has no nothing."),
        ("correct = true\n", "", "must be either correct or have a misconception."),
    ],
)
def test_what_an_author_has_to_mend_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(ContentError) as caught:
        read(tmp_path, TEXT.replace(old, new))
    assert told in str(caught.value)
