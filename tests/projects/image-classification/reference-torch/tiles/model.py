"""Training, and what is kept of it: weights and names of the lines in one NPZ file."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from tiles.augmentation import augment
from tiles.network import make_network
from tiles.settings import BATCH, DECAY, EPOCHS, RATE, SEED

torch.set_num_threads(1)  # of small batches, more threads make nothing but waiting
torch.use_deterministic_algorithms(True)


def normalised(pictures):
    """Mean 0 and deviation 1 in each picture, with a channel."""
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    spread = centred.std(axis=(1, 2), keepdims=True)
    return torch.from_numpy((centred / (spread + 0.02))[:, None].astype(np.float32))


def train(pictures, labels, epochs=EPOCHS, change=augment):
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    names = np.unique(labels)
    answers = torch.from_numpy(np.searchsorted(names, labels))
    network = make_network(pictures.shape[1], len(names))
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(1, epochs))
    for _ in range(epochs):
        order = rng.permutation(len(pictures))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            optimiser.zero_grad()
            scores = network(normalised(change(rng, pictures[rows])))
            cross_entropy(scores, answers[rows]).backward()
            optimiser.step()
        schedule.step()
    return {"network": network.eval(), "names": names, "side": pictures.shape[1]}


def save(model, path):
    weights = {name: values.numpy() for name, values in model["network"].state_dict().items()}
    with open(path, "wb") as file:
        np.savez(file, names=model["names"], side=model["side"], **weights)


def load(path):
    with np.load(path, allow_pickle=False) as found:
        arrays = dict(found)
    names, side = arrays.pop("names"), int(arrays.pop("side"))
    network = make_network(side, len(names))
    network.load_state_dict({name: torch.from_numpy(v) for name, v in arrays.items()})
    return {"network": network.eval(), "names": names, "side": side}


def probabilities(model, pictures, batch=200):
    """Of each line, in the order of model["names"]: shape (n, lines)."""
    with torch.no_grad():
        parts = [
            model["network"](normalised(pictures[start : start + batch])).softmax(dim=1)
            for start in range(0, len(pictures), batch)
        ]
    return torch.cat(parts).numpy()
