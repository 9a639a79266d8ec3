import pytest

from spamfilter.charsets import decode

CAFE = "Das Café öffnet"


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "iso-8859-1"),
        ("windows-1252", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-8", "windows-1252"),
        ("iso-8859-1", "utf-8"),
        ("x-unknown", "windows-1252"),
        ("", "utf-8"),
        ("", "windows-1252"),
    ],
)
def test_every_character_set_is_read(declared, used):
    assert decode(CAFE.encode(used), declared) == CAFE


def test_signs_of_windows_under_the_name_of_latin_1_are_read():
    assert decode("10 €".encode("windows-1252"), "iso-8859-1") == "10 €"
