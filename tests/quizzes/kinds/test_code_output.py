"""What code prints: how outputs are compared, line by line, and what an author has to mend."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.draws import Draw
from apps.quizzes.kinds.code_output import (
    CODE_OUTPUT,
    LONGEST,
    MOST_COLUMNS,
    MOST_LINES,
    LineView,
    OutputView,
)
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked
from apps.quizzes.marking import mark
from apps.quizzes.plain_text import text_of
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes.samples import GENERATORS, write_quiz
from tests.quizzes.test_secrecy import SEEDS, asked, html, without_answer

COUNTS = """\
+++
kind = "code-output"
position = 1
concepts = ["accuracy", "confusion-matrix"]
generator = "printed_counts"
code = '''
tp, fp, fn, tn = {{ tp }}, {{ fp }}, {{ fn }}, {{ tn }}
total = tp + fp + fn + tn
print(total)
print(f"{(tp + tn) / total:.3f}")
print(tn // tp, tn % tp)
'''
[misconceptions]
in-percent = "You wrote percent. The format .3f only says how many digits stand behind the point."
rest-first = "You exchanged `//` and `%`."
+++

The counts of a confusion matrix are looked at.

## Explanation

There are {{ total }} cases, and {{ tn }} is {{ whole }} · {{ tp }} + {{ left }}. So it prints

```
{{ answer }}
```
"""
COPY = """\
+++
kind = "code-output"
position = 2
concepts = ["confusion-matrix"]
code = '''
matrix = [[90, 2], [3, 5]]  # tn, fp; fn, tp
copy = list(matrix)
copy[0][1] = 7
copy.append([1, 1])

print(matrix)
if len(copy) > len(matrix):
    print("<longer>", len(matrix), len(copy))
'''
answer = '''
[[90, 7], [3, 5]]
<longer> 2 3
'''
[mistaken]
rows-are-copied = ["[[90, 2], [3, 5]]\\n<longer> 2 3"]
one-list = ["[[90, 7], [3, 5], [1, 1]]"]
[misconceptions]
rows-are-copied = "`list` makes a new outer list. The rows in it are still the same objects."
one-list = "`list` makes a new list, so what is appended to it stays there."
+++

Somebody wants to try other counts in a copy of a confusion matrix.

## Explanation

The copy is shallow: a new list that holds the same rows.
"""
SAMPLES = {"counts": COUNTS, "copy": COPY}
REST = 'rest-first = "You exchanged `//` and `%`."\n'
ANSWER = "tp 5\nfp  2\n\n'fn' 3"
FACTS = {
    "code": "",
    "mistaken": {"swapped": ["tp 2\nfp 5\n\n'fn' 3", "2 5"]},
    "misconceptions": {"swapped": "…", "counts-all": "…"},
}


def read(folder: Path, name: str = "copy", *, old: str = "", new: str = "") -> Question:
    text = SAMPLES[name]
    assert not old or text.count(old) == 1
    write_quiz(folder, questions={name: text.replace(old, new) if old else text})
    return read_quizzes(folder, generators=GENERATORS)[0].questions[0]


def answer(*given: str) -> Marked:
    drawn = Drawn(parameters={}, answer=ANSWER, distractors={"counts-all": "10\n"})
    return mark(kind="code-output", drawn=drawn, facts=FACTS, response={"output": list(given)})


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        "\n \ntp 5\nfp 2\n\n'fn' 3\n\n",
        "tp 5  \r\nfp     2\r\n\t\r\n'fn' 3\r\n",
        "tp\t5\nfp\u00a02\n\n'fn' 3",
        "tp 5\nfp 2\n\n\u2018fn\u2019 3",
    ],
)
def test_white_space_that_nobody_sees_makes_no_difference(text: str) -> None:
    assert answer(text) == Marked(correct=True)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("TP 5\nfp 2\n\n'fn' 3", 0.75),
        ("tp 5\n fp 2\n\n'fn' 3", 0.75),
        ("tp5\nfp 2\n\n'fn' 3.0", 0.5),
        ("tp 5\nfp 2\n\n'fn' 3\ntn 90", 0.8),
        ("tp 5\nfp 2\n'fn' 3", 0.5),
        ("fp 2\n\n'fn' 3", 0),
        ("tp 5\nfp 2", 0),
        ("tp 5\nfp 2\n\n'fn' 3\ntn 90\n.", 0),
        ("nothing", 0),
    ],
)
def test_credit_is_the_share_of_lines_in_their_place(text: str, credit: float) -> None:
    assert answer(text) == Marked(correct=False, credit=credit)


def test_wrong_output_that_was_foreseen_is_recognised() -> None:
    assert answer("tp 2 \nfp 5\n\n'fn' 3") == Marked(
        correct=False, misconceptions=("swapped",), credit=0.5
    )
    assert answer("2  5") == Marked(correct=False, misconceptions=("swapped",))
    assert answer("10") == Marked(correct=False, misconceptions=("counts-all",))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "Write what the code prints."),
        ((" \r\n\t\n",), "Write what the code prints."),
        (("x" * 1501,), "Write at most 1,500 characters."),
        (("x\n" * 13,), "Write at most 12 lines; no code here prints more."),
    ],
)
def test_what_cannot_be_read_is_told(given: tuple[str, ...], told: str) -> None:
    with pytest.raises(NotMarked) as caught:
        answer(*given)
    assert (str(caught.value), caught.value.input) == (told, "output")


@given(st.lists(st.text(alphabet=st.sampled_from("tp 52\n\r\u2028\x1c'"), max_size=60)))
def test_any_response_gets_a_verdict_or_a_sentence(texts: list[str]) -> None:
    with suppress(NotMarked):
        assert 0 <= answer(*texts).credit < 1


def test_longest_output_fits_into_the_form() -> None:
    longest = MOST_LINES * (MOST_COLUMNS + len("\r\n"))
    assert longest < LONGEST < CODE_OUTPUT.longest_value == 2_000


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("counts", "{{ tp }}, {{ fp", "{{ total }}, {{ fp", "7: {{ total }} may give the answer"),
        ("counts", "{{ tp }}, {{ fp", "{{ tq }}, {{ fp", "7: The draw has no tq. It has fn, fp,"),
        ("counts", REST, "", "13: The wrong answer rest-first has no sentence here. Write one."),
        ("copy", "copy[0][1]", "\tcopy[0][1]", "5: code holds a tab; write four spaces."),
        (
            "copy",
            "copy[0][1] = 7\n",
            "copy[0][1] = 7\n" * 19,
            "5: The code has 26 lines; 25 are the most.",
        ),
        (
            "copy",
            "# tn, fp; fn, tp",
            "#" * 64,
            "5: The code has a line of 92 columns; 90 fit.",
        ),
        (
            "copy",
            "[[90, 7], [3, 5]]\n<",
            "[[90, 7], [3, 5]]\n" * 12 + "<",
            "15: answer has 13 lines; 12 are the most.",
        ),
        (
            "copy",
            "[[90, 7], [3, 5]]\n<",
            "9" * 91 + "\n<",
            "15: answer has a line of 91 columns; 90 fit.",
        ),
        (
            "copy",
            "answer = '''\n[[90, 7], [3, 5]]\n<longer> 2 3\n'''\n",
            "",
            "1: Nothing says what is right. Write answer, or name a generator.",
        ),
        (
            "copy",
            "answer = '''\n[[90, 7], [3, 5]]\n<longer> 2 3\n'''\n",
            "answer = ' '\n",
            "15: answer must be a text in quotes, with something that is printed.",
        ),
        (
            "copy",
            '"[[90, 2], [3, 5]]\\n<longer> 2 3"',
            '"[[90, 7], [3, 5]] \\n<longer>  2 3"',
            "19: For some draws, the output of rows-are-copied is that of the answer. Make it",
        ),
        (
            "copy",
            '"[[90, 7], [3, 5], [1, 1]]"',
            '"[[90, 2], [3, 5]]\\n<longer>  2 3"',
            "19: For some draws, the output of one-list is that of rows-are-copied. Make it",
        ),
        ("copy", '["[[90, 7], [3, 5], [1, 1]]"]', "[3]", "19: mistaken holds one-list, with a"),
        (
            "copy",
            'one-list = ["[[90, 7], [3, 5], [1, 1]]"]\n',
            "",
            "21: one-list is the name of no wrong answer. Take it out, or add one.",
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


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"answer": 3}, "The answer must be a text in quotes, with something that is printed."),
        ({"answer": "3\n" * 13}, "The answer has 13 lines; 12 are the most."),
        ({"distractors": {"in-percent": 3}}, "The distractor in-percent must be a text in"),
        ({"distractors": {"in-percent": "1"}}, "For some draws, the output of in-percent is"),
    ],
)
def test_what_a_generator_gets_wrong_is_told(
    tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    distractors = {"in-percent": "2", "rest-first": "3", **changed.get("distractors", {})}

    def printed_counts(seed: int) -> Draw:
        return Draw(
            parameters={"tp": 1, "fp": 2, "fn": 3, "tn": 4},
            worked={"total": 10, "whole": 1, "left": 0},
            answer=changed.get("answer", "1"),
            distractors=distractors,
        )

    write_quiz(tmp_path, questions={"counts": COUNTS})
    with pytest.raises(ContentError) as caught:
        read_quizzes(tmp_path, generators={"printed_counts": printed_counts})
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"quizzes/judging/counts.md:5: {told}")


@pytest.mark.parametrize("name", SAMPLES)
def test_page_is_the_same_whatever_the_answer_is(tmp_path: Path, name: str) -> None:
    question = read(tmp_path, name)
    for seed in SEEDS:
        one = asked(question, seed=seed)
        assert html(one) == html(without_answer(one))
        assert 'rows="4"' in html(one)


def test_code_is_highlighted_with_the_numbers_of_the_draw(tmp_path: Path) -> None:
    one = asked(read(tmp_path, "counts"), seed=3)
    page = question_page(one)
    numbers = one.draw["parameters"]

    assert isinstance(page.input, OutputView)
    assert page.input.code.startswith('<div class="language-python highlight"><pre tabindex="0">')
    assert f'<span class="m">{numbers["fn"]}</span>' in page.input.code
    assert "err" not in page.input.code
    assert text_of(page.input.code).split("\n")[0] == (
        "tp, fp, fn, tn = {tp}, {fp}, {fn}, {tn}".format(**numbers)
    )
    assert page.input.code in html(one)
    assert page.input.lines == ()


def test_code_with_a_fence_in_it_stays_code(tmp_path: Path) -> None:
    question = read(tmp_path, old="copy[0][1] = 7\n", new='copy[0][1] = 7\n"""\n```\n# x\n"""\n')
    assert '"""\n```\n# x\n"""\n' in text_of(question.facts["code"])


def test_page_shows_each_line_beside_the_right_one(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    draft = replace(one, response={"output": ["\n[[90, 2], [3, 5]]\r\n<longer>  2 3\r\n"]})
    marked = replace(draft, score=0.5)

    assert "&lt;longer&gt;  2 3\r\n</textarea>" in html(draft)
    assert question_page(marked).input.lines == (
        LineView(
            number=1,
            given="[[90, 2], [3, 5]]",
            right="[[90, 7], [3, 5]]",
            state="failed",
            word="not right",
        ),
        LineView(
            number=2, given="<longer>  2 3", right="<longer> 2 3", state="passed", word="right"
        ),
    )
    page = html(marked)
    assert '<code class="output-line">&lt;longer&gt;  2 3</code>' in page
    assert "<textarea" not in page


@pytest.mark.parametrize(
    ("given", "words", "shown"),
    [
        ("[[90, 7], [3, 5]]", ("right", "missing"), ""),
        ("[[90, 7], [3, 5]]\n<longer> 2 3\n.", ("right", "right", "too many"), "nothing more"),
        ("a\n\n<longer> 2 3", ("not right", "not right", "too many"), "an empty line"),
    ],
)
def test_lines_too_few_and_too_many_are_told(
    tmp_path: Path, given: str, words: tuple[str, ...], shown: str
) -> None:
    one = replace(asked(read(tmp_path), seed=1), score=0.5, response={"output": [given]})
    page = html(one)

    assert tuple(line.word for line in question_page(one).input.lines) == words
    assert page.count("You wrote") == given.count("\n") + 1
    assert page.count("It prints") == sum(word != "right" for word in words)
    assert (f'<span class="soft">{shown}</span>' in page) is bool(shown)
