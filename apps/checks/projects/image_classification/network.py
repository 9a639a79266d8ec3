"""A small convolutional network in NumPy: forward, backward, Adam. Single precision throughout.

Arrays of pictures have shape (pictures, rows, columns, channels). Each layer keeps what its
``backward`` needs of the last ``forward``, so a network is trained by one thread at a time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

type Values = NDArray[np.float32]
type Parameters = dict[str, Values]
type Batches = Callable[[], Iterator[tuple[Values, NDArray[np.int64]]]]

_BATCH = 500  # of pictures that are predicted at once: bounds memory


class Layer(Protocol):
    parameters: Parameters
    gradients: Parameters

    def forward(self, values: Values) -> Values: ...

    def backward(self, gradient: Values) -> Values: ...


class Convolution:
    """3 x 3, stride 1, zeros beyond the edge, and the ReLU after it."""

    def __init__(self, rng: np.random.Generator, inside: int, outside: int) -> None:
        weight = rng.normal(0, np.sqrt(2 / (9 * inside)), (9 * inside, outside))  # He et al., 2015
        self.parameters: Parameters = {
            "weight": weight.astype(np.float32),
            "bias": np.zeros(outside, np.float32),
        }
        self.gradients: Parameters = {}

    def forward(self, values: Values) -> Values:
        self._windows = _windows(values)
        out = self._windows @ self.parameters["weight"] + self.parameters["bias"]
        self._out = np.maximum(out, 0).reshape(*values.shape[:3], -1)
        return np.asarray(self._out)

    def backward(self, gradient: Values) -> Values:
        gradient = gradient * (self._out > 0)
        flat = gradient.reshape(len(gradient), -1, gradient.shape[3])
        self.gradients = {
            "weight": (self._windows.swapaxes(1, 2) @ flat).sum(axis=0),
            "bias": flat.sum(axis=(0, 1)),
        }
        weight = self.parameters["weight"].reshape(9, -1, gradient.shape[3])
        # The same convolution backwards: its kernel turned by 180 degrees.
        turned = weight[::-1].swapaxes(1, 2).reshape(-1, weight.shape[1])
        return np.asarray(_windows(gradient) @ turned).reshape(*gradient.shape[:3], -1)


def _windows(values: Values) -> Values:
    """The 3 x 3 pixels around each one: shape (pictures, rows * columns, 9 * channels).

    With an axis of pictures, each product of matrices stays so small that OpenBLAS computes it in
    one thread: two wait for each other more than they compute, the more so on a busy machine.
    """
    pictures, rows, columns, channels = values.shape
    padded = np.zeros((pictures, rows + 2, columns + 2, channels), np.float32)
    padded[:, 1:-1, 1:-1] = values
    parts = np.empty((pictures, rows, columns, 9, channels), np.float32)
    for place in range(9):
        down, across = divmod(place, 3)
        parts[:, :, :, place] = padded[:, down : down + rows, across : across + columns]
    return parts.reshape(pictures, rows * columns, 9 * channels)


class Pooling:
    """The largest of each 2 x 2 pixels; sides are even."""

    def __init__(self) -> None:
        self.parameters: Parameters = {}
        self.gradients: Parameters = {}

    def forward(self, values: Values) -> Values:
        self._values = values
        across = np.maximum(values[:, :, ::2], values[:, :, 1::2])
        self._out = np.maximum(across[:, ::2], across[:, 1::2])
        return self._out

    def backward(self, gradient: Values) -> Values:
        out = np.zeros_like(self._values)
        left = np.ones(gradient.shape, bool)  # each goes to one pixel, also where two are equal
        for down in range(2):
            for across in range(2):
                largest = left & (self._values[:, down::2, across::2] == self._out)
                out[:, down::2, across::2] = gradient * largest
                left &= ~largest
        return out


class Dense:
    """Of all values of a picture; one output for each class."""

    def __init__(self, rng: np.random.Generator, inside: int, outside: int) -> None:
        weight = rng.normal(0, np.sqrt(1 / inside), (inside, outside))
        self.parameters: Parameters = {
            "weight": weight.astype(np.float32),
            "bias": np.zeros(outside, np.float32),
        }
        self.gradients: Parameters = {}

    def forward(self, values: Values) -> Values:
        self._shape, self._flat = values.shape, values.reshape(len(values), -1)
        return np.asarray(self._flat @ self.parameters["weight"] + self.parameters["bias"])

    def backward(self, gradient: Values) -> Values:
        self.gradients = {"weight": self._flat.T @ gradient, "bias": gradient.sum(axis=0)}
        return np.asarray(gradient @ self.parameters["weight"].T).reshape(self._shape)


@dataclass(slots=True)
class Network:
    layers: tuple[Layer, ...]

    def scores(self, values: Values) -> Values:
        """Of each class, before softmax: shape (pictures, classes)."""
        for layer in self.layers:
            values = layer.forward(values)
        return values

    def classes(self, values: Values) -> NDArray[np.int64]:
        """The likeliest one of each picture."""
        parts = [values[at : at + _BATCH] for at in range(0, len(values), _BATCH)]
        return np.concatenate([self.scores(part).argmax(axis=1) for part in parts])

    def parameters(self) -> Mapping[str, Values]:
        return {
            f"{number}.{name}": values
            for number, layer in enumerate(self.layers)
            for name, values in layer.parameters.items()
        }


def convolutional(
    rng: np.random.Generator, *, side: int, channels: tuple[int, ...], classes: int
) -> Network:
    """For pictures of one channel: as many times a convolution and a pooling, then one Dense."""
    layers: list[Layer] = []
    inside = 1
    for outside in channels:
        layers += [Convolution(rng, inside, outside), Pooling()]
        inside, side = outside, side // 2
    return Network((*layers, Dense(rng, side * side * inside, classes)))


def train(network: Network, batches: Batches, *, epochs: int, rate: float, decay: float) -> None:
    """Minimise the cross-entropy with Adam (Kingma and Ba, 2015), with decoupled weight decay.

    ``batches``: the pictures and classes of an epoch, anew at each call. The rate goes down to 0
    along half a cosine.
    """
    moments = {
        name: np.zeros((2, *v.shape), np.float32) for name, v in network.parameters().items()
    }
    step = 0
    for epoch in range(epochs):
        now = rate * 0.5 * (1 + np.cos(np.pi * epoch / epochs))
        for pictures, labels in batches():
            step += 1
            _descend(network, network.scores(pictures), labels)
            _adam(network, moments, step=step, rate=now, decay=decay)


def _descend(network: Network, scores: Values, labels: NDArray[np.int64]) -> None:
    """The gradients of the mean cross-entropy, in each layer."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    gradient: Values = np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)
    gradient[np.arange(len(labels)), labels] -= 1
    gradient /= len(labels)
    for layer in reversed(network.layers):
        gradient = layer.backward(gradient)


def _adam(
    network: Network, moments: Mapping[str, Values], *, step: int, rate: float, decay: float
) -> None:
    for number, layer in enumerate(network.layers):
        for name, gradient in layer.gradients.items():
            first, second = moments[f"{number}.{name}"]
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient * gradient - second)
            size = np.sqrt(second / (1 - 0.999**step)) + 1e-8
            values = layer.parameters[name]
            values -= np.float32(rate) * (first / (1 - 0.9**step) / size + decay * values)
