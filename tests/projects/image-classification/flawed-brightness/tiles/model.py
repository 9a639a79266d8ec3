"""Training, and what is kept of it: weights and names of the lines in one NPZ file."""

import numpy as np

from tiles.augmentation import augment
from tiles.network import backward, forward, random_weights, softmax
from tiles.settings import BATCH, DECAY, EPOCHS, RATE, SEED


def normalised(pictures):
    """The same for all pictures, with a channel."""
    return ((pictures - 0.5) / 0.25)[..., None].astype(np.float32)


def train(pictures, labels, epochs=EPOCHS, change=augment, begin=None):
    """``begin``: weights to start from, instead of random ones."""
    rng = np.random.default_rng(SEED)
    names = np.unique(labels)
    answers = np.searchsorted(names, labels)
    weights = random_weights(rng, pictures.shape[1], len(names)) | (begin or {})
    moments = {name: np.zeros((2, *v.shape), np.float32) for name, v in weights.items()}
    step = 0
    for epoch in range(epochs):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / epochs))
        order = rng.permutation(len(pictures))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            step += 1
            gradients = loss_gradients(
                weights, normalised(change(rng, pictures[rows])), answers[rows]
            )
            descend(weights, moments, gradients, step, rate)
    return {**weights, "names": names}


def loss_gradients(weights, values, answers):
    """Of the mean cross-entropy."""
    scores, kept = forward(weights, values)
    gradient = softmax(scores)
    gradient[np.arange(len(answers)), answers] -= 1
    return backward(weights, kept, gradient / len(answers))


def descend(weights, moments, gradients, step, rate):
    """One step of Adam with decoupled weight decay."""
    for name, gradient in gradients.items():
        first, second = moments[name]
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient * gradient - second)
        size = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        weights[name] -= np.float32(rate) * (first / (1 - 0.9**step) / size + DECAY * weights[name])


def save(model, path):
    with open(path, "wb") as file:
        np.savez(file, **model)


def load(path):
    with np.load(path, allow_pickle=False) as found:
        return dict(found)


def probabilities(model, pictures, batch=200):
    """Of each line, in the order of model["names"]: shape (n, lines)."""
    parts = [pictures[start : start + batch] for start in range(0, len(pictures), batch)]
    return np.concatenate([softmax(forward(model, normalised(part))[0]) for part in parts])
