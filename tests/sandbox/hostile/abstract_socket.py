import socket
import sys

from attempt import attempt

attempt("abstract", socket.socket(socket.AF_UNIX).connect, "\0" + sys.argv[2])
