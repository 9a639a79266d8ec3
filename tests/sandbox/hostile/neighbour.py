# Another job, with everything that a hostile one may look for; up to its limits where jobs share.
import ctypes
import resource
import socket
import time

from attempt import TOKEN, call

for folder in ("/job", "/tmp", "/dev/shm"):
    open(f"{folder}/{TOKEN}", "w").close()
held = [socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
held[0].bind(f"\0{TOKEN}")
held[1].bind(f"/tmp/{TOKEN}.socket")
held.append(socket.create_server(("127.0.0.1", 8000)))
for listener in held:
    listener.listen()
print("up", flush=True)
time.sleep(60)
