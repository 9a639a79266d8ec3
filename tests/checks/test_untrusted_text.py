import json

import pytest
from django.db import connection

from apps.checks.untrusted_text import storable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext, ünïcode 👩\u200d🚀", "plain\n\ttext, ünïcode 👩\u200d🚀"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x07\x00\x7f", "␛[31mred␇␀␡"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("a\u202egnp.exe\u2066\u200f", "a⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200F⟩"),
        ("zero\u200bwidth\ufeff\u2028", "zero⟨U+200B⟩width⟨U+FEFF⟩⟨U+2028⟩"),
        ("tag\U000e0041 \ud800", "tag⟨U+E0041⟩ ⟨U+D800⟩"),
    ],
)
def test_visible_shows_what_hides(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_storable_documents_are_taken_by_postgresql(db: None) -> None:
    document = storable({"nul\0": ["a\0b", "\ud800", 1.5, None, {"deep": "\0"}]})
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", [json.dumps(document)])
    assert document == {"nul␀": ["a␀b", "?", 1.5, None, {"deep": "␀"}]}
