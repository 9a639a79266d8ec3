import sys

from attempt import attempt

for path in (
    sys.argv[2],
    "/proc/1/root" + sys.argv[2],
    "/proc/self/root" + sys.argv[2],
    "/etc/shadow",
    "/etc/ssh/sshd_config",
    "/etc/machine-id",
    "/root/.bashrc",
    "/var/log/wtmp",
    "/boot/vmlinuz",
    "/sys/kernel/uevent_seqnum",
    "/proc/kcore",
    "/dev/mem",
    "/run/utmp",
):
    attempt(path, open, path, "rb")
