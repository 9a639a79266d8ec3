import socket
import sys

print("ESCAPED" if socket.gethostname() == sys.argv[1] else "hidden", socket.gethostname())
