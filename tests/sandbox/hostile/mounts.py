import ctypes
import os

from attempt import attempt, syscall

tmpfs, target = ctypes.create_string_buffer(b"tmpfs"), ctypes.create_string_buffer(b"/tmp")
kind, place = ctypes.addressof(tmpfs), ctypes.addressof(target)
attempt("mount", syscall, "mount", kind, place, kind, 0, 0)
attempt("remount", syscall, "mount", 0, ctypes.addressof(ctypes.create_string_buffer(b"/")), 0, 32, 0)
attempt("umount", syscall, "umount2", place, 2)
attempt("pivot_root", syscall, "pivot_root", place, place)
attempt("fsopen", syscall, "fsopen", kind, 0)
attempt("open_tree", syscall, "open_tree", -100, place, 1)
attempt("chroot", os.chroot, "/tmp")
