import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.checks.errors import InvalidSubmission
from apps.checks.fetch import clean_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://github.com/ada/houses", "https://github.com/ada/houses"),
        ("  https://github.com/ada/houses.git\n", "https://github.com/ada/houses.git"),
        ("github.com/ada/houses", "https://github.com/ada/houses"),
        ("www.github.com/ada/houses/", "https://github.com/ada/houses"),
        ("HTTPS://GitHub.com//ada/Houses/", "https://github.com/ada/Houses"),
        ("https://github.com/ada/houses/tree/main", "https://github.com/ada/houses"),
        ("https://github.com/ada/houses/tree/master/", "https://github.com/ada/houses"),
        ("https://github.com/ada/houses?tab=readme#top", "https://github.com/ada/houses"),
        ("https://gitlab.com/group/sub/houses", "https://gitlab.com/group/sub/houses.git"),
        ("https://gitlab.com/ada/houses/-/tree/main", "https://gitlab.com/ada/houses.git"),
        ("https://git.example.org:443/houses", "https://git.example.org/houses"),
        ("git.example.org:8443/a/b", "https://git.example.org:8443/a/b"),
        ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
        ("https://git.example.org/~ada/h%C3%A4user", "https://git.example.org/~ada/h%C3%A4user"),
        ("https://git.example.org/häuser", "https://git.example.org/h%C3%A4user"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
        ("https://[2606:50c0:8000::64]/x", "https://[2606:50c0:8000::64]/x"),
    ],
)
def test_clean_url_forgives_what_people_paste(text: str, url: str) -> None:
    assert clean_url(text) == url
    assert clean_url(url) == url


@pytest.mark.parametrize(
    ("text", "code", "advice"),
    [
        ("", "url_empty", "Paste"),
        (" \t\n", "url_empty", "Paste"),
        ("https://github.com/" + "a" * 500, "url_too_long", "500"),
        ("https://git.example.org/" + "ä" * 100, "url_too_long", "500"),  # each six characters long
        ("https://github.com/ada/my houses", "url_characters", "Remove"),
        ("https://github.com/ada/ho\u202euses", "url_characters", "Remove"),
        ("https://github.com/ada/ho\x00uses", "url_characters", "Remove"),
        ("git@github.com:ada/houses.git", "url_ssh", "https://github.com/ada/houses.git"),
        ("ssh://git@github.com/ada/houses", "url_ssh", "https://github.com/ada/houses"),
        ("http://github.com/ada/houses", "url_scheme", "https://github.com/ada/houses"),
        ("git://github.com/ada/houses", "url_scheme", "https://github.com/ada/houses"),
        ("ftp://example.org/houses", "url_scheme", "https://example.org/houses"),
        ("file:///etc/passwd", "url_invalid", "https://github.com/you"),
        ("ext::sh -c id", "url_characters", "Remove"),
        ("ext::id", "url_invalid", "https://github.com/you"),
        ("--upload-pack=id", "url_invalid", "https://github.com/you"),
        ("https://-oProxyCommand=id/x", "url_invalid", "https://github.com/you"),
        ("https://-bad.example.org/x", "url_invalid", "https://github.com/you"),
        ("https://exa_mple..org/x", "url_invalid", "https://github.com/you"),
        ("https://[::1/x", "url_invalid", "https://github.com/you"),
        ("https://example.org:99999/x", "url_invalid", "https://github.com/you"),
        ("https://example.org/../x", "url_invalid", "https://github.com/you"),
        ("https://example.org/%2e%2e/x", "url_invalid", "https://github.com/you"),
        ("houses", "url_invalid", "https://github.com/you"),
        ("https://ada:secret@github.com/ada/houses", "url_credentials", "Take it out"),
        ("https://ghp_token@github.com/ada/houses", "url_credentials", "Take it out"),
        ("https://github.com", "url_no_repository", "https://github.com/you"),
        ("https://github.com/ada", "url_no_repository", "https://github.com/you"),
        ("https://github.com/ada/houses/tree/dev", "url_page", "https://github.com/ada/houses "),
        ("https://github.com/ada/houses/blob/main/a.py", "url_page", "/ada/houses "),
        ("https://gitlab.com/ada/houses/-/issues", "url_page", "https://gitlab.com/ada/houses "),
        ("https://127.0.0.1/x", "private_address", "public host"),
        ("https://10.0.0.5/x", "private_address", "public host"),
        ("https://[::1]/x", "private_address", "public host"),
        ("https://[::ffff:192.168.0.1]/x", "private_address", "public host"),
    ],
)
def test_clean_url_says_what_to_change(text: str, code: str, advice: str) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        clean_url(text)
    assert refused.value.code == code
    assert advice in refused.value.message


def test_clean_url_never_repeats_a_secret() -> None:
    with pytest.raises(InvalidSubmission) as refused:
        clean_url("https://ada:hunter2@github.com/ada/houses")
    assert "hunter2" not in refused.value.message


def test_clean_url_takes_a_network_that_the_operator_allows() -> None:
    networks = [ipaddress.ip_network("10.0.0.0/24")]
    assert clean_url("https://10.0.0.5/x", allowed_networks=networks) == "https://10.0.0.5/x"
    with pytest.raises(InvalidSubmission):
        clean_url("https://10.0.1.5/x", allowed_networks=networks)


@settings(max_examples=100)
@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda t: f"https://a.b/{t}")))
def test_clean_url_is_settled_or_told(text: str) -> None:
    try:
        url = clean_url(text)
    except InvalidSubmission:
        return
    assert clean_url(url) == url
    assert url.startswith("https://")
