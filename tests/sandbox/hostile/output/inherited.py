import os

for name in sorted(os.listdir("/proc/self/fd"), key=int):
    try:
        print("open", name, os.readlink(f"/proc/self/fd/{name}").split(":")[0])
    except OSError:
        pass
