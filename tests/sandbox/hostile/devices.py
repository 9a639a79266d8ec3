import os
import stat

from attempt import attempt

attempt("mknod", os.mknod, "disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
attempt("mknod-tmp", os.mknod, "/tmp/mem", 0o600 | stat.S_IFCHR, os.makedev(1, 1))
for name in ("mem", "kmsg", "kvm", "fuse", "net/tun", "sda", "vda", "loop-control", "port"):
    attempt(name, os.open, f"/dev/{name}", os.O_RDWR)
print("devices", *sorted(os.listdir("/dev")))
