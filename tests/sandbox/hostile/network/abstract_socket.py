import socket
import sys

from attempt import attempt

attempt("stream", socket.socket(socket.AF_UNIX).connect, "\0" + sys.argv[1])
attempt("datagram", socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect, "\0" + sys.argv[1])
