"""Turns bytes into text."""


def decode(data: bytes, declared: str) -> str:
    return data.decode("utf-8", "ignore")
