"""What one finds among lessons, concepts and projects."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.curriculum.loader import load_content
from apps.curriculum.models import SearchEntry
from apps.curriculum.search import MAX_CHARACTERS, MAX_FOUND, search
from tests.content import whole_content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def titles(asked: str) -> list[str]:
    return [found.title for found in search(asked).found]


def test_word_of_a_title_finds_it_first() -> None:
    assert titles("precision")[0] == "Precision"
    assert "Precision, recall and F1" in titles("precision")


def test_words_of_a_text_are_found_and_shown() -> None:
    found = next(one for one in search("analyst alerts frauds").found if one.kind == "Lesson")
    assert found.url == "/lessons/precision-recall-f1/"
    assert "<mark>" in found.excerpt
    assert found.summary.startswith("Accuracy hides what a classifier costs")


def test_word_in_another_form_is_found() -> None:
    assert "Confusion matrix" in titles("confusion matrices")


def test_last_word_may_be_unfinished() -> None:
    assert titles("confusion matr")[0] == "Confusion matrix"


def test_phrase_is_kept_together_and_a_word_left_out() -> None:
    assert "Confusion matrix" not in titles('"matrix confusion"')
    assert "Precision, recall and F1" in titles("recall")
    assert "Precision, recall and F1" not in titles("recall -fraud")


def test_title_that_is_asked_for_comes_first() -> None:
    assert titles("attention")[0] == "Self-attention"
    assert titles("recall")[0] == "Recall"
    assert titles("gradient descent")[0] == "Gradient descent"


def test_words_spelt_wrongly_find_titles_that_are_like_them() -> None:
    findings = search("confusoin matirx")
    assert findings.spelt_like
    assert findings.found[0].title == "Confusion matrix"


def test_nothing_like_it_finds_nothing() -> None:
    findings = search("zzzzqqqq")
    assert (findings.spelt_like, findings.found) == (True, ())


@pytest.mark.parametrize(
    "asked",
    ["", "   ", "&|!():*'", "\0", "a\0b", "'; DROP TABLE x; --", "\\", "<script>", "x" * 5000, ":*",
     '"', '"unclosed', "-", "-recall", "or or or", "😀", "a & | b", "%", "_", "\ue000mark"],
)  # fmt: skip
def test_anything_may_be_asked(asked: str) -> None:
    findings = search(asked)
    assert len(findings.found) <= MAX_FOUND
    assert len(findings.words) <= MAX_CHARACTERS


def test_excerpt_holds_no_html_of_the_text() -> None:
    SearchEntry.objects.create(
        kind="lesson", slug="x", title="x", summary="x", content_hash="x",
        text="before <img src=x onerror=alert(1)> zebra & after",
    )  # fmt: skip
    entry = SearchEntry.objects.filter(slug="x")
    with connection.cursor() as cursor:
        cursor.execute(
            "update curriculum_searchentry set vector = to_tsvector('english', text) where slug='x'"
        )
    assert entry.exists()
    (found,) = search("zebra").found
    assert "<img" not in found.excerpt
    assert "<mark>zebra</mark>" in found.excerpt


def test_entries_follow_the_content() -> None:
    content = whole_content()
    assert SearchEntry.objects.count() == (
        len(content.lessons) + len(content.concepts) + len(content.briefs)
    )
    assert not SearchEntry.objects.filter(vector=None).exists()
    fewer = type(content)(
        concepts=content.concepts, steps=content.steps, lessons=content.lessons, briefs=[]
    )
    load_content(fewer)
    assert not SearchEntry.objects.filter(kind="project").exists()


def test_loading_the_same_again_writes_no_entry() -> None:
    with CaptureQueriesContext(connection) as captured:
        load_content(whole_content())
    written = [query["sql"] for query in captured if "searchentry" in query["sql"].lower()]
    assert len(written) == 1  # the one that reads them
