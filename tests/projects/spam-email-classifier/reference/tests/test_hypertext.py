import pytest

from spamfilter.hypertext import seen_text


@pytest.mark.parametrize(
    "source",
    ["bo<!-- x -->nus", "bo<b></b>nus", "<p>bonus</p>", "<style>p {color: red}</style>bonus"],
)
def test_tags_and_comments_do_not_cut_words(source):
    assert seen_text(source).strip() == "bonus"


@pytest.mark.parametrize("style", ["color:#ffffff", "font-size:0"])
def test_hidden_text_is_left_out(style):
    assert seen_text(f'a <span style="{style}">unseen</span> bonus').split() == ["a", "bonus"]


def test_text_in_another_colour_is_seen():
    assert seen_text('<span style="color:#222222">bonus</span>') == "bonus"


def test_paragraphs_separate_words_and_names_are_letters():
    assert seen_text("<p>caf&eacute;</p><p>bonus</p>").split() == ["café", "bonus"]
