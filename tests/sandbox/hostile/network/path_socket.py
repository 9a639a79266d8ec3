import os
import socket
import sys

from attempt import attempt

path = sys.argv[1]
attempt("path", socket.socket(socket.AF_UNIX).connect, path)
attempt("root", socket.socket(socket.AF_UNIX).connect, "/proc/1/root" + path)
os.symlink(path, "link")
attempt("link", socket.socket(socket.AF_UNIX).connect, "link")
attempt("docker", socket.socket(socket.AF_UNIX).connect, "/run/docker.sock")
