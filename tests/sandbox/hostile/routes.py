import fcntl
import socket
import struct

from attempt import attempt

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    names = [name for _, name in socket.if_nameindex()]
    print("interfaces", *names)
    request = struct.pack("16sH14x", b"lo", 0)
    attempt("interface", fcntl.ioctl, control, 0x8914, request)
    attempt("datagram", control.sendto, b"x", ("192.0.2.1", 53))
attempt("raw", socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
attempt("name", socket.getaddrinfo, "example.com", 443)
