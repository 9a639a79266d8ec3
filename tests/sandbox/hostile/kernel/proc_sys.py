import os

writable = 0
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        try:
            os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
            writable += 1
        except OSError:
            pass
print("ESCAPED" if writable else "refused", "proc_sys", writable)
# Opened only, never written to. Not every kernel has each of them.
for path in ("sys/kernel/core_pattern", "sys/fs/binfmt_misc/register", "sysrq-trigger", "irq/default_smp_affinity"):
    try:
        os.open(f"/proc/{path}", os.O_WRONLY)
    except (FileNotFoundError, PermissionError):
        continue
    print("ESCAPED", path)
