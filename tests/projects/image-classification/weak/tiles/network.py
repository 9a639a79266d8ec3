"""A linear model on the pixels."""

import numpy as np


def random_weights(rng, side, classes):
    return {
        "dense": rng.normal(0, 0.01, (side * side, classes)).astype(np.float32),
        "offset": np.zeros(classes, np.float32),
    }


def forward(weights, values):
    """Scores before softmax, and what ``backward`` needs. ``values``: (n, side, side, 1)."""
    flat = values.reshape(len(values), -1)
    return flat @ weights["dense"] + weights["offset"], flat


def backward(weights, flat, gradient):
    return {"dense": flat.T @ gradient, "offset": gradient.sum(axis=0)}


def softmax(scores):
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)
