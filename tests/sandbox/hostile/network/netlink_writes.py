# Changes the network by the messages that the program ip sends. They are too short, so
# that a kernel which would obey says that they make no sense.
import socket
import struct

from attempt import denied

NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE = 1, 4, 0x400


def send(kind):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as route:
        flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE
        route.send(struct.pack("=IHHIII", 20, kind, flags, 1, 0, 0))
        number = -struct.unpack_from("=i", route.recv(4096), 16)[0]
        if number:
            raise OSError(number, "netlink")


for name, kind in (
    ("new link", 16),
    ("new address", 20),
    ("new route", 24),
    ("new neighbour", 28),
    ("new rule", 32),
    ("new queue", 36),
    ("new filter", 44),
    ("new namespace", 88),
):
    denied(name, send, kind)
