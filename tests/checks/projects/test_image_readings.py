"""What the image project's checker reads of a learner: the track, the table that ``predict`` wrote,
and the README's figure."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.checks.outputs import UnusableOutput
from apps.checks.projects.image_classification import probes, readme_figure, track
from apps.checks.projects.image_classification.outputs import label_numbers, read_answer
from apps.checks.results import Test

SEED = hashlib.sha256(b"image readings").digest()


@pytest.mark.parametrize(
    ("judge", "files", "status", "said"),
    [
        (track.judge_from_scratch, {}, "passed", "No weights"),
        (track.judge_from_scratch, {"w/model.pt": bytes(3_000)}, "failed", "w/model.pt"),
        (track.judge_from_scratch, {"w/tiny.npy": bytes(100)}, "passed", "No weights"),
        (track.judge_from_scratch, {"start.dat": track.backbone()}, "failed", "start.dat"),
        (track.judge_fine_tuned, {"a/b.npz": track.backbone()}, "passed", "a/b.npz, unchanged"),
        (track.judge_fine_tuned, {}, "failed", "No file of the repository"),
        (track.judge_fine_tuned, {"b.npz": track.backbone()[:-1] + b"x"}, "failed", "No file"),
    ],
)  # fmt: skip
def test_track_is_kept(
    tmp_path: Path,
    judge: Callable[[Path], Test],
    files: dict[str, bytes],
    status: str,
    said: str,
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    test = judge(tmp_path)
    assert test.status == status
    assert said in test.output


def test_link_to_weights_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "b.npz").symlink_to(Path(track.__file__).parent / track.BACKBONE)
    assert track.judge_fine_tuned(tmp_path).status == "failed"


# What predict wrote ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty"),
        ("file,label\na,b\n", "first line"),
        ("file,label,error\na,Fern,\n", "1 of 2 pictures have no row; the first one is b"),
        ("file,label,error\na,Fern,\na,Fern,\nb,Fern,\n", "appears a second time"),
        ("file,label,error\na,Fern,\nb,Fern,\nc,Fern,\n", "“c”, which is not in the input"),
        ("file,label,error\na,,\nb,Fern,\n", "neither a label nor an error"),
        ("file,label,error\na,Fern,no\nb,Fern,\n", "both a label and an error"),
        (f"file,label,error\na,,{'x' * 501}\nb,Fern,\n", "more than 500 characters"),
    ],
)
def test_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "out.csv"
    path.write_text(text)
    with pytest.raises(UnusableOutput, match=said):
        read_answer(path, ("a", "b"))


def test_rows_come_in_the_order_that_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("file,label,error\nb,,too large\na,Fern,\n")
    found = read_answer(path, ("a", "b"))
    assert (found.labels, found.errors) == (("Fern", ""), ("", "too large"))


def test_label_numbers_compare_two_files(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("file,label,error\na,Fern,\nb,Ivy,\nc,,bad\n")
    other.write_text("file,label,error\nc,,broken\nb,Ivy,\na,Ivy,\n")
    first, second = label_numbers(one), label_numbers(other)
    assert first[0] != second[0]
    assert first[1:] == second[1:]
    assert first[2] == 0


# The README's figure -----------------------------------------------------------------------------


def test_readme_figure_is_the_accuracy_on_clean_pictures(tmp_path: Path) -> None:
    again = readme_figure.remeasure(SEED)
    draw = probes.make_draw(SEED)
    question, line = probes.clean_question(draw, count=readme_figure.PICTURES)
    assert again.question["input"] == question.content
    rows = [
        f"{name},{draw.process.names[number] if place % 10 else 'None'},"
        for place, (name, number) in enumerate(zip(question.ids, line, strict=True))
    ]
    path = tmp_path / "out.csv"
    path.write_text("\n".join(["file,label,error", *rows]))
    found = again.measure(path)
    assert found.value == pytest.approx(0.9)
    assert found.error == pytest.approx((0.9 * 0.1 / 140) ** 0.5)


@pytest.mark.parametrize(
    "said", ["accuracy on clean pictures 0.96", "Accuracy: 96 %", "clean accuracy of 0,96"]
)
def test_readme_figure_is_found_as_people_write_it(said: str) -> None:
    assert readme_figure.README_FIGURE.words.search(said)
