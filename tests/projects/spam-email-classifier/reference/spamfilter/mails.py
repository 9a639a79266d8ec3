"""Turns a raw mail into text. Whatever the bytes are, this gives an answer and never an error."""

import email
import email.header
import email.utils
import re
from dataclasses import dataclass
from email.message import Message

from spamfilter.charsets import decode
from spamfilter.hypertext import seen_text

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Mail:
    domain: str  # of the sender; empty where it is missing
    text: str  # subject and body as a person reads them


def read_mail(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw)
    bodies = [body_text(part) for part in message.walk() if part.get_content_maintype() == "text"]
    return Mail(domain=sender_domain(message), text="\n".join([subject(message), *bodies]))


def sender_domain(message: Message) -> str:
    _, address = email.utils.parseaddr(str(message.get("From", "")))
    return address.partition("@")[2].lower()


def subject(message: Message) -> str:
    try:
        parts = email.header.decode_header(message.get("Subject", ""))
        return "".join(
            part if isinstance(part, str) else decode(part, charset or "")
            for part, charset in parts
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


def without_quotes(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))
