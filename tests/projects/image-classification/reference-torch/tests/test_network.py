import torch

from tiles.network import CHANNELS, make_network


def test_network_fits_pictures_and_lines():
    network = make_network(24, 5)
    assert network(torch.zeros(2, 1, 24, 24)).shape == (2, 5)
    assert network[-1].in_features == 9 * CHANNELS[-1]
    assert network[0].out_channels == CHANNELS[0]
