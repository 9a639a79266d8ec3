import os

from attempt import attempt, syscall

MS_REMOUNT = 32
attempt("mount", syscall, "mount", b"tmpfs", b"/tmp", b"tmpfs", 0, 0)
attempt("remount", syscall, "mount", 0, b"/", 0, MS_REMOUNT, 0)
attempt("umount", syscall, "umount2", b"/tmp", 2)
attempt("pivot_root", syscall, "pivot_root", b"/tmp", b"/tmp")
attempt("fsopen", syscall, "fsopen", b"tmpfs", 0)
attempt("open_tree", syscall, "open_tree", -100, b"/tmp", 1)
# The classic way out: a folder above the new root stays open.
folder = os.open("/", os.O_RDONLY)
attempt("chroot", os.chroot, "/tmp")
os.fchdir(folder)
for _ in range(64):
    os.chdir("..")
print("root" if sorted(os.listdir(".")) == sorted(os.listdir("/")) else "ESCAPED")
