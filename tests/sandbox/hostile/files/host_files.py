import sys

from attempt import attempt

secret = sys.argv[1]
for name, path in (
    ("secret", secret),
    ("secret by root", "/proc/1/root" + secret),
    ("secret by own root", "/proc/self/root" + secret),
    ("secret by dots", "/job/../../../.." + secret),
    ("secret by folder", f"/proc/self/cwd/../../..{secret}"),
):
    attempt(name, open, path, "rb")
for path in (
    "/etc/shadow",
    "/etc/ssh/sshd_config",
    "/etc/machine-id",
    "/root/.bashrc",
    "/var/log/wtmp",
    "/boot/vmlinuz",
    "/sys/kernel/uevent_seqnum",
    "/run/utmp",
    "/home",
    "/srv",
    "/opt",
):
    attempt(path, open, path, "rb")
