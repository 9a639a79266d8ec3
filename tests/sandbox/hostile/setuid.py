import os
import stat
import subprocess

from attempt import attempt

attempt("setuid", os.setuid, 0)
attempt("setgroups", os.setgroups, [0])
shell = open("shell", "wb")
shell.write(open("/bin/sh", "rb").read())
shell.close()
os.chmod("shell", 0o6755)
owner = subprocess.run(["./shell", "-c", "id -u"], capture_output=True, text=True).stdout.strip()
print("own", owner)
for path in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount", "/usr/bin/chsh"):
    if os.path.exists(path) and os.stat(path).st_mode & stat.S_ISUID:
        result = subprocess.run([path, "--help"], capture_output=True)
        print("ran", path, result.returncode)
status = open("/proc/self/status").read()
print("privileges", *(line.split()[1] for line in status.splitlines() if line.startswith(("NoNewPrivs", "CapEff", "CapBnd"))))
