# Another job listens and waits at this very moment.
import socket

from attempt import TOKEN, attempt

attempt("tcp", socket.create_connection, ("127.0.0.1", 8000), 2)
attempt("abstract", socket.socket(socket.AF_UNIX).connect, f"\0{TOKEN}")
attempt("path", socket.socket(socket.AF_UNIX).connect, f"/tmp/{TOKEN}.socket")
