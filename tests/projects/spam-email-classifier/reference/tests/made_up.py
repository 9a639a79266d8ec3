"""Made-up mails with a known rule, as small as the tests allow."""

import random

ORDINARY = ["invoice", "pallet", "meeting", "order", "report", "café"]
LURES = ["bonus", "lottery", "wallet"]


def raw_mail(body: bytes | str, *headers: str, sender: str = "a@mill.example") -> bytes:
    """A mail with these headers beside the usual ones; a text is sent as UTF-8."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"From: Ann <{sender}>", "To: b@firm.example", *headers]
    return "\n".join(lines).encode() + b"\n\n" + data


def made_up_mails(count: int = 400) -> list[tuple[set[str], bool]]:
    """Features and label: two of the lures, and it is spam nine times out of ten."""
    rng = random.Random(3)
    mails = []
    for _ in range(count):
        words = {word for word in ORDINARY if rng.random() < 0.4}
        words |= {word for word in LURES if rng.random() < 0.3}
        risk = 0.9 if len(words & set(LURES)) >= 2 else 0.03
        mails.append((words, rng.random() < risk))
    return mails
