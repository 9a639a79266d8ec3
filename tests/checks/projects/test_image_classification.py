"""The image project's data and the checker's own models, without a sandbox: what the data
dictionary promises, and every figure beside an oracle's."""

import csv
import hashlib
import io
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from PIL import Image, ImageEnhance, ImageOps
from sklearn.linear_model import RidgeClassifier
from threadpoolctl import threadpool_limits

from apps.checks.folder_input import unpack
from apps.checks.projects.image_classification import (
    PROJECT,
    disturb,
    export,
    generator,
    in_house,
    network,
    probes,
    starter,
    track,
)
from apps.checks.projects.image_classification.names import NAMES
from apps.checks.projects.image_classification_fine_tuned import PROJECT as FINE_TUNED
from tests.checks.projects import image_learner as learner

SEEDS = [hashlib.sha256(f"tiles {number}".encode()).digest() for number in range(10)]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> object:
    """Small matrices: more threads would wait for each other."""
    return threadpool_limits(1)


@pytest.fixture(scope="module")
def draw() -> probes.Draw:
    return probes.make_draw(SEEDS[0])


@pytest.fixture(scope="module")
def files(draw: probes.Draw) -> dict[str, bytes]:
    return unpack(probes.training_folder(draw))


@pytest.fixture(scope="module")
def rows(files: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["labels.csv"].decode())))


@pytest.fixture(scope="module")
def asked(draw: probes.Draw) -> probes.Asked:
    return probes.main_question(draw)


def opened(content: bytes) -> Image.Image:
    """As a learner reads it, upright and on a plain background."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if image.mode == "RGBA":
        plain = Image.new("RGBA", image.size, (128, 128, 128, 255))
        image = Image.alpha_composite(plain, image)
    return image.convert("RGB")


# Factories ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_every_factory_is_hard_for_a_linear_model_and_not_for_a_network(seed: bytes) -> None:
    """A network of three epochs, so that ten factories cost no more than two whole ones."""
    process = generator.draw_process(seed)
    past = generator.draw_past(process, seed)
    assert generator.LINES[0] <= len(process.names) <= generator.LINES[1]
    assert len(set(process.names)) == len(process.names) == len(process.motifs)
    assert set(process.names) <= set(NAMES)
    assert set(past.photos.line.tolist()) == set(range(len(process.names)))
    assert process.shares.sum() == pytest.approx(1)
    grey, lines = in_house.standardised(in_house.greys(past.pictures)), past.photos.line
    held = disturb.draw_disturbed(
        process, generator.stream(seed, "test"), disturb.CLEAN, count=400
    ).sample
    linear = RidgeClassifier(alpha=1_000).fit(grey.reshape(len(grey), -1), lines)
    seen = in_house.standardised(in_house.greys(held.pictures))
    naive = linear.score(seen.reshape(len(seen), -1), held.photos.line)
    rng = generator.stream(seed, "quick network")
    quick = network.convolutional(
        rng, side=24, channels=in_house.CHANNELS, classes=len(process.names)
    )
    batches = in_house.batches(rng, in_house.greys(past.pictures), lines, lambda _, part: part)
    network.train(quick, batches, epochs=3, rate=3e-3, decay=1e-2)
    learned = float((in_house.lines_of(quick, held.pictures) == held.photos.line).mean())
    assert naive < 0.55
    assert learned > naive + 0.25


def test_motifs_of_a_factory_differ_however_they_are_turned() -> None:
    motifs = generator.draw_process(SEEDS[1]).motifs
    axis = np.linspace(-1.1, 1.1, 33)
    x, y = np.meshgrid(axis, axis)
    seen = [np.clip(1.5 - generator.distance(motif, x, y) / 0.15, 0, 1) for motif in motifs]
    for one in range(len(seen)):
        for other in range(one):
            alike = max(
                np.corrcoef(
                    seen[one].ravel(),
                    scipy.ndimage.rotate(seen[other], angle, reshape=False, order=1).ravel(),
                )[0, 1]
                for angle in range(0, 360, 12)
            )
            assert alike < generator.LARGEST_ALIKE + 0.1


def test_distance_is_to_the_nearest_line() -> None:
    motif = generator.Motif(
        strokes=np.array([[0.0, 0.0, 1.0, 0.0]]), rings=np.array([[0.0, 3.0, 1.0]])
    )
    x, y = np.array([0.5, -3.0, 0.0, 0.0]), np.array([0.2, 4.0, 3.0, 2.1])
    assert generator.distance(motif, x, y) == pytest.approx([0.2, 10**0.5 - 1, 1.0, 0.1])


def test_colour_says_nothing_of_the_line_and_always_stands_out(draw: probes.Draw) -> None:
    photos = draw.past.photos
    apart = np.abs((photos.glaze - photos.paint) @ generator.LUMA)
    assert apart.min() >= 0.25
    lighter = (photos.paint - photos.glaze) @ generator.LUMA > 0
    shares = [lighter[photos.line == line].mean() for line in range(len(draw.process.names))]
    assert min(shares) > 0.3
    assert max(shares) < 0.7


def test_photographs_of_a_tile_are_of_one_line_and_colour(draw: probes.Draw) -> None:
    photos = draw.past.photos
    order = np.argsort(photos.tile, kind="stable")
    same = np.diff(photos.tile[order]) == 0
    for values in (photos.line, photos.glaze, photos.paint, photos.motif):
        assert not np.diff(values[order], axis=0)[same].any()
    assert np.diff(photos.background[order], axis=0)[same].any()
    assert set(Counter(photos.tile.tolist()).values()) == {1, 2, 3}


# Files -------------------------------------------------------------------------------------------


def test_starter_data_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    one, again, other = (PROJECT.starter_data(seed) for seed in (SEEDS[0], SEEDS[0], SEEDS[1]))
    assert one == again
    assert set(one) == {"pictures.zip", "ranges.toml"}
    assert {name for name in one if one[name] != other[name]} == {"pictures.zip"}
    assert max(map(len, one.values())) < 5_000_000


def test_backbone_comes_with_the_starter_data_of_the_track_that_adapts_it() -> None:
    given = FINE_TUNED.starter_data(SEEDS[0])
    assert {name: given[name] for name in given if not name.startswith("backbone.")} == (
        PROJECT.starter_data(SEEDS[0])
    )
    assert given["backbone.npz"] == track.backbone()
    assert b"kernel0" in given["backbone.md"]


def test_tracks_differ_in_the_rule_for_their_weights_only(tmp_path: Path) -> None:
    (tmp_path / "backbone.npz").write_bytes(track.backbone())
    found = {}
    for project in (PROJECT, FINE_TUNED):
        session = learner.LearnerSession(
            SEEDS[0], tmp_path, tmp_path, lambda _: "", lambda _: (404, {}), lambda *_: True
        )
        project.behaviour(session)
        found[project.slug] = {test.name: test.status for test in session.tests}
    assert found[FINE_TUNED.slug] == {**found[PROJECT.slug], "track_rule": "passed"}
    assert found[PROJECT.slug]["track_rule"] == "failed"


def test_labels_name_every_file_and_nothing_else(
    draw: probes.Draw, files: dict[str, bytes], rows: list[dict[str, str]]
) -> None:
    assert list(rows[0]) == ["file", "label", "tile"]
    assert {row["file"] for row in rows} == set(files) - {"labels.csv"}
    assert {row["label"] for row in rows} == set(draw.process.names)
    assert all(re.fullmatch(r"images/\d{6}\.(png|jpg)", row["file"]) for row in rows)
    assert all(re.fullmatch(r"T-\d{5}", row["tile"]) for row in rows)
    labels_of: dict[str, set[str]] = {}
    for row in rows:
        labels_of.setdefault(row["tile"], set()).add(row["label"])
    assert all(len(labels) == 1 for labels in labels_of.values())


def test_training_files_are_as_the_dictionary_says(
    files: dict[str, bytes], rows: list[dict[str, str]]
) -> None:
    broken, modes, endings, sizes = 0, Counter[str](), 0, Counter[tuple[int, int]]()
    for row in rows:
        content = files[row["file"]]
        try:
            image = Image.open(io.BytesIO(content))
            image.load()
        except (OSError, SyntaxError):
            broken += 1
            continue
        modes[image.mode] += 1
        sizes[image.size] += 1
        endings += (image.format == "PNG") != row["file"].endswith(".png")
    assert broken == len(export.UNREADABLE) * probes.UNREADABLE_PICTURES
    assert endings >= probes.WRONG_ENDINGS - 2  # some of them may be repeated or broken, too
    assert set(modes) == {"RGB", "L", "P", "RGBA"}
    assert modes["RGB"] > 0.6 * len(rows)
    assert sizes[24, 24] > 0.85 * len(rows)
    assert len({hashlib.sha256(content).digest() for content in files.values()}) < len(files)


@pytest.mark.parametrize("form", export.FORMS)
def test_picture_comes_back_from_its_file(draw: probes.Draw, form: str) -> None:
    chance = random.Random(3)
    seen = []
    for picture, outside in zip(draw.past.pictures[:40], draw.past.outside[:40], strict=True):
        file = export.write_picture(chance, picture, outside, form=form)
        image = opened(file.content)
        assert Image.open(io.BytesIO(file.content)).format == (
            "JPEG" if file.suffix == ".jpg" else "PNG"
        )
        if image.size == (24, 24):
            expected = np.asarray(Image.fromarray(picture).convert("L"), dtype=float)
            shown = np.ones_like(outside) if form != "alpha" else ~outside
            apart = np.abs(np.asarray(image.convert("L"), dtype=float) - expected)[shown]
            seen.append(apart.mean())
    assert len(seen) > 25
    assert np.median(seen) < {"RGB": 0.01, "alpha": 0.01, "grey": 1.0}.get(form, 6)


def test_transparent_pixels_hide_no_tile(draw: probes.Draw) -> None:
    hidden = draw.past.outside
    assert 0.02 < hidden.mean() < 0.4
    assert not hidden[:, 9:15, 9:15].any()


def test_faults_are_what_they_are_called(draw: probes.Draw) -> None:
    chance = random.Random(5)
    made = {
        kind: [export.write_fault(chance, draw.past.pictures[n], kind).content for n in range(10)]
        for kind in export.FAULTS
    }
    for kind in (*export.UNREADABLE, export.TEXT, export.OTHER_KIND):
        for content in made[kind]:
            with pytest.raises((OSError, SyntaxError)):
                Image.open(io.BytesIO(content)).load()
    assert all(not content for content in made[export.EMPTY])
    assert {Image.open(io.BytesIO(content)).mode for content in made[export.CMYK]} == {"CMYK"}
    assert {Image.open(io.BytesIO(content)).mode for content in made[export.DEEP]} == {"I;16"}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_huge_pictures_break_one_limit_each() -> None:
    many_pixels = export.huge_picture()
    image = Image.open(io.BytesIO(many_pixels))
    assert image.width * image.height > 20 * export.LARGEST_PIXELS
    assert image.mode == "L"
    assert len(many_pixels) < export.LARGEST_BYTES / 4
    image.load()
    assert image.getextrema() == (0, 0)
    many_bytes = export.picture_of_many_bytes(np.random.default_rng(1))
    image = Image.open(io.BytesIO(many_bytes))
    assert len(many_bytes) > export.LARGEST_BYTES
    assert image.width * image.height < export.LARGEST_PIXELS


def test_question_names_no_line_and_shares_no_picture_with_the_training_data(
    draw: probes.Draw, files: dict[str, bytes], asked: probes.Asked
) -> None:
    contents = unpack(asked.question.content)
    assert tuple(sorted(asked.question.ids)) == tuple(contents)
    assert not {*contents.values()} & {*files.values()}
    assert len(asked.line) == len(disturb.CONDITIONS) * probes.HELD_OUT_PICTURES
    text = repr(sorted(contents)) + repr(b"".join(contents.values()))
    assert not any(name in text for name in draw.process.names if len(name) > 4)


# Disturbances, each beside an oracle -------------------------------------------------------------


def test_strengths_fill_the_published_ranges(asked: probes.Asked) -> None:
    strength = {name: np.abs(asked.strength[asked.rows(name)]) for name in disturb.CONDITIONS}
    assert not strength[disturb.CLEAN].any()
    for name, ends in (
        (disturb.ROTATION, disturb.DEGREES),
        (disturb.BLUR, disturb.BLUR_PIXELS),
        (disturb.OCCLUSION, disturb.COVERED),
    ):
        assert ends[0] <= strength[name].min() < ends[0] + 0.05 * ends[1]
        assert 0.95 * ends[1] < strength[name].max() <= ends[1]
    factors = strength[disturb.BRIGHTNESS]
    dark = factors < 1
    assert 0.4 < dark.mean() < 0.6
    assert disturb.DARKER[0] <= factors[dark].min() < factors[dark].max() <= disturb.DARKER[1]
    assert disturb.BRIGHTER[0] <= factors[~dark].min() < factors[~dark].max() <= disturb.BRIGHTER[1]


def test_brightness_is_that_of_pillow(draw: probes.Draw) -> None:
    for factor in (0.3, 1.7):
        (found,) = disturb.brighten(draw.past.pictures[:1], np.array([factor]))
        image = Image.fromarray(draw.past.pictures[0])
        expected = np.asarray(ImageEnhance.Brightness(image).enhance(factor), dtype=int)
        assert np.abs(found - expected).max() <= 1


def test_blur_is_that_of_scipy(draw: probes.Draw) -> None:
    widths = np.array([0.8, 1.5])
    found = disturb.blur(draw.past.pictures[:2], widths)
    for picture, blurred, width in zip(draw.past.pictures[:2], found, widths, strict=True):
        expected = scipy.ndimage.gaussian_filter(
            picture.astype(float), (width, width, 0), mode="nearest", truncate=12
        )
        assert np.abs(blurred - expected).max() <= 1


def test_patch_covers_its_share(draw: probes.Draw) -> None:
    shares = np.linspace(0.05, 0.3, 60)
    before = draw.past.pictures[:60]
    after = disturb.cover(before, np.random.default_rng(1), shares)
    patched = (before != after).any(axis=3)
    assert patched.mean(axis=(1, 2)) == pytest.approx(shares, abs=0.035)
    for picture, patch in zip(after, patched, strict=True):
        assert len(np.unique(picture[patch], axis=0)) == 1


def test_turned_photograph_is_the_straight_one_turned() -> None:
    process = generator.draw_process(SEEDS[2])
    photos = generator.draw_photos(process, np.random.default_rng(1), np.ones(20, np.int64))
    photos.camera[:] = 0
    photos.grain[:] = 0
    straight, _ = generator.render(process, photos, np.random.default_rng(2))
    turned, _ = generator.render(
        process, photos.turned(np.full(20, 30.0)), np.random.default_rng(2)
    )
    for one, other in zip(straight, turned, strict=True):
        expected = scipy.ndimage.rotate(one.astype(float), -30, reshape=False, order=1)
        middle = slice(6, 18)
        alike = np.corrcoef(expected[middle, middle].ravel(), other[middle, middle].ravel())[0, 1]
        assert alike > 0.9


def test_ranges_are_those_of_the_checks() -> None:
    text = starter.ranges()
    for ends in (disturb.DEGREES, disturb.DARKER, disturb.BRIGHTER, disturb.BLUR_PIXELS):
        assert str(list(ends)) in text
    assert str(list(disturb.COVERED)) in text
    assert f"pixels = {export.LARGEST_PIXELS}" in text
