"""Turns bytes into text, whatever was declared."""


def decode(data: bytes, declared: str) -> str:
    """Only UTF-16 is believed: of the others, valid UTF-8 is UTF-8, and the rest Windows-1252."""
    if declared.lower().replace("_", "-").startswith("utf-16"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")
