import os

os.write(1, bytes(range(256)))
os.write(1, "ä".encode()[:1])
os.write(2, b"\0\0\xf0\x9f")
