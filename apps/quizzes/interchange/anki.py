"""Decks of cards for Anki: what a learner has met, and the mistakes they made.

The numbers of decks and models, and the key of each note, stay the same: whoever imports a newer
file gets new cards and changed texts, keeps their own schedule, and finds nothing twice.
"""

import html
import itertools
import json
import re
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO

import genanki

from apps.curriculum.models import Concept
from apps.quizzes.interchange.cards import Mistake
from apps.quizzes.interchange.tex import with_tex

_CSS = """\
.card { font-family: sans-serif; font-size: 18px; line-height: 1.5; text-align: left;
  max-width: 42em; margin: 0 auto; padding: 1em; }
table { border-collapse: collapse; }
td, th { border: 1px solid; padding: 0.2em 0.6em; }
pre { overflow-x: auto; }
h2 { font-size: 1em; margin: 1em 0 0.2em; }
.source { font-size: 0.8em; }
"""
_LINK = '<p class="source"><a href="{{Link}}">%s</a></p>'
_CONCEPTS = genanki.Model(
    1_731_204_511,
    "Milepost concept",
    fields=[{"name": name} for name in ("Name", "Definition", "Link")],
    templates=[
        {
            "name": "Concept",
            "qfmt": "<strong>{{Name}}</strong>",
            "afmt": "{{FrontSide}}<hr id=answer>{{Definition}}" + _LINK % "Its page",
        }
    ],
    css=_CSS,
)
_MISTAKES = genanki.Model(
    1_731_204_512,
    "Milepost mistake",
    fields=[{"name": name} for name in ("Question", "Right", "Given", "Why", "Source", "Link")],
    templates=[
        {
            "name": "Mistake",
            "qfmt": '<p class="source">{{Source}}</p>{{Question}}',
            "afmt": (
                "{{FrontSide}}<hr id=answer><h2>Right</h2>{{Right}}<h2>You answered</h2>{{Given}}"
                "<h2>Why</h2>{{Why}}" + _LINK % "The question"
            ),
        }
    ],
    css=_CSS,
)
_PAGE = re.compile(r'(<a\b[^>]*?\bhref=")(?=/(?!/))')


def write_concepts(concepts: Iterable[Concept], *, site: str, file: IO[bytes]) -> None:
    """``site``: its address, without a slash at the end."""
    deck = genanki.Deck(1_731_204_521, "Milepost::Concepts")
    for concept in concepts:
        deck.add_note(
            genanki.Note(
                model=_CONCEPTS,
                guid=genanki.guid_for("milepost", "concept", concept.slug),
                fields=[
                    html.escape(concept.title),
                    _absolute(with_tex(concept.definition_html), site),
                    html.escape(f"{site}/concepts/{concept.slug}/"),
                ],
                tags=[f"milepost::{concept.slug}"],
            )
        )
    _write(deck, file)


def write_mistakes(mistakes: Iterable[Mistake], *, site: str, file: IO[bytes]) -> None:
    deck = genanki.Deck(1_731_204_522, "Milepost::Mistakes")
    for one in mistakes:
        texts = (_absolute(text, site) for text in (one.question, one.right, one.given, one.why))
        deck.add_note(
            genanki.Note(
                model=_MISTAKES,
                guid=genanki.guid_for("milepost", "mistake", one.key),
                fields=[*texts, one.title, html.escape(site + one.url)],
                tags=_tags(one.concepts),
            )
        )
    _write(deck, file)


def _tags(concepts: Sequence[str]) -> list[str]:
    return [f"milepost::{slug}" for slug in concepts]


def _absolute(text: str, site: str) -> str:
    return _PAGE.sub(lambda match: match[1] + html.escape(site), text)


def _write(deck: genanki.Deck, file: IO[bytes]) -> None:
    """As the package writes itself to a file; but that leaves its database, which is a person's
    own, behind in the folder of temporary files."""
    now = time.time()
    with tempfile.NamedTemporaryFile() as database:
        connection = sqlite3.connect(database.name)
        package = genanki.Package(deck)
        package.write_to_db(connection.cursor(), now, itertools.count(int(now * 1000)))
        connection.commit()
        connection.close()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(database.name, "collection.anki2")
            archive.writestr("media", json.dumps({}))
