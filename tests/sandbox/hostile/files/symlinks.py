import os

os.mkdir("out")
for number, path in enumerate(
    ("/etc/passwd", "../../etc/passwd", "/proc/self/root", "/proc/self/fd/0", "/", ".", "loop", "")
):
    if path:
        os.symlink(path, f"out/{number}")
os.symlink("loop", "out/loop")
os.symlink("../out", "out/folder")
os.symlink("/dev/zero", "out/endless")
os.symlink("/job/out/good", "out/alias")
open("out/good", "w").write("good")
