from attempt import TOKEN, attempt

for folder in ("", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/proc", "/bin", "/lib", "/mnt", "/lent"):
    attempt(f"{folder}/", open, f"{folder}/{TOKEN}", "a")
# Opened only, never written to.
for path in ("/etc/hosts", "/etc/passwd", "/etc/ld.so.cache", "/usr/bin/env"):
    attempt(path, open, path, "a")
