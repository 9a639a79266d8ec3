# Where the kernel keeps its addresses, its messages and other users' keys.
from attempt import attempt


def read(name):
    with open(f"/proc/{name}", "rb") as file:
        return file.read(16)


def zeros(name, column):
    """Whoever may not know an address reads 0 in its place, or nothing at all."""
    try:
        with open(f"/proc/{name}") as file:
            numbers = {line.split()[column].strip("0x-") for line in file}
    except FileNotFoundError:
        numbers = set()
    print("hidden" if numbers <= {""} else "ESCAPED", name)


for name in ("kmsg", "vmallocinfo", "kpagecount", "pagetypeinfo", "slabinfo", "timer_list"):
    attempt(name, read, name)
zeros("kallsyms", 0)
zeros("modules", 5)
zeros("iomem", 0)
with open("/proc/keys") as file:
    keys = [line for line in file if line.split()[5] != "1000"]
print("ESCAPED" if keys else "hidden", "keys")
