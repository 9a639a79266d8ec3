import os
import socket

os.makedirs("out")
open("out/good.txt", "w").write("good")
os.symlink("/etc/passwd", "out/link")
os.symlink("/", "out/folder-link")
open("out/one", "w").write("x")
os.link("out/one", "out/two")
socket.socket(socket.AF_UNIX).bind("out/socket")
for name in (b"out/new\nline", b"out/\xff\xfe", "out/\u202egnp.exe".encode(), b"out/" + b"n" * 201):
    open(name, "w").close()
open("out/closed", "w").close()
os.chmod("out/closed", 0)
