import socket
import sys

from attempt import attempt

port = int(sys.argv[2])
for address in ("127.0.0.1", "0.0.0.0", "::1", "192.0.2.1"):
    attempt(address, socket.create_connection, (address, port), 2)
