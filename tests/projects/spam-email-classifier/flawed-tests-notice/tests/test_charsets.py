from spamfilter import charsets


def test_charsets_can_be_imported():
    assert charsets
