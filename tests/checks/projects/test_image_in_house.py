"""The image project's own models, every figure beside an oracle's, and the backbone."""

import hashlib
import io

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from PIL import Image
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from apps.checks.projects.image_classification import (
    disturb,
    generator,
    in_house,
    network,
    probes,
    track,
)

SEED = hashlib.sha256(b"tiles 0").digest()


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> object:
    """Small matrices: more threads would wait for each other."""
    return threadpool_limits(1)


@pytest.fixture(scope="module")
def draw() -> probes.Draw:
    return probes.make_draw(SEED)


@pytest.fixture(scope="module")
def asked(draw: probes.Draw) -> probes.Asked:
    return probes.main_question(draw)


def test_convolution_is_that_of_scipy() -> None:
    rng = np.random.default_rng(1)
    layer = network.Convolution(rng, 2, 3)
    values = rng.normal(size=(1, 6, 6, 2)).astype(np.float32)
    kernel = layer.parameters["weight"].reshape(3, 3, 2, 3)
    expected = sum(
        scipy.signal.correlate2d(values[0, :, :, inside], kernel[:, :, inside, 1], mode="same")
        for inside in range(2)
    )
    assert layer.forward(values)[0, :, :, 1] == pytest.approx(np.maximum(expected, 0), abs=1e-5)


def test_gradients_are_slopes_of_the_loss() -> None:
    rng = np.random.default_rng(2)
    small = network.convolutional(rng, side=4, channels=(2, 3), classes=3)
    values = rng.normal(size=(4, 4, 4, 1)).astype(np.float32)
    labels = np.array([0, 1, 2, 1])

    def loss() -> float:
        scores = small.scores(values).astype(float)
        log_odds = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return float(-log_odds[np.arange(4), labels].mean())

    network._descend(small, small.scores(values), labels)
    for layer in small.layers:
        for name, gradient in layer.gradients.items():
            array = layer.parameters[name]
            place = tuple(size // 2 for size in array.shape)
            slopes = []
            for step in (1e-3, -1e-3):
                array[place] += step
                slopes.append(loss())
                array[place] -= step
            assert gradient[place] == pytest.approx((slopes[0] - slopes[1]) / 2e-3, abs=2e-3)


def test_first_step_of_adam_is_as_long_as_the_rate() -> None:
    rng = np.random.default_rng(3)
    one = network.Network((network.Dense(rng, 4, 2),))
    before = one.layers[0].parameters["weight"].copy()
    picture = np.ones((1, 2, 2, 1), np.float32)
    network.train(one, lambda: iter([(picture, np.array([1]))]), epochs=1, rate=0.01, decay=0.0)
    moved = one.layers[0].parameters["weight"] - before
    assert moved[:, 1] == pytest.approx(np.full(4, 0.01), rel=1e-3)
    assert moved[:, 0] == pytest.approx(np.full(4, -0.01), rel=1e-3)


def test_in_house_network_is_good_everywhere_and_the_same_again(
    draw: probes.Draw, asked: probes.Asked
) -> None:
    right = asked.in_house == asked.line
    accuracy = {name: right[asked.rows(name)].mean() for name in disturb.CONDITIONS}
    assert accuracy[disturb.CLEAN] > 0.9
    assert min(accuracy.values()) > 0.6
    linear = (asked.linear == asked.line)[asked.rows(disturb.CLEAN)].mean()
    assert linear < accuracy[disturb.CLEAN] - 0.4
    again = in_house.train_models(draw.past, draw.seed, classes=len(draw.process.names))
    pictures = draw.past.pictures[:200]
    first = probes.models(draw)
    for one, other in ((first.network, again.network), (first.linear, again.linear)):
        assert (in_house.lines_of(one, pictures) == in_house.lines_of(other, pictures)).all()


def test_grey_is_that_of_pillow(draw: probes.Draw) -> None:
    found = in_house.greys(draw.past.pictures[:1])[0] * 255
    expected = np.asarray(Image.fromarray(draw.past.pictures[0]).convert("L"), dtype=float)
    assert np.abs(found - expected).max() < 1


def test_turn_without_a_change_of_place_is_that_of_scipy() -> None:
    class Fixed:
        """Draws the largest turn, and no other change."""

        def uniform(self, low: float, high: float, size: object) -> object:
            value = {disturb.DEGREES[1]: high, 1.1: 1.0, 1.5: 0.0}[high]
            return np.full(size, value)  # type: ignore[call-overload]

    rng = np.random.default_rng(4)
    picture = scipy.ndimage.gaussian_filter(rng.random((24, 24)), 2).astype(np.float32)
    found = in_house._moved(Fixed(), picture[None])[0]  # type: ignore[arg-type]
    expected = scipy.ndimage.rotate(picture, -disturb.DEGREES[1], reshape=False, order=1)
    assert found[6:18, 6:18] == pytest.approx(expected[6:18, 6:18], abs=0.01)


# The backbone ------------------------------------------------------------------------------------


def backbone_features(
    arrays: dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"],
    pictures: generator.Pictures,
) -> object:
    values = in_house.standardised(in_house.greys(pictures))
    for number in range(3):
        layer = network.Convolution(np.random.default_rng(0), 1, 1)
        kernel = arrays[f"kernel{number}"]
        layer.parameters = {
            "weight": kernel.reshape(-1, kernel.shape[3]),
            "bias": arrays[f"bias{number}"],
        }
        values = network.Pooling().forward(layer.forward(values))
    return values.reshape(len(values), -1)


def test_backbone_tells_lines_that_it_has_never_seen(
    draw: probes.Draw, asked: probes.Asked
) -> None:
    """With ten pictures of each line and a linear model on top, far better than random weights."""
    with np.load(io.BytesIO(track.backbone()), allow_pickle=False) as found:
        arrays = dict(found)
    rng = np.random.default_rng(5)
    scale = {name: np.sqrt(2 / values[..., 0].size) for name, values in arrays.items()}
    randoms = {
        name: (rng.normal(0, scale[name], values.shape) * name.startswith("kernel")).astype(
            np.float32
        )
        for name, values in arrays.items()
    }
    past = draw.past
    few = np.concatenate(
        [np.flatnonzero(past.photos.line == line)[:10] for line in range(len(draw.process.names))]
    )
    rest = np.setdiff1d(np.arange(len(past.pictures)), few)
    scores = []
    for weights in (arrays, randoms):
        model = LogisticRegression(C=0.01, max_iter=200)
        model.fit(backbone_features(weights, past.pictures[few]), past.photos.line[few])
        scores.append(
            model.score(backbone_features(weights, past.pictures[rest]), past.photos.line[rest])
        )
    assert scores[0] > scores[1] + 0.15
    assert sum(values.size for values in arrays.values()) < 20_000
