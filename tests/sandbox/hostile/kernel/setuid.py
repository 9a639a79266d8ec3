import os
import shutil
import stat
import subprocess

from attempt import attempt, privileges

attempt("setuid", os.setuid, 0)
attempt("setgid", os.setgid, 0)
attempt("setgroups", os.setgroups, [0])
attempt("capability", os.setxattr, "/job", "security.capability", b"\1\0\0\2" + b"\xff" * 16)
shutil.copyfile("/bin/sh", "shell")
os.chmod("shell", 0o6755)
owner = subprocess.run(["./shell", "-c", "id -u"], capture_output=True, text=True).stdout.strip()
print("own", owner)
for name in ("su", "passwd", "mount", "chsh", "newgrp", "sudo"):
    path = f"/usr/bin/{name}"
    if os.path.exists(path) and os.stat(path).st_mode & stat.S_ISUID and os.stat(path).st_uid == 0:
        print("ESCAPED", path, "belongs to root inside")
print(privileges())
