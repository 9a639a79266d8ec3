from spamfilter.hypertext import seen_text


def test_tags_are_removed():
    assert seen_text("<p>bonus</p>").split() == ["bonus"]


def test_paragraphs_separate_words_and_names_are_letters():
    assert seen_text("<p>caf&eacute;</p><p>bonus</p>").split() == ["café", "bonus"]
