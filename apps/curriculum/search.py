"""Full-text search over lessons, concepts and projects, in PostgreSQL.

What one types is a web search (words, "a phrase", -without), and the last word may be unfinished.
Where nothing has these words, titles that are spelt like them are found (trigrams).
"""

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.search import (
    SearchHeadline,
    SearchQuery,
    SearchRank,
    SearchVector,
    TrigramSimilarity,
    TrigramWordSimilarity,
)
from django.db.models import F, Q, QuerySet
from django.utils.safestring import SafeString, mark_safe

from apps.curriculum import content as authored
from apps.curriculum.code_blocks import without_links_to_run
from apps.curriculum.models import SearchEntry

MAX_CHARACTERS = 100  # of what is asked
MAX_FOUND = 12
_CONFIG = "english"
# Of a title and the words asked: "presicion" and "precision" have 0.33.
_LEAST_SIMILAR = 0.3
_SAME_WORDS = 0.6  # "confusion matrices" and "confusion matrix" have 0.72
# Stand around what was found, and in no text: they are for private use.
_BEGIN, _END = "\ue000", "\ue001"
# What would only be noise as words.
_TAG = re.compile(r'<(?:[^">]|"[^"]*")*>')  # of sanitised HTML
_NOT_TEXT = re.compile(r"<(svg|math)\b.*?</\1>", re.DOTALL)
Kind = SearchEntry.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    kind: str  # "Lesson"
    title: str
    url: str
    summary: str
    excerpt: SafeString  # of the text, what was found in <mark>; empty where the summary says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    words: str  # as asked, cleaned
    found: tuple[Found, ...]
    spelt_like: bool = False  # nothing has these words; titles that look like them


def search(asked: str) -> Findings:
    """The best ``MAX_FOUND``, best first."""
    words = " ".join(asked.replace("\0", " ").split())[:MAX_CHARACTERS]
    query = _query(words)
    if query is None:
        return Findings(words=words, found=())
    rows = _having(query, words)
    if rows:
        return Findings(words=words, found=tuple(map(_found, rows)))
    rows = list(
        SearchEntry.objects.annotate(likeness=TrigramWordSimilarity(words, "title"))
        .filter(likeness__gte=_LEAST_SIMILAR)
        .order_by("-likeness", "title")
        .defer("text", "vector")[:5]
    )
    return Findings(words=words, found=tuple(map(_found, rows)), spelt_like=True)


def _query(words: str) -> SearchQuery | None:
    parts = re.findall(r"\w+", words)
    if not parts:
        return None
    whole = SearchQuery(words, config=_CONFIG, search_type="websearch")
    if _is_exact(words):
        return whole
    begun = " & ".join([*parts[:-1], f"{parts[-1]}:*"])
    return whole | SearchQuery(begun, config=_CONFIG, search_type="raw")


def _is_exact(words: str) -> bool:
    """Whether they say more than which words: then nothing is to be guessed."""
    return re.search(r'["-]|\bor\b', words, re.IGNORECASE) is not None


def _having(query: SearchQuery, words: str) -> list[SearchEntry]:
    best = _ranked(query, words).values_list("pk", flat=True)[:MAX_FOUND]
    # An excerpt costs more than finding, so only what is shown gets one.
    excerpt = SearchHeadline(
        "text",
        query,
        config=_CONFIG,
        start_sel=_BEGIN,
        stop_sel=_END,
        max_words=26,
        min_words=14,
    )
    shown = _ranked(query, words).filter(pk__in=list(best))
    return list(shown.annotate(excerpt=excerpt).defer("text", "vector"))


def _ranked(query: SearchQuery, words: str) -> QuerySet[SearchEntry]:
    """Those that have the words, and titles in another form of them ("matrices" of "matrix")."""
    # 1: long texts have more words, which makes them no better.
    rank = SearchRank(F("vector"), query, normalization=1) + TrigramSimilarity("title", words)
    likeness = TrigramWordSimilarity(words, "title")
    wanted = Q(vector=query)
    if not _is_exact(words):
        wanted |= Q(likeness__gte=_SAME_WORDS)
    rows = SearchEntry.objects.annotate(likeness=likeness, rank=rank).filter(wanted)
    return rows.order_by("-rank", "title", "pk")


def _found(row: SearchEntry) -> Found:
    excerpt = getattr(row, "excerpt", "")
    return Found(
        kind=str(Kind(row.kind).label),
        title=row.title,
        url=f"/{row.kind}s/{row.slug}/",
        summary=row.summary,
        excerpt=_marked(excerpt)
        if _BEGIN in excerpt and row.kind != Kind.CONCEPT
        else SafeString(),
    )


def _marked(excerpt: str) -> SafeString:
    """As HTML, with what was found marked."""
    escaped = html.escape(excerpt)
    return mark_safe(escaped.replace(_BEGIN, "<mark>").replace(_END, "</mark>"))  # noqa: S308


# Writing --------------------------------------------------------------------------------------


def write_search_entries(content: authored.Content) -> None:
    """Make what can be found what is there; only what has changed is written."""
    rows = SearchEntry.objects.values_list("kind", "slug", "content_hash")
    kept = {(kind, slug): content_hash for kind, slug, content_hash in rows}
    changed = []
    for kind, slug, title, summary, body in _texts(content):
        content_hash = hashlib.sha256("\0".join([title, summary, body]).encode()).hexdigest()
        if kept.pop((kind, slug), None) == content_hash:
            continue
        entry = SearchEntry(kind=kind, slug=slug, title=title, content_hash=content_hash)
        entry.summary, entry.text = _plain(summary), _plain(body)
        changed.append(entry)
    for kind, slug in kept:
        SearchEntry.objects.filter(kind=kind, slug=slug).delete()
    SearchEntry.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["kind", "slug"],
        update_fields=["title", "summary", "text", "content_hash"],
    )
    SearchEntry.objects.filter(content_hash__in=[entry.content_hash for entry in changed]).update(
        vector=SearchVector("title", weight="A", config=_CONFIG)
        + SearchVector("summary", weight="B", config=_CONFIG)
        + SearchVector("text", weight="D", config=_CONFIG)
    )


def _texts(content: authored.Content) -> Iterator[tuple[str, str, str, str, str]]:
    """Kind, slug, title, summary and body of each; HTML in the last two."""
    for lesson in content.lessons:
        more = "\n".join([*lesson.objectives, *lesson.explain])
        body = f"{without_links_to_run(lesson.body_html)}\n{html.escape(more)}"
        yield Kind.LESSON, lesson.slug, lesson.title, html.escape(lesson.summary), body
    for concept in content.concepts:
        yield Kind.CONCEPT, concept.slug, concept.title, concept.definition_html, ""
    for brief in content.briefs:
        summary = html.escape(brief.summary)
        yield Kind.PROJECT, brief.slug, brief.title, summary, brief.brief_html


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", _NOT_TEXT.sub("…", text))).split())
