import socket
import sys

from attempt import attempt

port = int(sys.argv[1])
for address in ("127.0.0.1", "0", "::1", "::ffff:127.0.0.1"):
    attempt(address, socket.create_connection, (address, port), 2)
