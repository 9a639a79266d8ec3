"""Steps, lessons and concepts as one learner sees them."""

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from fontTools.ttLib import TTFont

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, Step, Teaching
from apps.curriculum.queries import published_lessons
from apps.curriculum.renderer import PAGES
from apps.progress.models import EvidenceSource, ReadMark
from apps.progress.services import mark_read, record_evidence
from tests.submissions.samples import make_learner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]

MAX_QUERIES = 12
MAX_LESSON_KB = 350  # with formulas, at the first visit


@pytest.fixture
def learner() -> User:
    return make_learner()


@pytest.fixture
def page(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def queries(client: Client, url: str) -> int:
    cache.clear()  # the worst case: the small road is made anew
    with CaptureQueriesContext(connection) as captured:
        text_of(client, url)
    return len(captured)


def test_addresses_are_those_that_texts_link_to() -> None:
    for kind, pattern in PAGES.items():
        assert reverse(kind, args=["a-name"]) == pattern.format("a-name")


def test_every_page_of_the_content_answers_within_few_queries(page: Client) -> None:
    urls = ["/steps/", "/concepts/"]
    for model, name in ((Step, "step"), (Lesson, "lesson"), (Concept, "concept")):
        urls += [reverse(name, args=[one.slug]) for one in model.objects.all()]
    assert len(urls) > 35
    assert {url: count for url in urls if (count := queries(page, url)) > MAX_QUERIES} == {}


def test_number_of_queries_does_not_grow_with_rows(page: Client, learner: User) -> None:
    urls = ["/steps/", "/concepts/", "/lessons/self-attention/", "/concepts/precision/"]
    before = [queries(page, url) for url in urls]
    step, concept = Step.objects.get(slug="deep-learning"), Concept.objects.get(slug="precision")
    for number in range(100):
        lesson = Lesson.objects.create(
            slug=f"l-{number}",
            title="L",
            step=step,
            position=number + 2,
            minutes=5,
            last_reviewed=timezone.now().date(),
        )
        Teaching.objects.create(lesson=lesson, concept=concept, position=0)
        mark_read(learner=learner, lesson=lesson)
        record_evidence(
            learner=learner,
            source=EvidenceSource.QUIZ,
            key=str(number),
            concepts=["precision", "dot-product"],
            score=1.0,
            title="A question",
            attempt=1,
            url="/",
            at=timezone.now(),
        )
    assert [queries(page, url) for url in urls] == before


def test_pages_without_content_say_so(page: Client) -> None:
    Step.objects.update(published=False)
    Concept.objects.update(published=False)
    assert "No lessons yet" in text_of(page, "/steps/")
    assert "No concepts yet" in text_of(page, "/concepts/")


@pytest.mark.parametrize(
    "url", ["/steps/nothing/", "/lessons/nothing/", "/concepts/nothing/", "/lessons/%00/"]
)
def test_what_is_not_there_is_not_found(page: Client, url: str) -> None:
    assert page.get(url).status_code == 404


@pytest.mark.parametrize(
    "url", ["/steps/", "/steps/x/", "/lessons/x/", "/concepts/", "/concepts/x/"]
)
def test_visitor_is_asked_to_log_in(client: Client, url: str) -> None:
    response = client.get(url)
    assert response["Location"] == f"/account/login/?next={url}"


def test_open_lesson_is_read_without_an_account_and_no_other(client: Client) -> None:
    text = text_of(client, "/lessons/precision-recall-f1/")
    assert "Keep what you learn" in text
    assert ("Mark as read" in text, "Next lesson" in text) == (False, False)
    assert queries(client, "/lessons/precision-recall-f1/") <= 3
    assert Lesson.objects.filter(open=True).count() == 1
    for url in ("/lessons/self-attention/", "/lessons/nothing/"):
        response = client.get(url, {"a": "b"})
        assert response["Location"] == f"/account/login/?next={url}%3Fa%3Db"
    assert client.post("/lessons/precision-recall-f1/").status_code == 405
    assert client.post("/lessons/precision-recall-f1/read-mark/").status_code == 302
    assert ReadMark.objects.count() == 0
    Lesson.objects.filter(open=True).update(published=False)
    assert client.get("/lessons/precision-recall-f1/").status_code == 302


def test_open_lesson_is_found_under_its_old_address_by_visitors(client: Client) -> None:
    Lesson.objects.filter(open=True).update(slug="f1", formerly=["precision-recall-f1"])
    response = client.get("/lessons/precision-recall-f1/")
    assert (response.status_code, response["Location"]) == (301, "/lessons/f1/")


def test_lesson_is_marked_and_unmarked(page: Client, learner: User) -> None:
    url, mark = "/lessons/self-attention/", "/lessons/self-attention/read-mark/"
    assert "Mark as read" in text_of(page, url)
    response = page.post(mark)
    assert response["Location"] == f"{url}#read-mark"
    page.post(mark)
    assert ReadMark.objects.count() == 1
    assert "You read this lesson on" in text_of(page, url)
    count = Lesson.objects.filter(step__slug="deep-learning").count()
    assert f"1 of {count} lessons read" in text_of(page, "/steps/deep-learning/")
    page.post(mark, {"remove": "1"})
    assert "Mark as read" in text_of(page, url)
    assert page.get(mark).status_code == 405
    assert page.post("/lessons/nothing/read-mark/").status_code == 404


def test_changed_lesson_says_so(page: Client, learner: User) -> None:
    lesson = Lesson.objects.get(slug="self-attention")
    mark_read(learner=learner, lesson=lesson)
    Lesson.objects.filter(pk=lesson.pk).update(version="0" * 64)
    assert "has changed since you read it" in text_of(page, "/lessons/self-attention/")
    assert "changed since you read it" in text_of(page, "/steps/")


def test_renamed_lesson_is_found_under_its_old_address(page: Client, learner: User) -> None:
    lesson = Lesson.objects.get(slug="self-attention")
    mark_read(learner=learner, lesson=lesson)
    Lesson.objects.filter(pk=lesson.pk).update(slug="attention", formerly=["self-attention"])
    response = page.get("/lessons/self-attention/")
    assert (response.status_code, response["Location"]) == (301, "/lessons/attention/")
    assert "You read this lesson on" in text_of(page, "/lessons/attention/")


def test_withdrawn_lesson_is_not_found_and_its_mark_stays(page: Client, learner: User) -> None:
    lesson = Lesson.objects.get(slug="self-attention")
    mark_read(learner=learner, lesson=lesson)
    Lesson.objects.filter(pk=lesson.pk).update(published=False)
    assert page.get("/lessons/self-attention/").status_code == 404
    assert "Self-attention</a></h3>" not in text_of(page, "/steps/")
    assert ReadMark.objects.count() == 1


def test_lessons_lead_to_each_other_over_steps(page: Client) -> None:
    slugs = list(published_lessons().values_list("slug", flat=True))
    first, second, *_, last = slugs
    html = text_of(page, f"/lessons/{first}/")
    assert "Previous lesson" not in html
    assert f'rel="next" href="/lessons/{second}/"' in html
    assert f'rel="prev" href="/lessons/{first}/"' in text_of(page, f"/lessons/{second}/")
    assert "Next lesson" not in text_of(page, f"/lessons/{last}/")
    steps = [lesson.step.slug for lesson in published_lessons()]
    border = next(n for n, step in enumerate(steps) if step != steps[0])
    assert f'rel="next" href="/lessons/{slugs[border]}/"' in text_of(
        page, f"/lessons/{slugs[border - 1]}/"
    )


def test_lesson_says_what_it_builds_on_and_how_well_that_is_known(
    page: Client, learner: User
) -> None:
    for number in range(3):
        record_evidence(
            learner=learner,
            source=EvidenceSource.QUIZ,
            key=str(number),
            concepts=["dot-product"],
            score=1.0,
            title="A question",
            attempt=1,
            url="/",
            at=timezone.now(),
        )
    text = text_of(page, "/lessons/self-attention/")
    start = text[text.index("Are you ready?") : text.index('<article class="prose">')]
    assert re.findall(r'concept-chip is-(\w+)" href="/concepts/([\w-]+)/', start) == [
        ("passed", "dot-product"),
        ("waiting", "matrix-multiplication"),
        ("waiting", "matrix-shapes"),
        ("waiting", "vectors"),
    ]


def test_concept_shows_only_the_own_evidence(page: Client, learner: User) -> None:
    for person, title in ((learner, "Mine"), (make_learner(), "Theirs")):
        record_evidence(
            learner=person,
            source=EvidenceSource.PROJECT,
            key="1",
            concepts=["precision"],
            score=1.0,
            title=title,
            attempt=2,
            url="/submissions/x/",
            at=timezone.now(),
        )
    text = text_of(page, "/concepts/precision/")
    assert "Mine" in text
    assert "Theirs" not in text
    assert "Project, try 2" in text


def test_formula_font_comes_only_with_formulas(page: Client) -> None:
    assert "formulas.css" in text_of(page, "/lessons/self-attention/")
    Lesson.objects.filter(slug="self-attention").update(has_formulas=False)
    assert "formulas.css" not in text_of(page, "/lessons/self-attention/")
    assert "formulas.css" not in text_of(page, "/steps/")


def test_lesson_with_formulas_is_light(page: Client) -> None:
    for lesson in Lesson.objects.filter(has_formulas=True):
        text = text_of(page, f"/lessons/{lesson.slug}/")
        total = len(gzip.compress(text.encode()))
        loaded = {*re.findall(r'/static/([\w./-]+)"', text), "fonts/stix-two-math.woff2"}
        for name in loaded:
            path = finders.find(name)
            assert isinstance(path, str), name
            data = Path(path).read_bytes()
            total += len(data) if name.endswith(".woff2") else len(gzip.compress(data))
        assert total / 1024 <= MAX_LESSON_KB, lesson.slug


@pytest.fixture(scope="module")
def face() -> Iterator[TTFont]:
    path = finders.find("fonts/stix-two-math.woff2")
    assert isinstance(path, str)
    with TTFont(io.BytesIO(Path(path).read_bytes())) as font:
        yield font


def test_formula_font_keeps_its_table_of_mathematics(face: TTFont) -> None:
    assert face["MATH"].table.MathVariants.VertGlyphCount > 40


def test_formula_font_has_every_character_of_every_formula(face: TTFont) -> None:
    texts = [*Lesson.objects.values_list("body_html", flat=True)]
    texts += Concept.objects.values_list("definition_html", flat=True)
    formulas = re.findall(r"<math.*?</math>", "".join(texts), re.DOTALL)
    characters = set(re.sub(r"<[^>]+>|&\w+;|\s", "", "".join(formulas)))
    assert len(formulas) > 100
    assert {hex(ord(one)) for one in characters} <= {hex(code) for code in face.getBestCmap()}


def test_search_page_shows_what_is_found(page: Client) -> None:
    assert "Quotation marks keep words together" in text_of(page, "/search/")
    html = text_of(page, "/search/?q=precision")
    assert '<a class="row-link" href="/concepts/precision/">Precision</a>' in html
    assert "<h1>Search</h1>" in html
    assert "These titles are spelt like them" in text_of(page, "/search/?q=presicion")
    assert "Try fewer or other words" in text_of(page, "/search/?q=zzzzqqqq")
    assert "&lt;script&gt;" in text_of(page, "/search/?q=<script>")


def test_search_while_typing_gets_only_what_is_found(page: Client) -> None:
    response = page.get("/search/?q=precision", headers={"HX-Request": "true"})
    assert response.headers["Vary"].count("HX-Request") == 1
    html = response.content.decode()
    assert html.lstrip().startswith('<section class="stack" id="found"')
    assert "<h1>" not in html


def test_search_is_bounded_in_queries(page: Client) -> None:
    assert queries(page, "/search/?q=precision") <= MAX_QUERIES


def test_glossary_says_what_each_concept_is(page: Client) -> None:
    html = text_of(page, "/concepts/")
    assert '<a href="#letter-p">P</a>' in html
    assert "Of the cases predicted positive, the share that are positive" in html


def test_map_shows_what_is_solid_in_words(page: Client, learner: User) -> None:
    assert 'aria-label="Precision: not seen yet"' in text_of(page, "/concept-map/")


def test_map_and_glossary_are_bounded_in_queries(page: Client) -> None:
    assert queries(page, "/concepts/") <= MAX_QUERIES
    assert queries(page, "/concept-map/") <= MAX_QUERIES


def test_concept_says_what_to_expect_and_shows_how_it_came(page: Client, learner: User) -> None:
    assert "about 6 of 10 questions on it would go right" in text_of(page, "/concepts/precision/")
    for number, score in enumerate([0.0, 1.0, 1.0, 1.0]):
        record_evidence(
            learner=learner, source=EvidenceSource.QUIZ, key=f"{number}", concepts=["precision"],
            score=score, title=f"Question {number}", attempt=1, url="/", at=timezone.now(),
        )  # fmt: skip
    text = text_of(page, "/concepts/precision/")
    assert "Of 10 new questions on it, expect about 7 to go right." in text
    assert 'class="chart chart-line"' in text
    assert "What you can expect of yourself" in text


def test_concepts_show_how_far_and_what_is_next(page: Client, learner: User) -> None:
    text = text_of(page, "/concepts/")
    assert "Learn next" in text
    assert "Strengthen next" not in text
    for number in range(3):
        record_evidence(
            learner=learner, source=EvidenceSource.QUIZ, key=f"{number}", concepts=["vectors"],
            score=1.0, title="A question", attempt=1, url="/", at=timezone.now(),
        )  # fmt: skip
    record_evidence(
        learner=learner, source=EvidenceSource.QUIZ, key="wrong", concepts=["precision"],
        score=0.0, title="A question", attempt=1, url="/", at=timezone.now(),
    )  # fmt: skip
    text = text_of(page, "/concepts/")
    assert "1 solid" in text
    assert "1 shaky" in text
    strengthen = text.split('id="strengthen"', 1)[1].split("</section>", 1)[0]
    assert "/concepts/precision/" in strengthen
