from spamfilter.words import words_of


def test_words_are_in_small_letters_and_numbers_are_none():
    assert words_of("Your BONUS now, 4711") == {"your", "bonus", "now"}
