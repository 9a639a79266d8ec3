# A grandchild keeps the output open after the program has ended.
import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(10)
    print("ESCAPED open pipes")
print("END")
