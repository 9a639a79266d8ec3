from attempt import attempt

for path in (
    "/x",
    "/usr/x",
    "/usr/bin/x",
    "/etc/x",
    "/etc/hosts",
    "/etc/passwd",
    "/etc/ld.so.cache",
    "/dev/x",
    "/proc/x",
    "/proc/sys/kernel/hostname",
    "/bin/x",
    "/mnt/x",
):
    attempt(path, open, path, "a")
