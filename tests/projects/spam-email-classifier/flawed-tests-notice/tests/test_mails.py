from spamfilter import mails


def test_mails_can_be_imported():
    assert mails
