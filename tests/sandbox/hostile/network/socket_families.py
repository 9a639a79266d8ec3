# For a family that it does not know the host's kernel loads a module; AF_PACKET it knows.
import socket

from attempt import code_of

allowed, answers = set(), set()


def attempt(family, kind, protocol=0):
    try:
        socket.socket(family, kind, protocol).close()
        allowed.add(int(family))
    except OSError as error:
        answers.add(code_of(error))


attempt(socket.AF_PACKET, socket.SOCK_DGRAM)
if answers != {"EAFNOSUPPORT"}:
    print("ESCAPED", *answers)
    raise SystemExit(0)
for family in range(64):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
            attempt(family, kind)
for protocol in range(1, 24):
    attempt(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
print("allowed", *sorted(allowed))
print("refused", *sorted(answers))
