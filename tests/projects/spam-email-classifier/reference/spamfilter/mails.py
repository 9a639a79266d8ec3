"""Turns a raw mail into text. Whatever the bytes are, this gives an answer and never an error."""

import email
import email.header
import email.utils
import html
import re
from dataclasses import dataclass
from email.message import Message

HIDDEN = re.compile(
    r'<span[^>]*style="[^"]*(?:color:\s*#ffffff|font-size:\s*0)[^"]*"[^>]*>.*?</span>',
    re.DOTALL | re.IGNORECASE,
)
UNSEEN = re.compile(r"<!--.*?-->|<(style|script|title)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
BLOCK = re.compile(r"</?(?:p|br|div|tr|td|li|h\d|blockquote|body|html)\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Mail:
    domain: str  # of the sender; empty where it is missing
    text: str  # subject and body as a person reads them


def read_mail(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw)
    bodies = [
        body_text(part) for part in message.walk() if part.get_content_maintype() == "text"
    ]
    return Mail(domain=sender_domain(message), text="\n".join([subject(message), *bodies]))


def sender_domain(message: Message) -> str:
    _, address = email.utils.parseaddr(str(message.get("From", "")))
    return address.rpartition("@")[2].lower()


def subject(message: Message) -> str:
    try:
        parts = email.header.decode_header(message.get("Subject", ""))
        return "".join(
            part if isinstance(part, str) else decode(part, charset or "") for part, charset in parts
        )
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return str(message.get("Subject", ""))


def body_text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text = decode(data, str(part.get_param("charset", "")))
    if part.get_content_subtype() == "html":
        text = seen_text(text)
    return LINK.sub(" ", without_quotes(text))


def decode(data: bytes, declared: str) -> str:
    """Only UTF-16 is believed: of the others, valid UTF-8 is UTF-8, and the rest Windows-1252."""
    if declared.lower().replace("_", "-").startswith("utf-16"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


def seen_text(source: str) -> str:
    """What a person sees of HTML: nothing that is hidden, and words that tags cut put together."""
    source = UNSEEN.sub("", HIDDEN.sub("", source))
    return html.unescape(TAG.sub("", BLOCK.sub("\n", source)))


def without_quotes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))
