"""What the model sees of a mail."""

from spamfilter.mails import read_mail
from spamfilter.words import words_of

SHORTEST = 3  # letters of a word


def features(raw: bytes) -> set[str]:
    """The words of subject and body, each once, and the domain of the sender."""
    mail = read_mail(raw)
    words = {word for word in words_of(mail.text) if len(word) >= SHORTEST}
    return words | {f"from:{mail.domain}"} if mail.domain else words
