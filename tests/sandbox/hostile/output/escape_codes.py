import os

os.write(1, b"\x1b]0;title\x07\x1b]8;;http://192.0.2.1\x07link\x1b]8;;\x07\x1b]52;c;eA==\x07\x1b[2J\r")
raise SystemExit(7)
