# What waits in sockets is memory of the kernel.
import socket

from attempt import MIB

held = []
size = 0
while size < 200 * MIB:
    pair = socket.socketpair()
    held.append(pair)
    for end in pair:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MIB)
        end.setblocking(False)
        try:
            while True:
                size += end.send(b"x" * 65536)
        except BlockingIOError:
            pass
print("ESCAPED socket buffers")
