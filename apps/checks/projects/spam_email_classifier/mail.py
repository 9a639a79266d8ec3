"""Writes a mail as bytes: plain, HTML or several parts, in any character set and encoding that the
data dictionary names, and in those that are wrong."""

import binascii
import html
import random
from collections.abc import Sequence
from dataclasses import dataclass
from html.entities import codepoint2name

from apps.checks.projects.spam_email_classifier.disguise import CUT
from apps.checks.projects.spam_email_classifier.text import Text

PLAIN, HTML, BOTH = "plain", "html", "both"
_CUTS = ("<!-- x -->", "<b></b>", "<!---->", "<i></i>")
_HIDING = ('<span style="color:#ffffff">', '<span style="font-size:0">')
_NAMES = {code: f"&{name};" for code, name in codepoint2name.items() if code > 127}
_QUOTED = bytes(range(33, 127)).translate(None, b"=?_").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charset:
    """What a part says about its bytes, and what they are."""

    declared: str  # empty: it says nothing
    used: str

    def encode(self, text: str) -> tuple["Charset", bytes]:
        """Itself, or the narrowest honest one that has all letters of ``text``, and the bytes."""
        for charset in (self, WINDOWS_1252):
            try:
                return charset, text.encode(charset.used)
            except UnicodeEncodeError:
                continue
        return UTF_8, text.encode()


UTF_8 = Charset(declared="utf-8", used="utf-8")
WINDOWS_1252 = Charset(declared="windows-1252", used="windows-1252")
UTF_16 = Charset(declared="utf-16", used="utf-16")
CHARSETS = {
    "UTF-8": UTF_8,
    "Latin-1": Charset(declared="iso-8859-1", used="iso-8859-1"),
    "Windows-1252": WINDOWS_1252,
    "UTF-16": UTF_16,
    "Windows-1252 declared as Latin-1": Charset(declared="iso-8859-1", used="windows-1252"),
    "Windows-1252 declared as UTF-8": Charset(declared="utf-8", used="windows-1252"),
    "an unknown name, UTF-8": Charset(declared="x-unknown", used="utf-8"),
    "an unknown name, Windows-1252": Charset(declared="x-unknown", used="windows-1252"),
    "no declaration, UTF-8": Charset(declared="", used="utf-8"),
    "no declaration, Windows-1252": Charset(declared="", used="windows-1252"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a text is written down and sent."""

    body: str = PLAIN
    charset: Charset = UTF_8
    transfer: str = "8bit"
    headers_end: str = "\n"  # each line of the headers, and of the body
    body_end: str = "\n"
    broken: bool = False  # a sign too much at the end of base64 or quoted-printable
    date: str = ""
    attachment: bytes = b""
    quoted: Sequence[str] = ()  # lines below a plain body
    link: str = ""
    named_letters: bool = False  # in HTML: caf&eacute;
    hidden: Sequence[str] = ()  # in HTML: words that nobody sees
    padding: str = ""  # below all else


def write_mail(rng: random.Random, text: Text, form: Form) -> bytes:
    parts = []
    if form.body != HTML:
        parts.append(("plain", _plain(text, form)))
    if form.body != PLAIN:
        parts.append(("html", _html(rng, text, form)))
    blocks = [_part(kind, content, form) for kind, content in parts]
    if len(blocks) > 1:
        blocks = [_joined(rng, "alternative", blocks, form)]
    if form.attachment:
        blocks = [_joined(rng, "mixed", [*blocks, _attached(form)], form)]
    (block,) = blocks
    return _headers(text, form).encode("ascii") + block


def write_headers(text: Text, form: Form) -> bytes:
    """A mail without a body."""
    return (_headers(text, form) + form.headers_end).encode("ascii")


def _headers(text: Text, form: Form) -> str:
    lines = []
    if text.address:
        lines.append(f'From: "{text.sender}" <{text.address}>')
    lines.append(f"To: {text.to}")
    if text.subject:
        lines.append(f"Subject: {_encoded(text.subject)}")
    if form.date:
        lines.append(f"Date: {form.date}")
    lines.append("MIME-Version: 1.0")
    return "".join(f"{line}{form.headers_end}" for line in lines)


def _encoded(subject: str) -> str:
    """RFC 2047, where it must be: the short form of few letters, else the other one."""
    if subject.isascii():
        return subject
    if len(subject) % 2:
        return f"=?utf-8?b?{binascii.b2a_base64(subject.encode(), newline=False).decode()}?="
    quoted = "".join(
        c if c in _QUOTED else "_" if c == " " else "".join(f"={b:02X}" for b in c.encode())
        for c in subject
    )
    return f"=?utf-8?q?{quoted}?="


def _plain(text: Text, form: Form) -> str:
    lines = [" ".join(line) for line in text.lines]
    if form.link:
        lines.insert(-1, form.link)
    return form.body_end.join([*lines, *form.quoted, form.padding, ""]).replace(CUT, "")


def _html(rng: random.Random, text: Text, form: Form) -> str:
    lines = [html.escape(" ".join(line)) for line in text.lines]
    if form.link:
        lines[-1] = f'<a href="{form.link}">{lines[-1]}</a>'
    if form.hidden:
        lines.insert(
            rng.randint(0, len(lines)), f"{rng.choice(_HIDING)}{' '.join(form.hidden)}</span>"
        )
    content = form.body_end.join(f"<p>{line}</p>" for line in lines)
    if form.named_letters:
        content = content.translate(_NAMES)
    if CUT in content:
        pieces = content.split(CUT)
        content = pieces[0] + "".join(f"{rng.choice(_CUTS)}{piece}" for piece in pieces[1:])
    return form.body_end.join(
        [
            "<html><head><style>p {color: #222222}</style></head>",
            "<body><!-- made by a machine -->",
            f"{content}{form.padding}</body></html>",
            "",
        ]
    )


def _part(kind: str, content: str, form: Form) -> bytes:
    charset, data = form.charset.encode(content)
    transfer = form.transfer
    if charset.used == "utf-16":
        transfer = "base64"
    elif transfer == "7bit" and not data.isascii():
        transfer = "8bit"
    end = form.headers_end
    named = f"; charset={charset.declared}" if charset.declared else ""
    head = f"Content-Type: text/{kind}{named}{end}Content-Transfer-Encoding: {transfer}{end}{end}"
    return head.encode("ascii") + _transferred(data, transfer, broken=form.broken)


def _transferred(data: bytes, transfer: str, *, broken: bool) -> bytes:
    if transfer == "base64":
        lines = [binascii.b2a_base64(data[start : start + 57]) for start in range(0, len(data), 57)]
        # Cut off in the last letters, which tell nothing, before a sign that base64 has not.
        return b"".join(lines)[:-3] + b"*\n" if broken else b"".join(lines)
    if transfer == "quoted-printable":
        quoted = binascii.b2a_qp(data)
        return quoted + b"=ZZ\n" if broken else quoted
    return data


def _joined(rng: random.Random, kind: str, blocks: Sequence[bytes], form: Form) -> bytes:
    mark, end = f"=_{rng.getrandbits(64):016x}", form.headers_end.encode()
    start = b"--" + mark.encode() + end
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"'.encode() + end + end
    return (
        head + b"".join(start + block + end for block in blocks) + start[: -len(end)] + b"--" + end
    )


def _attached(form: Form) -> bytes:
    lines = (
        "Content-Type: application/octet-stream",
        'Content-Disposition: attachment; filename="papers.bin"',
        "Content-Transfer-Encoding: base64",
        "",
        "",
    )
    return form.headers_end.join(lines).encode() + binascii.b2a_base64(form.attachment)
