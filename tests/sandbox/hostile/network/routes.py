# A datagram socket is only given its peer: that sends nothing, but needs a route.
import fcntl
import socket
import struct

from attempt import attempt

SIOCSIFFLAGS = 0x8914
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    names = [name for _, name in socket.if_nameindex()]
    print("interfaces" if names == ["lo"] else "ESCAPED", *names)
    attempt("interface", fcntl.ioctl, control, SIOCSIFFLAGS, struct.pack("16sH14x", b"none", 0))
    for address in ("192.0.2.1", "10.0.0.1", "169.254.169.254", "224.0.0.251"):
        attempt(address, control.connect, (address, 53))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
    attempt("2001:db8::1", control.connect, ("2001:db8::1", 53))
attempt("raw", socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
