from spamfilter import words


def test_words_can_be_imported():
    assert words
