"""A convolutional network in PyTorch: three times convolution, ReLU and pooling, then one layer."""

from torch import nn

CHANNELS = (12, 24, 48)


def make_network(side, classes, channels=CHANNELS):
    layers, inside = [], 1
    for outside in channels:
        layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        inside, side = outside, side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * inside, classes))
