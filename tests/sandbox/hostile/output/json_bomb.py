# The last line of the output, where a careless reader looks for a result.
import os

os.write(1, b"[" * 30_000 + b'{"a":' * 4_000 + b"9" * 5_000)
