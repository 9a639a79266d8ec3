from spamfilter import hypertext


def test_hypertext_can_be_imported():
    assert hypertext
