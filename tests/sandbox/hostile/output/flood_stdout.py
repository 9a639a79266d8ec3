import os

for _ in range(32):
    os.write(1, b"x" * 65536)
os.write(3 - 1, b"ESCAPED flood")
