"""A word or a few: which spellings are one, what is recognised, what an author has to mend."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked
from apps.quizzes.kinds.short_text import TextView, normalised
from apps.quizzes.marking import mark
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes.samples import GENERATORS, write_quiz
from tests.quizzes.test_secrecy import SEEDS, asked, html, without_answer

RECALL = """\
+++
kind = "short-text"
position = 1
concepts = ["confusion-matrix"]
answers = ["recall", "sensitivity", "true positive rate", "TPR", "hit rate"]
[mistaken]
divides-by-alarms = ["precision", "positive predictive value", "PPV"]
counts-all = ["accuracy"]
[misconceptions]
divides-by-alarms = "Precision divides by the 40 mails that were stopped. Here it is what there is."
counts-all = "Accuracy also counts the ordinary mails that were let through."
+++

Of 60 spam mails a filter stops 30, and with them 10 ordinary mails. What is the name of the metric
that is 30 divided by 60?

## Explanation

Recall, also called sensitivity: what was found of what is there.
"""
GAP = """\
+++
kind = "short-text"
position = 2
concepts = ["accuracy"]
generator = "majority"
answers = ["overfitting", "over-fitting", "overfit", "it overfits"]
[mistaken]
the-other-way = ["under-fitting", "underfitting"]
+++

A model is right for all {{ total }} mails that it was trained on, and for half of those that it has
never seen. What is the usual word for this?

## Explanation

Overfitting: it has learnt the mails by heart.
"""
SENTENCE = (
    '\n[misconceptions]\nthe-other-way = "Then it would miss the old mails too."\n+++\n\nA model'
)
SAMPLES = {"recall": RECALL, "gap": GAP.replace("\n+++\n\nA model", SENTENCE)}
FACTS = {
    "answers": ["recall", "Bayes' theorem", "train-test split", "--amend", "C++"],
    "mistaken": {"alarms": ["precision"], "both": ["F1", "f-1"]},
    "misconceptions": {"alarms": "…", "both": "…"},
}


def read(folder: Path, name: str = "recall", *, old: str = "", new: str = "") -> Question:
    text = SAMPLES[name]
    assert not old or text.count(old) == 1
    write_quiz(folder, questions={name: text.replace(old, new) if old else text})
    return read_quizzes(folder, generators=GENERATORS)[0].questions[0]


def answer(*given: str) -> Marked:
    response = {"text": list(given)}
    return mark(kind="short-text", drawn=Drawn(parameters={}), facts=FACTS, response=response)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Recall", "recall"),
        (" \u00a0recall\t ", "recall"),
        ("The  train-test_split.", "train test split"),
        ("train\u2011test \u2018split\u2019", "train test split"),
        ("`np.argmax`", "np.argmax"),
        ("\u201cBayes\u2019 theorem\u201d!", "bayes theorem"),
        ("Bayes\u00b4 theorem", "bayes theorem"),
        ("\uff32\uff45\uff43all", "recall"),
        ("Stra\N{LATIN SMALL LETTER SHARP S}e", "strasse"),
        ("recall ... ?!", "recall"),
        ("git commit --amend", "git commit --amend"),
        ("-1", "-1"),
        ("well - known", "well - known"),
        ("__init__", "__init__"),
        ("an array", "array"),
        ("a", "a"),
        ("the", "the"),
        ("analysis", "analysis"),
        ("metrics", "metrics"),
        ("f()", "f()"),
        (" . ", ""),
        ("''", ""),
    ],
)
def test_spellings_of_one_answer_are_the_same(text: str, normal: str) -> None:
    assert normalised(text) == normal


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("the Recall.", Marked(correct=True)),
        ("bayes theorem", Marked(correct=True)),
        ("Train test split", Marked(correct=True)),
        ("--AMEND", Marked(correct=True)),
        ("c++", Marked(correct=True)),
        ("recalls", Marked(correct=False)),
        ("amend", Marked(correct=False)),
        ("c", Marked(correct=False)),
        ("Precision", Marked(correct=False, misconceptions=("alarms",))),
        ("f_1", Marked(correct=False, misconceptions=("both",))),
    ],
)
def test_answer_is_right_or_not_and_never_in_part(text: str, marked: Marked) -> None:
    assert answer(text) == marked


@pytest.mark.parametrize("given", [(), ("",), (" \n ",), ("...",), ("\u201c\u201d",)])
def test_nothing_is_not_marked(given: tuple[str, ...]) -> None:
    with pytest.raises(NotMarked) as caught:
        answer(*given)
    assert (str(caught.value), caught.value.input) == (
        "Write your answer: one word, or a few.",
        "text",
    )


def test_what_is_too_long_is_not_marked() -> None:
    assert not answer("x" * 80).correct
    with pytest.raises(NotMarked, match=r"^Write at most 80 characters\.$"):
        answer("x" * 81)


@given(st.lists(st.text(max_size=90)))
def test_any_response_gets_a_verdict_or_a_sentence(texts: list[str]) -> None:
    with suppress(NotMarked):
        assert answer(*texts).credit == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "recall",
            'answers = ["recall", "sensitivity", "true positive rate", "TPR", "hit rate"]',
            "answers = []",
            "5: answers must be a list of 1 to 12 texts.",
        ),
        (
            "recall",
            '"hit rate"',
            f'"{"h" * 81}"',
            "5: answers holds a text that has 81 characters; one line of at most 80 fits.",
        ),
        (
            "recall",
            '"hit rate"',
            '"hit rate", "The hit-rate."',
            "5: 'The hit-rate.' is read as 'hit rate' is. Take one of them out.",
        ),
        ("recall", '"hit rate"', '"?"', "5: Nothing of '?' is compared. Write a word."),
        (
            "recall",
            '"hit rate"',
            '"the spam mails"',
            "5: 'the spam mails' stands in the question. Ask without it.",
        ),
        ("gap", '"it overfits"', '"Usual word"', "6: 'Usual word' stands in the question. Ask"),
        (
            "recall",
            '["accuracy"]',
            '["Accuracy", "hit-rate"]',
            "6: 'hit-rate' of counts-all is read as the accepted 'hit rate' is. Choose.",
        ),
        (
            "recall",
            '["accuracy"]',
            '["accuracy", "precision."]',
            "6: 'precision.' belongs to divides-by-alarms and to counts-all. Choose one.",
        ),
        ("recall", '["accuracy"]', '["!"]', "6: Nothing of '!' is compared. Write a word."),
        (
            "recall",
            '["accuracy"]',
            '"accuracy"',
            "6: mistaken holds counts-all, which must be a list of texts.",
        ),
        (
            "recall",
            '["accuracy"]',
            "[1]",
            "6: mistaken holds counts-all, with a text that must be a text in quotes.",
        ),
        (
            "recall",
            'counts-all = ["accuracy"]\n',
            "",
            "8: counts-all is the name of no wrong answer. Take it out, or add one.",
        ),
        (
            "recall",
            'counts-all = ["accuracy"]',
            'counts-all = ["accuracy"]\nluck = ["chance"]',
            "10: The wrong answer luck has no sentence here. Write one.",
        ),
    ],
)
def test_what_an_author_has_to_mend_is_told(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(ContentError) as caught:
        read(tmp_path, name, old=old, new=new)
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"quizzes/judging/{name}.md:{told}")


@pytest.mark.parametrize("name", SAMPLES)
def test_page_is_the_same_whatever_the_answer_is(tmp_path: Path, name: str) -> None:
    question = read(tmp_path, name)
    for seed in SEEDS:
        one = asked(question, seed=seed)
        assert html(one) == html(without_answer(one))


def test_page_shows_what_was_given_and_the_first_accepted_text(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    draft = replace(one, response={"text": ["<b>Precision"]})
    wrong = replace(draft, score=0.0)
    right = replace(one, score=1.0, response={"text": ["TPR"]})

    assert question_page(draft).input == TextView(text="<b>Precision", longest=80)
    assert 'value="&lt;b&gt;Precision" maxlength="80"' in html(draft)
    assert question_page(wrong).input == TextView(
        text="<b>Precision", longest=80, state="failed", word="not right", right="recall"
    )
    assert "<strong>&lt;b&gt;Precision</strong>" in html(wrong)
    assert question_page(right).input == TextView(
        text="TPR", longest=80, state="passed", word="right", right="recall"
    )


def test_what_cannot_be_read_is_told_beside_its_field(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    page = question_page(one, response={"text": ["?"]}, error=NotMarked("Write.", input="text"))

    assert (page.error, page.wrong_input, page.verdict) == ("Write.", "text", None)
    assert page.input.text == "?"
