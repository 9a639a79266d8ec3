import os

os.mkdir("out")
for name in (
    b"-rf",
    b"--help",
    b" ",
    b"...",
    b"a\\b",
    b"C:",
    b"$(id)",
    b"<b>",
    b"'\"",
    b"tab\t",
    b"line\n",
    b"return\r",
    b"escape\x1b[2J",
    b"delete\x7f",
    b"\x80",
    b"\xed\xa0\x80",
    "e\u0301".encode(),
    "\u00e9".encode(),
    "\u200b".encode(),
    "\u202e".encode(),
    "\u2028".encode(),
    "\ufeff".encode(),
    "\U000e0041".encode(),
    b"n" * 200,
    b"n" * 201,
    b"n" * 255,
):
    open(b"out/" + name, "w").close()
