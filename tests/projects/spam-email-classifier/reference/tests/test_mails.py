import base64

import pytest

from made_up import raw_mail
from spamfilter.mails import read_mail

CAFE = "Das Café öffnet"


@pytest.mark.parametrize(
    ("transfer", "data"),
    [
        ("base64", base64.encodebytes(CAFE.encode())),
        ("quoted-printable", b"Das Caf=C3=A9 =C3=B6ff=\nnet"),
        ("8bit", CAFE.encode()),
    ],
)
def test_every_transfer_encoding_is_read(transfer, data):
    raw = raw_mail(data, f"Content-Transfer-Encoding: {transfer}", "Content-Type: text/plain")
    assert read_mail(raw).text.strip() == CAFE


@pytest.mark.parametrize("data", [b"Qm9udXMgaW5zaWRl*", b"Qm9udXMgaW5zaWRlCg", b"=ZZ"])
@pytest.mark.parametrize("transfer", ["base64", "quoted-printable"])
def test_broken_encodings_are_no_error(transfer, data):
    raw = raw_mail(data, f"Content-Transfer-Encoding: {transfer}")
    text = read_mail(raw).text
    assert "Bonus inside" in text or transfer == "quoted-printable" or data == b"=ZZ"


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"From: x\n", b"\xff\xfe\x00", b"Subject: =?x?q?=ZZ?="]
)
def test_unreadable_mails_are_no_error(raw):
    assert read_mail(raw).domain == ""


def test_subject_is_decoded_and_part_of_the_text():
    mail = read_mail(raw_mail("Hello", "Subject: =?utf-8?q?Caf=C3=A9_offer?="))
    assert mail.text.split() == ["Café", "offer", "Hello"]


def test_domain_of_the_sender_is_in_small_letters():
    assert read_mail(raw_mail("x", sender="Ann.B@Mill.Example")).domain == "mill.example"


def test_quotes_and_links_are_left_out():
    text = read_mail(raw_mail("new words\nhttps://lottery.example/x\n> old words\n")).text
    assert text.split() == ["new", "words"]


def test_all_parts_of_text_are_read_and_attachments_are_not():
    body = "\n".join(
        [
            "--=_1",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "bonus",
            "--=_1",
            "Content-Type: application/octet-stream",
            "Content-Transfer-Encoding: base64",
            "",
            base64.b64encode(b"lottery").decode(),
            "--=_1--",
        ]
    )
    raw = raw_mail(body, 'Content-Type: multipart/mixed; boundary="=_1"')
    assert read_mail(raw).text.split() == ["bonus"]


def test_html_is_read_as_people_see_it():
    raw = raw_mail("<p>caf&eacute;</p>", "Content-Type: text/html; charset=utf-8")
    assert read_mail(raw).text.strip() == "café"
