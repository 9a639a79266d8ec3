import os

from attempt import attempt

attempt("argument", os.execv, "/bin/true", ["true", "x" * (1 << 20)])
attempt("arguments", os.execv, "/bin/true", ["true", *["x" * 100_000] * 200])
attempt("environment", os.execve, "/bin/true", ["true"], {f"X{n}": "x" * 100_000 for n in range(200)})
