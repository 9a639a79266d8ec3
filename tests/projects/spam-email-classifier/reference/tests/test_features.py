from made_up import raw_mail
from spamfilter.features import features


def test_features_are_words_of_three_letters_and_the_sender():
    raw = raw_mail("to the b0nus", sender="ann@mill.example")
    assert features(raw) == {"the", "bonus", "from:mill.example"}


def test_mail_without_a_sender_has_words_only():
    assert features(b"Subject: the bonus\n\nhere") == {"the", "bonus", "here"}
