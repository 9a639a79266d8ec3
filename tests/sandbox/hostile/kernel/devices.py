import os
import stat

from attempt import attempt

attempt("mknod block", os.mknod, "disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
attempt("mknod mem", os.mknod, "/tmp/mem", 0o600 | stat.S_IFCHR, os.makedev(1, 1))
attempt("mknod null", os.mknod, "null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
# Opened only, never asked for anything.
for name in (
    "mem port kmsg kvm fuse cuse net/tun loop-control loop0 vda sda nvme0 dm-0 mapper/control "
    "userfaultfd uinput hpet rtc0 snapshot vhost-vsock vhost-net dri/card0 input/event0 "
    "cpu/0/msr btrfs-control autofs tpm0 hugepages mqueue"
).split():
    attempt(name, os.open, f"/dev/{name}", os.O_RDWR)
# bubblewrap's own, and no other.
expected = "console core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero".split()
others = sorted(set(os.listdir("/dev")) - set(expected))
print("ESCAPED" if others else "no other devices", *others)
