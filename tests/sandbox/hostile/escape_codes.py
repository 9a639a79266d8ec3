import os

os.write(1, b"\x1b]0;title\x07\x1b[2J\xff\x00\xed\xa0\x80{\"outcome\": \"ok\"}\n")
raise SystemExit(7)
