import os

from attempt import attempt

writable = 0
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        try:
            os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
            writable += 1
        except OSError:
            pass
print("ESCAPED" if writable else "refused", "proc_sys", writable)
attempt("core_pattern", open, "/proc/sys/kernel/core_pattern", "w")
attempt("sysrq", open, "/proc/sysrq-trigger", "w")
