# Puts something else in the place of what the sandbox is made of.
import os

from attempt import attempt, call

AT_FDCWD, RENAME_EXCHANGE = -100, 2
open("own", "w").close()
for path in ("/job", "/tmp", "/dev/shm", "/proc", "/etc", "/usr", "/lent"):
    attempt(f"move {path}", os.rename, path, "/tmp/moved")
    attempt(f"remove {path}", os.rmdir, path)
for path in ("/etc/passwd", "/dev/null"):
    attempt(f"replace {path}", os.replace, "own", path)
    attempt(f"exchange {path}", call, "renameat2", AT_FDCWD, b"own", AT_FDCWD, path.encode(), RENAME_EXCHANGE)
