"""Copies are found through their disguise, and two answers of their own are not."""

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from apps.checks import similarity
from apps.checks.similarity import (
    GRAM,
    WINDOW,
    Comparison,
    compare,
    fingerprints,
    given_hashes,
    is_similar,
)
from apps.checks.snapshot import SourceFile
from tests.checks.copies import disguised, independent, reference, with_token

type Files = Sequence[SourceFile]


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return reference(tmp_path_factory.mktemp("solution") / "files")


def python(text: str, path: str = "a.py") -> SourceFile:
    return SourceFile(path=path, size=len(text), text=text)


def compared(one: Files, other: Files) -> Comparison:
    return compare(fingerprints(one), fingerprints(other))


def made_up(seed: int, *, lines: int) -> str:
    """Code that nobody else has."""
    draw = random.Random(seed)
    words = ["x", "1", "'s'", "len(x)", "x[0]", "not x", "sum(y)", "x(y)", "max(x, y)", "{x: y}"]
    signs = ["+", "-", "*", "and", "or", "if x else", "==", "<", "in", "%"]
    return "".join(
        f"x = {draw.choice(words)} {draw.choice(signs)} {draw.choice(words)}\n"
        for _ in range(lines)
    )


def test_copy_with_another_token_is_the_same(solution: Files) -> None:
    found = compared(solution, with_token(solution, "mp_" + "0" * 32))
    assert found.share == 1.0
    assert is_similar(found)
    assert {region.path for region in found.regions} >= {"housing/model.py", "tests/test_model.py"}
    assert all(region.path == region.other_path for region in found.regions[:5])


def test_copy_in_disguise_is_found(solution: Files) -> None:
    found = compared(solution, disguised(solution))
    assert is_similar(found)
    assert 0.6 < found.share < 1.0
    pairs = {(region.path, region.other_path) for region in found.regions}
    assert ("housing/cleaning.py", "work/homes/cleaning.py") in pairs


def test_part_of_another_repository_is_found(solution: Files) -> None:
    cleaning = [one for one in solution if one.path == "housing/cleaning.py"]
    assert is_similar(compared(solution, [*independent("script"), *cleaning]))


@pytest.mark.parametrize("name", ["script", "pipeline"])
def test_answers_of_their_own_are_not_similar(solution: Files, name: str) -> None:
    found = compared(solution, independent(name))
    assert not is_similar(found)
    assert found.share < 0.05


def test_answers_of_their_own_are_not_similar_to_each_other() -> None:
    assert compared(independent("script"), independent("pipeline")).share < 0.05


def test_little_code_is_never_similar() -> None:
    few = [python(made_up(1, lines=12))]
    found = compared(few, few)
    assert found.share == 1.0
    assert not is_similar(found)


def test_small_part_of_much_code_is_not_similar() -> None:
    shared = made_up(1, lines=60)
    one, other = (python(shared + made_up(seed, lines=400)) for seed in (2, 3))
    found = compared([one], [other])
    assert found.matching >= 20
    assert not is_similar(found)


def test_modules_of_the_repository_can_be_renamed() -> None:
    text = "from {0} import {1}\n" + "{1} = {1}({1}) + [{1}, 1 - {1}]\n" * 30
    one = [python(text.format("prices", "guess")), python("", "src/prices.py")]
    other = [python(text.format("model", "predict")), python("", "model/__init__.py")]
    assert compared(one, other).share == 1.0
    outside = [python(text.format("numpy", "mean"))]
    assert compared(one, outside).share == 0.0


def test_code_that_was_given_is_left_out() -> None:
    given, own = made_up(1, lines=60), made_up(2, lines=60)
    files = [python(f"{own}{given}{made_up(3, lines=60)}")]
    text = f"Begin with this:\n\n```python\n{given}```\n\nThen go on."
    for hashes in (
        given_hashes(programs=[given], texts=[]),
        given_hashes(programs=[], texts=[text]),
        given_hashes(programs=[], texts=[text.replace("```", "~~~~").replace("\n", "\r\n")]),
    ):
        left = fingerprints(files, left_out=hashes)
        assert len(left) < len(fingerprints(files))
        # But for those that reach into it, nothing of it is left.
        inside = [one for one in left if one.first > 61 + GRAM and one.last < 120 - GRAM]
        assert inside == []
    assert given_hashes(programs=[], texts=[given]) == frozenset()
    starter = given_hashes(programs=[given], texts=[])
    assert fingerprints([python(given)], left_out=starter) == ()


def test_hashes_that_say_nothing_are_left_out_of_a_comparison(solution: Files) -> None:
    prints = fingerprints(solution)
    everything = {one.hash for one in prints}
    found = compare(prints, prints, left_out=everything)
    assert (found.share, found.matching, found.regions) == (0.0, 0, ())


@pytest.mark.parametrize(
    "path",
    [
        "venv/lib/x.py", "src/vendor/x.py", ".tox/x.py", "app/migrations/0001.py", "x_pb2.py",
        "x.txt", "x.ipynb", "node_modules/x.py", "Lib/site-packages/x.py", "build/x.py",
    ],
)  # fmt: skip
def test_what_others_wrote_is_passed_over(path: str) -> None:
    text = made_up(1, lines=50)
    assert fingerprints([python(text, path)]) == ()
    assert fingerprints([python(text, "src/x.py")])


def test_generated_and_empty_files_are_passed_over() -> None:
    text = "# Generated by a tool. DO NOT EDIT.\n" + made_up(1, lines=50)
    assert fingerprints([python(text)]) == ()
    assert fingerprints([python(""), SourceFile(path="b.py", size=9, text=None)]) == ()


def test_places_are_found_on_both_sides_longest_first() -> None:
    first, second = made_up(1, lines=20), made_up(2, lines=40)
    one = [python(made_up(3, lines=30) + first + made_up(4, lines=30) + second)]
    other = [python(second + made_up(5, lines=30), "b.py"), python(first, "c.py")]
    regions = compared(one, other).regions
    longest, next_, *by_chance = regions
    assert (longest.path, longest.other_path) == ("a.py", "b.py")
    assert (next_.path, next_.other_path) == ("a.py", "c.py")
    assert all(region.symbols < 2 * GRAM for region in by_chance)
    # A window may begin or end a few lines inside, and a shared symbol may stand at the border.
    assert [longest.first, longest.last] == pytest.approx([81, 120], abs=4)
    assert [longest.other_first, longest.other_last] == pytest.approx([1, 40], abs=4)
    assert [next_.first, next_.last] == pytest.approx([31, 50], abs=4)
    assert longest.symbols > next_.symbols > 5 * GRAM


def test_changed_word_does_not_break_a_place() -> None:
    text = made_up(1, lines=60)
    lines = text.splitlines(keepends=True)
    lines[30] = "x = float(y)\n"
    (region,) = compared([python(text)], [python("".join(lines))]).regions
    assert region.first <= 4
    assert region.last >= 57


def test_shared_stretch_of_a_window_is_always_found() -> None:
    """The guarantee of winnowing, wherever the stretch stands."""
    shared = "".join(f"{word} " for word in ["x", "+", "1", "-"] * (GRAM + WINDOW))
    shared = shared[: 2 * (GRAM + WINDOW - 1)]
    for before in range(40):
        one = python(made_up(1, lines=before) + "(" + shared)
        other = python("\n".join(["y"] * 60) + shared)
        assert compared([one], [other]).matching >= 1, before


def test_hashes_are_those_of_every_process(solution: Files) -> None:
    """They are stored and compared later by another worker."""
    program = (
        "from apps.checks.similarity import *\n"
        "from apps.checks.snapshot import SourceFile\n"
        "file = SourceFile(path='a.py', size=1, text='def f(x):\\n    return len(x) + 1\\n' * 3)\n"
        "print([one.hash for one in fingerprints([file])])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert len(said.pop()) > 20


def test_pattern_that_repeats_makes_one_fingerprint_a_window() -> None:
    text = "-" * 12_000
    assert len(fingerprints([python(text)])) <= 12_000 / WINDOW


@pytest.mark.parametrize(("bound", "value"), [("MOST_SYMBOLS", 450), ("MOST_FILES", 2)])
def test_no_more_is_read_than_the_bounds_allow(
    monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(similarity, bound, value)
    text = made_up(1, lines=30)
    found = fingerprints([python(text, f"{name}.py") for name in "abcdefgh"])
    assert {one.path for one in found} == {"a.py", "b.py"}
