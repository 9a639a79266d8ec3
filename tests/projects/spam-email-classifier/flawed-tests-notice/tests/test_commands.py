from spamfilter import predict


def test_commands_can_be_imported():
    assert predict
