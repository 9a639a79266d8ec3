import os

for _ in range(32):
    os.write(2, b"x" * 65536)
os.write(3 - 2, b"ESCAPED flood")
