import os
import socket
import sys

from attempt import attempt

attempt("path", socket.socket(socket.AF_UNIX).connect, sys.argv[2])
attempt("root", socket.socket(socket.AF_UNIX).connect, "/proc/1/root" + sys.argv[2])
os.symlink(sys.argv[2], "link")
attempt("link", socket.socket(socket.AF_UNIX).connect, "link")
attempt("docker", socket.socket(socket.AF_UNIX).connect, "/run/docker.sock")
