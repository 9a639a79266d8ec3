# For a protocol that it does not know the host's kernel loads a module (SCTP, DCCP, L2TP, …).
# Tried are those that are part of every kernel, and one that nobody has.
import socket

from attempt import attempt

for family in (socket.AF_INET, socket.AF_INET6):
    for name, kind, protocol in (
        ("ping", socket.SOCK_DGRAM, 1),
        ("UDP-Lite", socket.SOCK_DGRAM, 136),
        ("MPTCP", socket.SOCK_STREAM, 262),
        ("unknown", socket.SOCK_STREAM, 200),
    ):
        attempt(f"{name} {family.name}", socket.socket, family, kind, protocol)
