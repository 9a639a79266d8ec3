from tiles import network


def test_network_can_be_imported():
    assert network
