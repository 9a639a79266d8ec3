import socket

from attempt import attempt

for family in range(64):
    if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
        attempt(f"family-{family}", socket.socket, family, socket.SOCK_STREAM)
        attempt(f"pair-{family}", socket.socketpair, family, socket.SOCK_STREAM)
for protocol in range(1, 24):
    attempt(f"netlink-{protocol}", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, protocol)
