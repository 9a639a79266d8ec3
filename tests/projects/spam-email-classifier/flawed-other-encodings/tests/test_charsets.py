from spamfilter.charsets import decode


def test_bytes_become_text():
    assert decode("Das Café öffnet".encode(), "utf-8") == "Das Café öffnet"
