"""A convolutional network in NumPy: three times convolution, ReLU and pooling, then one layer."""

import numpy as np

CHANNELS = (12, 24, 48)


def random_weights(rng, side, classes, channels=CHANNELS):
    """He's initialisation; the last layer small."""
    weights, inside = {}, 1
    for number, outside in enumerate(channels):
        scale = np.sqrt(2 / (9 * inside))
        weights[f"kernel{number}"] = rng.normal(0, scale, (9 * inside, outside))
        weights[f"bias{number}"] = np.zeros(outside)
        inside, side = outside, side // 2
    flat = side * side * inside
    weights["dense"] = rng.normal(0, np.sqrt(1 / flat), (flat, classes))
    weights["offset"] = np.zeros(classes)
    return {name: values.astype(np.float32) for name, values in weights.items()}


def depth(weights):
    return sum(name.startswith("kernel") for name in weights)


def forward(weights, values):
    """Scores before softmax, and what ``backward`` needs. ``values``: (n, side, side, channels)."""
    kept = []
    for number in range(depth(weights)):
        columns = windows(values)
        out = columns @ weights[f"kernel{number}"] + weights[f"bias{number}"]
        out = np.maximum(out, 0).reshape(*values.shape[:3], -1)
        values = pooled(out)
        kept.append((columns, out, values))
    flat = values.reshape(len(values), -1)
    return flat @ weights["dense"] + weights["offset"], (kept, flat)


def backward(weights, kept, gradient):
    """The gradient of each weight, from the one of the scores."""
    layers, flat = kept
    found = {"dense": flat.T @ gradient, "offset": gradient.sum(axis=0)}
    gradient = (gradient @ weights["dense"].T).reshape(layers[-1][2].shape)
    for number in reversed(range(len(layers))):
        columns, out, small = layers[number]
        gradient = unpooled(out, small, gradient) * (out > 0)
        rows = gradient.reshape(len(gradient), -1, gradient.shape[3])
        found[f"kernel{number}"] = (columns.swapaxes(1, 2) @ rows).sum(axis=0)
        found[f"bias{number}"] = rows.sum(axis=(0, 1))
        if number > 0:
            kernel = weights[f"kernel{number}"].reshape(9, -1, gradient.shape[3])
            turned = kernel[::-1].swapaxes(1, 2).reshape(-1, kernel.shape[1])
            gradient = (windows(gradient) @ turned).reshape(*gradient.shape[:3], -1)
    return found


def windows(values):
    """The 3 x 3 pixels around each one, zeros outside: (n, side * side, 9 * channels)."""
    count, rows, columns, channels = values.shape
    padded = np.zeros((count, rows + 2, columns + 2, channels), np.float32)
    padded[:, 1:-1, 1:-1] = values
    found = np.empty((count, rows, columns, 9, channels), np.float32)
    for place in range(9):
        down, across = divmod(place, 3)
        found[:, :, :, place] = padded[:, down : down + rows, across : across + columns]
    return found.reshape(count, rows * columns, 9 * channels)


def pooled(values):
    across = np.maximum(values[:, :, ::2], values[:, :, 1::2])
    return np.maximum(across[:, ::2], across[:, 1::2])


def unpooled(values, small, gradient):
    """To the first of the largest pixels of each 2 x 2."""
    out = np.zeros_like(values)
    free = np.ones(small.shape, bool)
    for down in (0, 1):
        for across in (0, 1):
            largest = free & (values[:, down::2, across::2] == small)
            out[:, down::2, across::2] = gradient * largest
            free &= ~largest
    return out


def softmax(scores):
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)
